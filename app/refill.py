"""Fills a list anew row by row, so that what a person does in it meanwhile goes on.

A model that is reset takes the selection, the current row and the line being typed in with it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtCore import (
    QAbstractListModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSignalBlocker,
)
from PySide6.QtWidgets import QAbstractItemView, QComboBox

Row = TypeVar("Row")

NEAR = 50
"""Rows below the current one of which one is taken when it goes."""


def refill(
    model: QAbstractListModel | QAbstractTableModel,
    shown: list[Row],
    wanted: Sequence[Row],
    name: Callable[[Row], Hashable],
) -> None:
    """Make the rows of a model equal to others and tell its views which came, went and changed.

    Args:
        model: Of the rows.
        shown: The list that the model keeps its rows in; it is changed in place.
        wanted: The rows from now on.
        name: What a row is known by. A row of the same name stays where it is in a view; one
            that stands elsewhere among the others than before goes and comes.
    """
    names = _names(wanted, name)
    place = {one: number for number, one in enumerate(names)}
    before = _names(shown, name)
    stays = _in_order([place.get(one) for one in before])
    for first, last in reversed(_runs([number for number, stay in enumerate(stays) if not stay])):
        model.beginRemoveRows(QModelIndex(), first, last)
        del shown[first : last + 1]
        model.endRemoveRows()
    kept = {one for one, stay in zip(before, stays, strict=True) if stay}
    for first, last in _runs([row for row, one in enumerate(names) if one not in kept]):
        model.beginInsertRows(QModelIndex(), first, last)
        shown[first:first] = wanted[first : last + 1]
        model.endInsertRows()
    changed = [row for row, one in enumerate(wanted) if shown[row] != one]
    shown[:] = wanted
    last_column = 0  # Qt keeps that to itself in a list
    if isinstance(model, QAbstractTableModel):
        last_column = model.columnCount(QModelIndex()) - 1
    for first, last in _runs(changed):
        model.dataChanged.emit(model.index(first, 0), model.index(last, last_column), [])


@contextmanager
def in_place(view: QAbstractItemView) -> Generator[None]:
    """Keep what is seen where it is while rows come and go; a list at its top stays there.

    Where all that is selected goes, what comes into its place is selected; Qt would take what is
    above it.
    """
    selected = view.selectionModel().hasSelection()
    bar = view.verticalScrollBar()
    scrolled = bar.value() > bar.minimum()
    seen = [(QPersistentModelIndex(one), view.visualRect(one).top()) for one in _seen(view)]
    below = [QPersistentModelIndex(one) for one in _below(view.currentIndex())]
    yield
    if selected and not view.selectionModel().hasSelection():
        view.setCurrentIndex(next(filter(_is_valid, below), view.currentIndex()))
    left = next((pair for pair in seen if pair[0].isValid()), None)
    if scrolled and left is not None:
        bar.setValue(bar.value() + view.visualRect(left[0]).top() - left[1])


def offer(box: QComboBox, choices: Sequence[tuple[str, str]], chosen: str) -> None:
    """Offer choices in a box; the same ones again leave its open list alone.

    Args:
        box: Tells nothing of what happens here.
        choices: What each says, and what it is known by.
        chosen: What one of them is known by; the first is chosen where it is none of them.
    """
    offered = [(box.itemText(row), box.itemData(row)) for row in range(box.count())]
    blocker = QSignalBlocker(box)
    if offered != list(choices):
        box.clear()
        for text, known in choices:
            box.addItem(text, known)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    blocker.unblock()


def _seen(view: QAbstractItemView) -> Iterator[QModelIndex]:
    """Yield the rows that show, from the top."""
    room = view.viewport().rect()
    row = view.indexAt(QPoint(room.left() + 1, room.top() + 1))
    while row.isValid() and view.visualRect(row).top() <= room.bottom():
        yield row
        row = row.siblingAtRow(row.row() + 1)


def _below(index: QModelIndex) -> Iterator[QModelIndex]:
    """Yield what is near below a row."""
    for row in range(index.row() + 1, index.row() + 1 + NEAR):
        if index.isValid() and (near := index.siblingAtRow(row)).isValid():
            yield near


def _is_valid(index: QModelIndex | QPersistentModelIndex) -> bool:
    return index.isValid()


def _names(rows: Sequence[Row], name: Callable[[Row], Hashable]) -> list[Hashable]:
    """Return what rows are known by; those of the same name are counted."""
    met: dict[Hashable, int] = {}
    names: list[Hashable] = []
    for known in map(name, rows):
        met[known] = met.get(known, 0) + 1
        names.append((known, met[known]))
    return names


def _in_order(places: Sequence[int | None]) -> list[bool]:
    """Tell which rows stay: those that are still wanted and come after all that stay."""
    last, stays = -1, list[bool]()
    for place in places:
        stays.append(place is not None and place > last)
        if place is not None and place > last:
            last = place
    return stays


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return rising numbers as runs, both ends in."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
