from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.models.connection_table import ConnectionModel, ConnectionTable
from vlm.connections import Connection

ROWS = (
    Connection(1_700_000_000, "example.com", "Fetch a", 1_500_000, "complete"),
    Connection(1_600_000_000, "example.org", "Look up b", None, ""),
)


def test_it_is_a_proper_model(qtmodeltester: ModelTester) -> None:
    model = ConnectionModel()
    model.show_rows(ROWS)
    qtmodeltester.check(model)


def test_rows_say_who_what_for_how_much_and_how_it_ended(qtbot: QtBot) -> None:
    table = ConnectionTable()
    qtbot.addWidget(table)
    table.show()
    assert table.empty.isVisible()
    table.show_rows(ROWS)
    assert table.table.isVisible()
    cells = [[table.model.index(row, column).data() for column in range(1, 5)] for row in range(2)]
    assert cells == [
        ["example.com", "Fetch a", "1.5 MB", "complete"],
        ["example.org", "Look up b", "", "not known"],
    ]
    heads = [table.model.headerData(n, Qt.Orientation.Horizontal) for n in range(5)]
    assert heads == ["When", "Server", "What for", "Received", "How it ended"]


def test_a_row_that_comes_leaves_the_selected_one(qtbot: QtBot) -> None:
    table = ConnectionTable()
    qtbot.addWidget(table)
    table.show()
    table.show_rows(ROWS[1:])
    table.table.selectRow(0)
    table.show_rows(ROWS)
    assert [index.row() for index in table.table.selectionModel().selectedRows()] == [1]
    assert table.table.currentIndex().siblingAtColumn(1).data() == "example.org"
