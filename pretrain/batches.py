"""Turns drawn samples into the arrays of one training step. Numpy only: runs in drawing processes.

A batch holds ``N`` samples of ``V`` images each, all of one shape, so nothing is padded but the
ends of the answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pretrain import labels, tokenizer
from pretrain.documents.crops import Sample
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


def _sources(sample: Sample, cell: Ints, start: int, image_at: int, length: int) -> list[int]:
    """Visual-token position for each of the answer's tokens; -1 where there is none."""
    if sample.answer_at < 0:
        return [-1] * length
    found = []
    for index, character in enumerate(sample.answer):
        place = sample.answer_at + index
        width = len(tokenizer.encode_text(character))
        found.extend([image_at + int(cell[place]) if sample.placed.classes[place] else -1] * width)
    return [*found, *[-1] * (length - len(found))]


def collate(samples: Sequence[Sample], latents: int) -> Batch:
    """Make the batch of samples with one image each, all of one shape."""
    height, width = samples[0].pixels.shape[:2]
    grid = labels.grid(height // 16, width // 16, latents)
    patches = grid.rows * grid.columns
    rows = [_one(sample, grid, patches, latents) for sample in samples]
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
        pixels=np.stack([sample.pixels for sample in samples]),
        patch_classes=np.stack([row.patch_classes for row in rows]),
        patch_ordinals=np.stack([row.patch_ordinals for row in rows]),
        patch_cells=grid.patch_cells(),
        cell_classes=np.stack([row.cell_classes for row in rows]),
        cell_ordinals=np.stack([row.cell_ordinals for row in rows]),
        input_ids=ids,
        labels=targets,
        sources=sources,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """One sample's share of a batch."""

    ids: list[int]
    prompt: int
    sources: list[int]
    patch_classes: Ints
    patch_ordinals: Ints
    cell_classes: Ints
    cell_ordinals: Ints


def _one(sample: Sample, grid: Grid, patches: int, latents: int) -> _Row:
    row, column = labels.patch_of(sample.placed, grid)
    patch, cell = row * grid.columns + column, grid.cell_of(row, column)
    classes = sample.placed.classes
    prompt = prompt_ids(sample.question, 1, latents)
    answer = [*tokenizer.encode_text(sample.answer), tokenizer.special(tokenizer.END)]
    image_at = prompt.index(tokenizer.special(tokenizer.IMAGE))
    return _Row(
        ids=prompt + answer,
        prompt=len(prompt),
        sources=_sources(sample, cell, len(prompt), image_at, len(answer)),
        patch_classes=labels.slots(patch, classes, patches, PATCH_SLOTS),
        patch_ordinals=labels.ordinals(patch, classes, patches, ORDINALS),
        cell_classes=labels.slots(cell, classes, latents, CELL_SLOTS),
        cell_ordinals=labels.ordinals(cell, classes, latents, ORDINALS),
    )
