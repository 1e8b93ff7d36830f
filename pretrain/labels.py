"""What the dense heads are taught: which characters lie in which patch and in which cell.

An image of ``rows x columns`` patches is divided into at most 64 cells in reading order, shaped
after the image: a line crop gets one row of cells as fine as its patches, a page about 9 x 6. Each
cell belongs to the perceiver latent of the same number.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """How an image's patches are divided into cells.

    Attributes:
        rows, columns: patches of the image.
        cell_rows, cell_columns: cells of the image; their product is at most the latents.
    """

    rows: int
    columns: int
    cell_rows: int
    cell_columns: int

    def cell_of(self, row: Ints, column: Ints) -> Ints:
        """Cell index of patches, in reading order; integer arrays of one shape in and out."""
        down = row * self.cell_rows // self.rows
        across = column * self.cell_columns // self.columns
        return down * self.cell_columns + across

    def patch_cells(self) -> Ints:
        """Cell index of every patch, ``(rows * columns,)`` int64, row-major."""
        row, column = np.divmod(np.arange(self.rows * self.columns), self.columns)
        return self.cell_of(row, column)


def grid(rows: int, columns: int, latents: int = 64) -> Grid:
    """Choose the cells of an image of ``rows x columns`` patches.

    Rows of cells are two patches high where the latents suffice (a text line), because horizontal
    detail matters more than vertical.
    """
    cell_rows = min(math.ceil(rows / 2), max(1, round(math.sqrt(latents * rows / columns))))
    return Grid(rows, columns, cell_rows, min(columns, latents // cell_rows))


@dataclass(frozen=True, slots=True)
class Placed:
    """Characters of one image in reading order, with where they lie.

    Attributes:
        classes: ``(n,)`` int64 in [0, CLASSES), 0 for a line break.
        centres: ``(n, 2)`` float64, x and y in pixels of the image.
    """

    classes: Ints
    centres: npt.NDArray[np.float64]


def patch_of(placed: Placed, cells: Grid, patch_px: int = 16) -> tuple[Ints, Ints]:
    """Row and column of the patch under each character's centre, clamped into the image."""
    column = np.clip(placed.centres[:, 0] // patch_px, 0, cells.columns - 1).astype(np.int64)
    row = np.clip(placed.centres[:, 1] // patch_px, 0, cells.rows - 1).astype(np.int64)
    return row, column


def slots(owner: Ints, classes: Ints, owners: int, width: int) -> Ints:
    """List each owner's characters in reading order.

    Args:
        owner: ``(n,)`` which patch or cell owns each character.
        classes: ``(n,)`` the characters' classes; class 0 is skipped.
        owners: how many patches or cells there are.
        width: characters kept per owner; the rest is dropped.

    Returns:
        ``(owners, width)`` int64, 0 where there is no character.
    """
    table = np.zeros((owners, width), dtype=np.int64)
    used = np.zeros(owners, dtype=np.int64)
    for place, character in zip(owner.tolist(), classes.tolist(), strict=True):
        if character and used[place] < width:
            table[place, used[place]] = character
            used[place] += 1
    return table


def ordinals(owner: Ints, classes: Ints, owners: int, limit: int) -> Ints:
    """Number, in the image's text, of each owner's first character: where reading it starts.

    Returns:
        ``(owners,)`` int64 in [0, limit), -1 where the owner holds no character.
    """
    first = np.full(owners, -1, dtype=np.int64)
    for index in range(len(owner) - 1, -1, -1):
        if classes[index]:
            first[owner[index]] = min(index, limit - 1)
    return first
