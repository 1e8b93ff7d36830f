"""Turns drawn samples into the arrays of one training step. Numpy only: runs in drawing processes.

A batch holds ``N`` samples of ``V`` images each, all of one shape, so nothing is padded but the
ends of the answers. Several questions about one picture stand behind each other and see the picture
and themselves only, as if each were asked alone: the picture is computed once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pretrain import labels, tokenizer
from pretrain.documents.crops import Sample, Turn, View
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
        positions: ``(N, T)`` int64: of each token in its own conversation.
        turns: ``(N, T)`` int64: which question a token belongs to, from 1; 0 is the picture, that
            all of them see, and padding.
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
    positions: Ints
    turns: Ints
    labels: Ints
    sources: Ints


def prompt_ids(question: str, views: int, latents: int) -> list[int]:
    """Return the ids of the prompt, up to and including the assistant's marker.

    The same ids that the chat template and processor give; a test holds them together.
    """
    return picture_ids(views, latents) + question_ids(question)


def picture_ids(views: int, latents: int) -> list[int]:
    """Return the ids up to and including the last visual token and what closes it."""
    special = tokenizer.special
    ids = [special(tokenizer.USER)]
    markers = tokenizer.VIEW_MARKERS if views == 5 else (tokenizer.VIEW_MARKERS[-1],) * views
    for marker in markers:
        ids.append(special(marker))
        ids.append(special(tokenizer.FAKE))
        ids.extend([special(tokenizer.IMAGE)] * latents)
        ids.append(special(tokenizer.FAKE))
    return ids


def question_ids(question: str) -> list[int]:
    """Return the ids from the question to the assistant's marker."""
    closing = (tokenizer.special(tokenizer.END), tokenizer.special(tokenizer.ASSISTANT))
    return [*tokenizer.encode_text(f"\n{question}"), *closing]


def collate(samples: Sequence[Sample], latents: int) -> Batch:
    """Make the batch of samples whose views all have one shape."""
    _, high, wide = samples[0].shape
    grid = labels.grid(high, wide, latents)
    rows = [_row(sample, grid, latents) for sample in samples]
    views = [view for row in rows for view in row.views]
    longest = max(len(row.ids) for row in rows)
    padding = tokenizer.special(tokenizer.PAD)
    return Batch(
        pixels=np.stack([view.pixels for sample in samples for view in sample.views]),
        patch_classes=np.stack([view.patch_classes for view in views]),
        patch_ordinals=np.stack([view.patch_ordinals for view in views]),
        patch_cells=grid.patch_cells(),
        cell_classes=np.stack([view.cell_classes for view in views]),
        cell_ordinals=np.stack([view.cell_ordinals for view in views]),
        input_ids=_filled([row.ids for row in rows], longest, padding),
        positions=_filled([row.positions for row in rows], longest, 0),
        turns=_filled([row.turns for row in rows], longest, 0),
        labels=_filled([row.labels for row in rows], longest, IGNORE),
        sources=_filled([row.sources for row in rows], longest, -1),
    )


def _filled(rows: list[list[int]], length: int, value: int) -> Ints:
    """Return ``(N, length)`` int64, rows filled with a value at the right."""
    filled = np.full((len(rows), length), value, dtype=np.int64)
    for index, row in enumerate(rows):
        filled[index, : len(row)] = row
    return filled


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
    """One sample's share of a batch, the lists one entry a token, as in :class:`Batch`."""

    ids: list[int]
    positions: list[int]
    turns: list[int]
    labels: list[int]
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
    views = [_view(view, grid, latents) for view in sample.views]
    picture = picture_ids(len(views), latents)
    where = _where(sample, views, picture, latents)
    shown = len(picture)
    row = _Row(picture, list(range(shown)), [0] * shown, [IGNORE] * shown, [-1] * shown, views)
    for number, turn in enumerate(sample.turns, start=1):
        asked = question_ids(turn.question)
        answer = [*tokenizer.encode_text(turn.answer), tokenizer.special(tokenizer.END)]
        # each token predicts the one after it, so the prompt's last one predicts the answer's first
        before, length = len(asked) - 1, len(asked) + len(answer)
        row.ids.extend(asked + answer)
        row.positions.extend(range(shown, shown + length))
        row.turns.extend([number] * length)
        row.labels.extend([*[IGNORE] * before, *answer, IGNORE])
        row.sources.extend([*[-1] * before, *_sources(turn, where), -1])
    return row


def _where(
    sample: Sample, views: list[_ViewLabels], picture: list[int], latents: int
) -> dict[int, int]:
    """Position of the visual token that holds each character of the sample's text.

    A character that several views show is sought in the first of them, a quarter.
    """
    special = tokenizer.special(tokenizer.IMAGE)
    visual = [place for place, one in enumerate(picture) if one == special]
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
    return where


def _sources(turn: Turn, where: dict[int, int]) -> list[int]:
    """Position of the visual token that holds each of the answer's tokens, its end's too."""
    found: list[int] = []
    for offset, character in enumerate(turn.answer):
        place = -1 if turn.answer_at < 0 else where.get(turn.answer_at + offset, -1)
        found.extend([place] * len(tokenizer.encode_text(character)))
    return [*found, -1]
