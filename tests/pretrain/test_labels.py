import numpy as np
import pytest

from pretrain import labels
from pretrain.labels import Placed


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [(2, 48, (1, 48)), (2, 10, (1, 10)), (3, 48, (2, 32)), (6, 24, (3, 21)), (48, 34, (10, 6))],
)
def test_cells_follow_the_shape_of_the_image(
    rows: int, columns: int, expected: tuple[int, int]
) -> None:
    grid = labels.grid(rows, columns)
    assert (grid.cell_rows, grid.cell_columns) == expected


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 7, 12, 30, 48])
@pytest.mark.parametrize("columns", [1, 2, 9, 20, 33, 48])
def test_every_cell_holds_a_patch_and_none_is_beyond_the_latents(rows: int, columns: int) -> None:
    cells = labels.grid(rows, columns).patch_cells()
    assert set(cells) == set(range(cells.max() + 1))
    assert cells.max() < 64


def test_cells_are_in_reading_order() -> None:
    cells = labels.grid(4, 6).patch_cells().reshape(4, 6)
    assert cells[0].tolist() == [0, 1, 2, 3, 4, 5]
    assert cells[1].tolist() == cells[0].tolist()
    assert cells[2].tolist() == [6, 7, 8, 9, 10, 11]


def test_slots_keep_reading_order_and_drop_what_does_not_fit() -> None:
    owner, classes = np.array([1, 1, 0, 1]), np.array([5, 6, 7, 8])
    assert labels.slots(owner, classes, 2, 2).tolist() == [[7, 0], [5, 6]]


def test_line_breaks_take_no_slot() -> None:
    assert labels.slots(np.array([0, 0]), np.array([0, 4]), 1, 2).tolist() == [[4, 0]]


def test_ordinals_are_where_reading_starts() -> None:
    owner, classes = np.array([2, 2, 0]), np.array([3, 3, 9])
    assert labels.ordinals(owner, classes, 3, limit=128).tolist() == [2, -1, 0]


def test_characters_outside_the_image_belong_to_its_edge() -> None:
    placed = Placed(np.array([1, 1]), np.array([[-3.0, 5.0], [400.0, 40.0]]))
    row, column = labels.patch_of(placed, labels.grid(2, 10))
    assert row.tolist() == [0, 1]
    assert column.tolist() == [0, 9]
