"""Turns drawn samples into the arrays of one training step. Numpy only: runs in drawing processes.

A batch holds ``N`` samples of ``V`` images each, all of one shape, so nothing is padded but the
ends of the answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pretrain import labels, tokenizer
from pretrain.documents.crops import Sample, View
from pretrain.labels import Grid, Ints

PATCH_SLOTS = 4
"""Characters told apart in one patch."""
CELL_SLOTS = 6
"""Characters told apart in one cell."""
ORDINALS = 128
"""Reading positions told apart."""
IGNORE = -100


@dataclass(frozen=True, slots=True)
class Batch:
    """One step's arrays.

    Attributes:
        pixels: ``(N * V, H, W, 3)`` uint8.
        patch_classes: ``(N * V, P, PATCH_SLOTS)`` int64, 0 for nothing.
        patch_ordinals: ``(N * V, P)`` int64, -1 for nothing.
        patch_cells: ``(P,)`` int64, the cell of each patch.
        cell_classes: ``(N * V, K, CELL_SLOTS)`` int64.
        cell_ordinals: ``(N * V, K)`` int64, -1 for nothing.
        input_ids: ``(N, T)`` int64, padded at the right.
        labels: ``(N, T)`` int64: what follows each position, -100 outside the answer.
        sources: ``(N, T)`` int64: the position in ``input_ids`` of the visual token that holds
            what follows, -1 where nothing on the page does.
    """

    pixels: npt.NDArray[np.uint8]
    patch_classes: Ints
    patch_ordinals: Ints
    patch_cells: Ints
    cell_classes: Ints
    cell_ordinals: Ints
    input_ids: Ints
    labels: Ints
    sources: Ints


def prompt_ids(question: str, views: int, latents: int) -> list[int]:
    """Return the ids of the prompt, up to and including the assistant's marker.

    The same ids that the chat template and processor give; a test holds them together.
    """
    special = tokenizer.special
    ids = [special(tokenizer.USER)]
    markers = tokenizer.VIEW_MARKERS if views == 5 else (tokenizer.VIEW_MARKERS[-1],) * views
    for marker in markers:
        ids.append(special(marker))
        ids.append(special(tokenizer.FAKE))
        ids.extend([special(tokenizer.IMAGE)] * latents)
        ids.append(special(tokenizer.FAKE))
    ids.extend(tokenizer.encode_text(f"\n{question}"))
    return [*ids, special(tokenizer.END), special(tokenizer.ASSISTANT)]


def collate(samples: Sequence[Sample], latents: int) -> Batch:
    """Make the batch of samples whose views all have one shape."""
    _, high, wide = samples[0].shape
    grid = labels.grid(high, wide, latents)
    rows = [_row(sample, grid, latents) for sample in samples]
    views = [view for row in rows for view in row.views]
    longest = max(len(row.ids) for row in rows)
    ids = np.full((len(rows), longest), tokenizer.special(tokenizer.PAD), dtype=np.int64)
    targets = np.full((len(rows), longest), IGNORE, dtype=np.int64)
    sources = np.full((len(rows), longest), -1, dtype=np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row.ids)] = row.ids
        first = row.prompt - 1  # the prompt's last token predicts the answer's first
        targets[index, first : len(row.ids) - 1] = row.ids[row.prompt :]
        sources[index, first : len(row.ids) - 1] = row.sources
    return Batch(
        pixels=np.stack([view.pixels for sample in samples for view in sample.views]),
        patch_classes=np.stack([view.patch_classes for view in views]),
        patch_ordinals=np.stack([view.patch_ordinals for view in views]),
        patch_cells=grid.patch_cells(),
        cell_classes=np.stack([view.cell_classes for view in views]),
        cell_ordinals=np.stack([view.cell_ordinals for view in views]),
        input_ids=ids,
        labels=targets,
        sources=sources,
    )


@dataclass(frozen=True, slots=True)
class _ViewLabels:
    """What the dense heads are taught about one view."""

    patch_classes: Ints
    patch_ordinals: Ints
    cell_classes: Ints
    cell_ordinals: Ints
    cells: Ints


@dataclass(frozen=True, slots=True)
class _Row:
    """One sample's share of a batch."""

    ids: list[int]
    prompt: int
    sources: list[int]
    views: list[_ViewLabels]


def _view(view: View, grid: Grid, latents: int) -> _ViewLabels:
    row, column = labels.patch_of(view.placed, grid)
    patch, cell = row * grid.columns + column, grid.cell_of(row, column)
    classes, patches = view.placed.classes, grid.rows * grid.columns
    return _ViewLabels(
        patch_classes=labels.slots(patch, classes, patches, PATCH_SLOTS),
        patch_ordinals=labels.ordinals(patch, classes, patches, ORDINALS),
        cell_classes=labels.slots(cell, classes, latents, CELL_SLOTS),
        cell_ordinals=labels.ordinals(cell, classes, latents, ORDINALS),
        cells=cell,
    )


def _row(sample: Sample, grid: Grid, latents: int) -> _Row:
    prompt = prompt_ids(sample.question, len(sample.views), latents)
    answer = [*tokenizer.encode_text(sample.answer), tokenizer.special(tokenizer.END)]
    views = [_view(view, grid, latents) for view in sample.views]
    return _Row(prompt + answer, len(prompt), _sources(sample, views, prompt, latents), views)


def _sources(
    sample: Sample, views: list[_ViewLabels], prompt: list[int], latents: int
) -> list[int]:
    """Position in the prompt of the visual token that holds each of the answer's tokens.

    A character that several views show is sought in the first of them, a quarter.
    """
    length = len(tokenizer.encode_text(sample.answer)) + 1
    if sample.answer_at < 0:
        return [-1] * length
    special = tokenizer.special(tokenizer.IMAGE)
    visual = [place for place, one in enumerate(prompt) if one == special]
    where: dict[int, int] = {}
    for index, (view, taught) in enumerate(zip(sample.views, views, strict=True)):
        shown = zip(
            view.members.tolist(),
            taught.cells.tolist(),
            view.placed.classes.tolist(),
            strict=True,
        )
        for member, cell, character in shown:
            if character:
                where.setdefault(member, visual[index * latents + cell])
    found: list[int] = []
    for offset, character in enumerate(sample.answer):
        place = where.get(sample.answer_at + offset, -1)
        found.extend([place] * len(tokenizer.encode_text(character)))
    return [*found, -1]
