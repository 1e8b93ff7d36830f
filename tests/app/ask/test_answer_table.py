"""Answers that are tables."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QTableWidgetSelectionRange
from pytestqt.qtbot import QtBot

from app import style, theme
from app.ask.answer_card import AnswerCard
from app.ask.answer_table import ROWS_SHOWN, AnswerTable
from tests.app.ask.sample import answer
from vlm.table_text import Grid, markdown
from vlm.types import PageRef, Question

GRID: Grid = [["Item", "Pieces", "Amount"], ["Green tea", "4", "12.80"], ["Cake", "2", "9.50"]]


@pytest.fixture
def card(qtbot: QtBot) -> AnswerCard:
    made = AnswerCard(Question("Copy the table", PageRef("a.pdf", 0)))
    qtbot.addWidget(made)
    made.resize(360, 400)
    made.show()
    return made


def texts(table: AnswerTable) -> list[list[str]]:
    rows = range(table.rowCount())
    found = [[table.item(row, at) for at in range(table.columnCount())] for row in rows]
    return [[item.text() if item is not None else "" for item in row] for row in found]


def test_a_table_stands_in_the_place_of_its_text(card: AnswerCard) -> None:
    card.show_answer(answer(markdown(GRID)))
    assert card.table.isVisible()
    assert not card.text.isVisible()
    assert texts(card.table) == GRID
    heading, amount = card.table.item(0, 0), card.table.item(1, 2)
    assert heading is not None
    assert amount is not None
    assert heading.font().weight() > amount.font().weight()
    assert amount.textAlignment() & int(Qt.AlignmentFlag.AlignRight)
    assert card.copied() == "Item\tPieces\tAmount\nGreen tea\t4\t12.80\nCake\t2\t9.50"
    card.show_answer(answer("12.80"))
    assert card.text.isVisible()
    assert not card.table.isVisible()
    card.restart(card.question)
    assert not card.text.isVisible()
    assert not card.table.isVisible()


def test_cells_are_copied_with_tabs(card: AnswerCard, qtbot: QtBot) -> None:
    card.show_answer(answer(markdown(GRID)))
    card.table.setRangeSelected(QTableWidgetSelectionRange(1, 0, 2, 1), True)
    qtbot.keyClick(card.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Green tea\t4\nCake\t2"


def test_a_long_table_is_scrolled_and_a_short_one_lets_the_panel_scroll(card: AnswerCard) -> None:
    rows = [["Number", "Name"], *([str(number), "x"] for number in range(60))]
    card.show_answer(answer(markdown(rows)))
    assert card.table.height() < sum(map(card.table.rowHeight, range(card.table.rowCount())))
    assert card.table.height() >= ROWS_SHOWN * card.table.rowHeight(0)
    assert turned(card.table).isAccepted()
    assert card.table.verticalScrollBar().value() > 0
    card.show_answer(answer(markdown(GRID)))
    assert not turned(card.table).isAccepted()


def turned(table: AnswerTable) -> QWheelEvent:
    """Turn the wheel over a table."""
    event = QWheelEvent(
        QPointF(9, 9),
        QPointF(9, 9),
        QPoint(0, -60),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    table.wheelEvent(event)
    return event


def test_several_tables_stand_below_each_other(card: AnswerCard) -> None:
    other: Grid = [["A", "B"], ["1", "2"]]
    card.show_answer(answer(f"{markdown(GRID)}\n\n{markdown(other)}"))
    assert texts(card.table) == [*GRID, ["", "", ""], ["A", "B", ""], ["1", "2", ""]]


def test_nothing_is_drawn_where_both_scroll_bars_meet(qtbot: QtBot) -> None:
    wide: Grid = [[f"column {number}" for number in range(9)]] * (ROWS_SHOWN + 5)
    made = AnswerCard(Question("Copy the table", PageRef("a.pdf", 0)))
    qtbot.addWidget(made)
    made.setStyleSheet(style.sheet(theme.palette_for(False)))
    made.resize(360, 700)
    made.show_answer(answer(markdown(wide)))
    made.show()
    table = made.table
    across, down = table.horizontalScrollBar(), table.verticalScrollBar()
    assert across.isVisible()
    assert down.isVisible()
    image = table.grab().toImage()
    area = image.rect().adjusted(across.width(), down.height(), 0, 0)
    assert area.width() > 5
    assert area.height() > 5
    colours = {
        image.pixel(x, y)
        for x in range(area.left(), area.right() + 1)
        for y in range(area.top(), area.bottom() + 1)
    }
    assert len(colours) == 1


def test_the_widest_column_gives_way_so_that_nothing_is_scrolled_for(
    qtbot: QtBot, card: AnswerCard
) -> None:
    table = card.table
    rows: Grid = [["Description", "Amount"], ["Letterhead of recycled paper", "90.00"]]
    card.resize(1000, 400)
    card.show_answer(answer(markdown(rows)))
    qtbot.waitUntil(lambda: table.width() > 600)
    needed, low = sum(map(table.columnWidth, range(2))), table.height()
    card.resize(card.width() - table.width() + needed - 20, 400)
    qtbot.waitUntil(lambda: table.width() == needed - 20)
    assert not table.horizontalScrollBar().isVisible()
    assert table.height() > low, "its text has two lines then"
    card.resize(card.width() + 16, 400)
    qtbot.waitUntil(lambda: table.width() == needed - 4)
    assert table.height() > low, "by so little it was cut off with dots"
    card.resize(1000, 400)
    qtbot.waitUntil(lambda: table.height() == low)
