from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QListView
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.history.keeper import Found
from app.history.model import ENTRY, HistoryModel, ago, place, said
from app.history.panel import HistoryPanel
from tests.app.history.entries import entry
from vlm.types import Box

NOW = datetime(2025, 3, 14, 12, 0, tzinfo=UTC)


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    model: QAbstractItemModel = HistoryModel()
    assert isinstance(model, HistoryModel)
    model.show([entry(str(number)) for number in range(5)])
    qtmodeltester.check(model)
    model.show([])
    qtmodeltester.check(model)


def test_a_row_is_its_entry() -> None:
    model = HistoryModel()
    given = entry("Who?", "Moss", verdict=True)
    model.show([given])
    index = model.index(0)
    assert index.data() == "Who?"
    assert index.data(ENTRY) == given
    spoken = str(index.data(Qt.ItemDataRole.AccessibleTextRole))
    assert spoken == "Who? Moss. invoice.pdf, page 2, marked right"


def test_a_path_that_looks_like_markup_is_a_plain_tooltip() -> None:
    model = HistoryModel()
    model.show([entry(path="/<b>x</b>.pdf")])
    assert "&lt;b&gt;" in str(model.index(0).data(Qt.ItemDataRole.ToolTipRole))


def test_lines_of_an_answer_stay_apart_in_one_line() -> None:
    given = entry("Who?", "Moss\n  Moss & Daughter\n\n8 Mill Yard")
    assert said(given) == "Moss / Moss & Daughter / 8 Mill Yard"
    corrected = replace(given, correction="Tilda\nMoss")
    assert said(corrected).startswith("Tilda / Moss · the model said: Moss / Moss")


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=23), "23 h ago"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=6), "6 days ago"),
    ],
)
def test_time_in_words(passed: timedelta, words: str) -> None:
    assert ago(NOW - passed, NOW) == words


def test_from_a_week_on_it_is_the_date() -> None:
    assert ago(NOW - timedelta(days=10), NOW).endswith("Mar 2025")


def test_the_place_says_page_or_part() -> None:
    assert place(entry()) == "invoice.pdf, page 2"
    assert place(entry(box=Box(0, 0, 1, 0.5))) == "invoice.pdf, part of page 2"


def test_what_a_person_wrote_comes_before_what_the_model_said() -> None:
    assert said(entry(answer="565.20", verdict=False)) == "565.20"
    assert said(entry(answer="565.20", verdict=False, correction="566.20")) == (
        "566.20 · the model said: 565.20"
    )
    assert said(entry(answer="")) == "(no answer)"


def test_a_long_file_name_leaves_the_page_and_the_time_in_sight(qtbot: QtBot) -> None:
    panel = HistoryPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 300)
    panel.show()
    long = entry(path="a letter about the rent of the last twelve years.pdf")
    seen = set()
    for minutes in (5, 7):
        when = datetime.now(UTC) - timedelta(minutes=minutes)
        panel.show_found(Found("", (replace(long, when=when),)))
        seen.add(bytes(panel.grab().toImage().constBits()))
    assert len(seen) == 2


def test_a_new_entry_leaves_all_that_is_selected(qtbot: QtBot) -> None:
    panel = HistoryPanel()
    qtbot.addWidget(panel)
    panel.show()
    old = [replace(entry(f"Question {number}"), number=number) for number in range(30, 0, -1)]
    panel.show_found(Found("", tuple(old)))
    view = panel.findChild(QListView)
    assert view is not None
    flag = view.selectionModel().SelectionFlag.Select
    for row in (12, 14):
        view.selectionModel().setCurrentIndex(view.model().index(row, 0), flag)
    view.scrollTo(view.currentIndex())
    top = view.visualRect(view.currentIndex()).top()
    panel.show_found(Found("", (replace(entry("New"), number=31), *old)))
    chosen = sorted(index.row() for index in view.selectionModel().selectedIndexes())
    assert chosen == [13, 15]
    assert view.currentIndex().data() == "Question 16"
    assert view.visualRect(view.currentIndex()).top() == top
    panel.show_found(Found("", tuple(one for one in old if one.number not in (16, 18))))
    assert [index.data() for index in view.selectionModel().selectedIndexes()] == ["Question 15"]
