"""Lists are filled anew while a person selects, scrolls and chooses in them."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QComboBox, QListView
from pytestqt.qtbot import QtBot

from app.labelling.line_list import Line, LineList
from app.refill import in_place, offer


class Names(LineList):
    """A list of entries that are known by their names."""

    def __init__(self) -> None:
        super().__init__("Names", "")
        self.resize(300, 200)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)

    def fill(self, names: Sequence[str], detail: str = "") -> None:
        with in_place(self):
            self.lines.show_lines([Line(name, name, detail) for name in names])

    def selected(self) -> list[str]:
        chosen = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self.lines.lines[row].id for row in chosen]

    def at_top(self) -> tuple[str, int]:
        """Return the entry at the top edge, and how far above the edge it begins."""
        index = self.indexAt(self.viewport().rect().topLeft())
        return str(index.data()), self.visualRect(index).top()


@pytest.fixture
def names(qtbot: QtBot) -> Names:
    made = Names()
    qtbot.addWidget(made)
    made.show()
    made.fill([f"n{number}" for number in range(40)])
    return made


@pytest.mark.parametrize("seed", range(6))
def test_any_list_becomes_any_other_by_qts_rules(qtbot: QtBot, seed: int) -> None:
    chance = random.Random(seed)
    view = Names()
    qtbot.addWidget(view)
    tester = QAbstractItemModelTester(view.lines)  # warns, and a warning fails the test
    for _ in range(20):
        wanted = chance.sample([f"n{number}" for number in range(12)], chance.randint(0, 12))
        view.fill(wanted, str(chance.random()))
        assert [line.id for line in view.lines.lines] == wanted
        assert view.lines.rowCount() == len(wanted)
    assert tester.model() is view.lines


def test_what_is_selected_stays_so_beside_what_comes_and_goes(names: Names) -> None:
    for row in (3, 5):
        index = names.lines.index(row)
        names.selectionModel().setCurrentIndex(index, names.selectionModel().SelectionFlag.Select)
    names.fill(["new", "n1", "n3", "n4", "n5", "newer", "n7"])
    assert names.selected() == ["n3", "n5"]
    assert names.currentIndex().data() == "n5"


def test_only_what_changed_is_told(qtbot: QtBot, names: Names) -> None:
    told: list[tuple[int, int]] = []
    resets: list[None] = []
    names.lines.dataChanged.connect(lambda top, last: told.append((top.row(), last.row())))
    names.lines.modelReset.connect(lambda: resets.append(None))
    lines = list(names.lines.lines)
    for row in (2, 3, 9):
        lines[row] = Line(lines[row].id, lines[row].title, "other")
    names.lines.show_lines(lines)
    assert told == [(2, 3), (9, 9)]
    assert not resets


def test_what_is_seen_stays_where_it_is(names: Names) -> None:
    names.verticalScrollBar().setValue(names.visualRect(names.lines.index(10)).top() + 7)
    seen = names.at_top()
    assert seen[0] == "n10"
    names.fill(["new", "newer", *(f"n{number}" for number in range(4, 40))])
    assert names.at_top() == seen
    names.fill([f"n{number}" for number in range(11, 40)])
    assert names.at_top()[0] == "n11"


def test_a_list_at_its_top_shows_what_is_new(names: Names) -> None:
    names.fill(["new", *(f"n{number}" for number in range(40))])
    assert names.at_top() == ("new", 0)


def test_rows_of_one_name_are_all_shown(qtbot: QtBot, names: Names) -> None:
    names.fill(["a", "a", "b", "a"])
    names.fill(["a", "b", "a"], "now")
    assert [line.id for line in names.lines.lines] == ["a", "b", "a"]
    assert {line.detail for line in names.lines.lines} == {"now"}


def test_choices_that_are_the_same_leave_an_open_list_alone(qtbot: QtBot) -> None:
    box = QComboBox()
    qtbot.addWidget(box)
    heard: list[int] = []
    box.currentIndexChanged.connect(heard.append)
    offer(box, [("One", "1"), ("Two", "2")], "2")
    assert (box.currentText(), heard) == ("Two", [])
    pointed = box.model().index(0, 0)
    box.view().setCurrentIndex(pointed)
    offer(box, [("One", "1"), ("Two", "2")], "2")
    assert box.view().currentIndex() == pointed
    offer(box, [("Two", "2")], "1")
    assert (box.count(), box.currentData()) == (1, "2")
