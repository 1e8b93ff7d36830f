"""A batch in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from app.ask.values import EvidenceClick
from app.batch import words
from app.batch.model import BatchModel
from app.batch.runner import Phase
from app.batch.window import BatchWindow
from app.theme import Tone
from tests.app.batch.conftest import QUESTIONS, WAIT, Desk, draw, looked, press_run
from tests.app.conftest import to_the_front
from vlm.batch import Cell, Row, Table, question_for
from vlm.protocol import Done, Progress, Unanswered
from vlm.types import Box, PageRef, Question

BOX = Box(0.1, 0.1, 0.4, 0.2)


def table() -> Table:
    made = Table(
        [Row("/papers/a.pdf", "1"), Row("/papers/deep/b.pdf", "2"), Row("/papers/c.pdf", "3")],
        [question_for("", text) for text in QUESTIONS],
    )
    made.put(0, 0, Cell("12.50\nEUR", 0.97, "page", 2, (BOX,), 120, 4))
    made.put(0, 1, Cell("No answer was found.", 0.0, "no_text", 0, (), 120, 4, found=False))
    made.fail(1, "b.pdf needs a password.")
    return made


def test_cells_say_what_they_are(qtbot: QtBot) -> None:
    model = BatchModel()
    QAbstractItemModelTester(model)
    model.show(table(), Path("/papers"))
    shown = [[model.index(row, column).data() for column in range(3)] for row in range(3)]
    assert shown == [
        ["a.pdf", "12.50 EUR", "Not found"],
        ["deep/b.pdf", "No answer", "No answer"],
        ["c.pdf", words.MISSING, words.MISSING],
    ]
    first, none, locked = model.index(0, 1), model.index(0, 2), model.index(1, 1)
    role = Qt.ItemDataRole.AccessibleTextRole
    assert first.data(role) == (
        "a.pdf. Total? 12.50 EUR. Sure (97 %) · Found on page 3 · Read 4 of 120 pages; 116 not read"
    )
    assert first.data(Qt.ItemDataRole.DecorationRole) is not None
    assert "password" in locked.data(Qt.ItemDataRole.ToolTipRole)
    assert model.place(first) == EvidenceClick(PageRef("/papers/a.pdf", 2), (BOX,))
    assert model.place(model.index(2, 0)) == EvidenceClick(PageRef("/papers/c.pdf", 0), ())
    header = Qt.Orientation.Horizontal
    assert [model.headerData(column, header) for column in range(3)] == ["Document", *QUESTIONS]
    cells = [model.cell(index) for index in (first, none, locked)]
    assert [words.tone(cell) for cell in cells if cell] == [Tone.GOOD, Tone.CAUTION, Tone.BAD]


def test_markup_stays_text(qtbot: QtBot) -> None:
    made = Table([Row("/<b>a</b>.pdf", "1")], [question_for("", "<i>?</i>")])
    made.put(0, 0, Cell("<img src='x'>", 0.9, "page"))
    model = BatchModel()
    model.show(made)
    assert "<img" not in model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    window = BatchWindow()
    qtbot.addWidget(window)
    window.model.show(made)
    window.show_table(made)
    window.table.setCurrentIndex(window.model.index(0, 1))
    assert window.answer.textFormat() is Qt.TextFormat.PlainText
    assert window.answer.text() == "<img src='x'>"


def test_the_answer_under_the_cursor_is_shown_and_jumped_to(qtbot: QtBot) -> None:
    window = BatchWindow()
    qtbot.addWidget(window)
    window.show()
    made = table()
    window.model.show(made, Path("/papers"))
    window.show_table(made)
    assert not window.jump.isEnabled()
    window.table.setCurrentIndex(window.model.index(0, 1))
    assert window.answer.text() == "12.50\nEUR"
    assert window.about.text().startswith("Sure (97 %) · Found on page 3")
    wanted = EvidenceClick(PageRef("/papers/a.pdf", 2), (BOX,))
    with qtbot.waitSignal(window.jumped) as jumped:
        QTest.mouseClick(window.jump, Qt.MouseButton.LeftButton)
    assert jumped.args == [wanted]
    with qtbot.waitSignal(window.jumped) as jumped, qtbot.waitSignal(window.chosen) as chosen:
        QTest.keyClick(window.table, Qt.Key.Key_Return)
    assert jumped.args == [wanted]
    assert chosen.args is not None
    assert (chosen.args[0].path, chosen.args[0].cell.text) == ("/papers/a.pdf", "12.50\nEUR")
    window.table.setCurrentIndex(window.model.index(0, 0))
    heard: list[object] = []
    window.chosen.connect(heard.append)
    QTest.mouseClick(window.jump, Qt.MouseButton.LeftButton)
    assert heard == []
    window.table.setCurrentIndex(window.model.index(0, 1))
    window.show_state(Phase.READY, made, None, "")
    assert window.run.text() == "Ask the missing 2"
    assert window.state.text() == "3 documents · 2 of 6 answers · 1 document with problems"
    window.show_state(Phase.RUNNING, made, 100.0, words.in_hand(made, ["c.pdf"]))
    assert window.run.text() == "Stop"
    said = window.state.text()
    assert said.startswith("Document 3 of 3: c.pdf · 2 of 6 answers")
    assert said.endswith("about 2 minutes left")
    assert window.bar.value() / window.bar.maximum() == pytest.approx(made.done / made.total)
    window.show_state(Phase.RUNNING, made, 100.0, "", {2: 0.5})
    assert window.bar.value() / window.bar.maximum() == pytest.approx((made.done + 1) / made.total)
    read = [window.model.index(2, column).data() for column in (1, 2)]
    assert read == [words.READING, words.READING]
    window.show_state(Phase.READY, made, None, "")
    assert window.model.index(2, 1).data() == words.MISSING
    made.retry(1)
    assert words.in_hand(made, ["b.pdf", "c.pdf"]) == "Documents 2 to 3 of 3"


def test_where_the_table_will_be_it_is_said_what_happens(qtbot: QtBot) -> None:
    window = BatchWindow()
    qtbot.addWidget(window)
    assert window.intro.text() == words.INTRO
    window.show_source("invoices")
    assert window.intro.text() == words.AHEAD.format(name="invoices")
    window.show_state(Phase.LOOKING, None, None, "Looking at document 1 of 3…")
    assert window.intro.text() == words.LOOKING.format(name="invoices")
    for phase, said in ((Phase.EMPTY, words.NOT_LOOKED), (Phase.LOOKING, words.LOOKING)):
        window.show_state(phase, None, None, "")
        assert window.intro.text() == said.format(name="invoices")
    window.show_table(Table([], [question_for("", "Total?")]))
    assert window.intro.text() == words.NO_DOCUMENTS


def test_once_documents_are_chosen_the_keyboard_is_on_asking_them(qtbot: QtBot) -> None:
    window = BatchWindow()
    qtbot.addWidget(window)
    window.show()
    to_the_front(qtbot, window)
    window.source.setFocus()
    window.show_state(Phase.EMPTY, None, None, "")
    assert window.source.hasFocus()
    window.show_state(Phase.READY, table(), None, "")
    assert window.run.hasFocus()
    window.sets.setFocus()
    window.show_state(Phase.READY, table(), None, "")
    assert window.sets.hasFocus()


def test_names_that_begin_alike_are_told_apart_by_their_ends(qtbot: QtBot) -> None:
    window = BatchWindow()
    qtbot.addWidget(window)
    window.show()
    seen = set()
    for end in ("January", "February"):
        made = Table([Row(f"/papers/{'Invoice of the Stadtwerke ' * 2}{end}.pdf", "1")], [])
        window.model.show(made)
        window.show_table(made)
        seen.add(bytes(window.table.viewport().grab().toImage().constBits()))
    assert len(seen) == 2


def test_an_answer_that_its_page_does_not_have_is_to_be_checked() -> None:
    assert words.about(Cell("12.50", 0.97, "absent")) == (
        "Sure, but check it (97 %) · Not found on page 1"
    )


def test_an_answer_that_is_jumped_to_can_be_judged(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    looked(qtbot, desk)
    press_run(desk)
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
    window = desk.window
    rows = range(len(desk.table.rows))
    answered = [row for row in rows if window.model.chosen(window.model.index(row, 1))]
    window.table.setCurrentIndex(window.model.index(answered[0], 1))
    with qtbot.waitSignal(desk.door.recalled) as recalled:
        QTest.mouseClick(window.jump, Qt.MouseButton.LeftButton)
    assert recalled.args is not None
    past = recalled.args[0]
    assert past.question.text == QUESTIONS[0]
    assert past.question.page.path == desk.table.rows[answered[0]].path
    assert past.answer.text == window.answer.text()
    assert past.right is None
    again: list[object] = []
    desk.door.recalled.connect(again.append)
    QTest.mouseClick(window.jump, Qt.MouseButton.LeftButton)
    assert again == []


def test_a_folder_is_asked_and_only_what_is_missing_asked_again(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    looked(qtbot, desk)
    assert desk.window.run.text() == "Ask all"
    press_run(desk)
    assert desk.window.run.text() == "Stop"
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
    assert desk.table.done == desk.table.total == 6
    first = desk.table.cell(0, 0)
    assert first is not None
    assert first.text == "Invoice 1 total 84.50"
    book = desk.table.cell(1, 0)
    assert book is not None
    assert (book.pages_read, book.page_count) == (4, 6)
    broken = desk.table.cell(2, 1)
    assert broken is not None
    assert broken.problem.endswith(".")
    assert desk.window.run.text() == "Ask again what failed"

    window = desk.window
    window.table.setCurrentIndex(window.model.index(0, 1))
    QTest.mouseClick(window.jump, Qt.MouseButton.LeftButton)
    assert desk.jumps[-1].page == PageRef(str(desk.folder / "a.pdf"), 0)
    assert desk.jumps[-1].boxes

    desk.door.write(tmp_path / "out.csv")
    qtbot.waitUntil(lambda: "was written" in window.status.text(), timeout=WAIT)
    assert "84.50" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    desk.door.write(tmp_path / "out.doc")
    qtbot.waitUntil(lambda: ".xlsx" in window.status.text(), timeout=WAIT)

    draw(desk.folder / "a.pdf", "Invoice 1 total 99.00")
    desk.door.ask_folder(desk.folder)
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
    assert [desk.table.missing(row) for row in range(3)] == [(0, 1), (), (0, 1)]


def test_a_persons_question_goes_first_and_the_batch_goes_on(qtbot: QtBot, desk: Desk) -> None:
    looked(qtbot, desk)
    press_run(desk)
    qtbot.waitUntil(lambda: desk.table.done > 0, timeout=WAIT)
    done: list[Done] = []
    desk.client.reported.connect(lambda event: done.append(event) if isinstance(event, Done) else 0)
    page = PageRef(str(desk.folder / "a.pdf"), 0)
    desk.client.ask(Question("Mine?", page))
    qtbot.waitUntil(lambda: bool(done), timeout=WAIT)
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
    assert desk.table.done == desk.table.total
    assert desk.table.problems == 1, "only the broken document"


def test_what_is_done_of_a_document_is_said(qtbot: QtBot, desk: Desk) -> None:
    looked(qtbot, desk)
    states: list[str] = []
    desk.runner.changed.connect(lambda: states.append(desk.window.state.text()))
    press_run(desk)
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
    begin = "Document 1 of 3: a.pdf · Opening the page · "
    assert any(state.startswith(begin) for state in states), states


def test_stop_keeps_what_there_is_and_run_goes_on(qtbot: QtBot, desk: Desk) -> None:
    looked(qtbot, desk)
    press_run(desk)
    qtbot.waitUntil(lambda: desk.table.done > 0, timeout=WAIT)
    QTest.mouseClick(desk.window.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
    before = desk.table.done
    assert 0 < before < desk.table.total
    press_run(desk)
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
    assert desk.table.done == desk.table.total


def test_another_model_stops_the_batch_and_says_so(qtbot: QtBot, desk: Desk) -> None:
    looked(qtbot, desk)
    press_run(desk)
    qtbot.waitUntil(lambda: desk.table.done > 0, timeout=WAIT)
    desk.client.load("/models/two")
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
    assert desk.window.status.text() == words.OTHER_MODEL
    desk.door.set_model(desk.client.model)
    qtbot.waitUntil(
        lambda: desk.runner.phase is Phase.READY and desk.table.known == 0, timeout=WAIT
    )
    assert desk.runner.plan is not None
    assert desk.runner.plan.model.folder == "/models/two"


def test_the_open_documents_can_be_asked(qtbot: QtBot, desk: Desk) -> None:
    desk.window.open_wanted.emit()
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
    assert desk.window.source.text() == "1 document"
    assert len(desk.table.rows) == 1


def test_asking_again_leaves_the_view_as_it_is(qtbot: QtBot) -> None:
    window = BatchWindow()
    qtbot.addWidget(window)
    window.show()
    window.model.show(table(), Path("/papers"))
    window.show_table(table())
    window.table.setCurrentIndex(window.model.index(0, 1))
    window.table.setColumnWidth(1, 333)
    again = table()
    again.put(0, 0, Cell("13.00", 0.5, "page"))
    window.model.show(again, Path("/papers"))
    window.show_table(again)
    current = window.table.currentIndex()
    assert (current.row(), current.column()) == (0, 1)
    assert window.table.columnWidth(1) == 333
    assert window.answer.text() == "13.00"
    window.model.show(again, Path("/"))
    assert window.table.columnWidth(1) != 333
    for _ in range(2):
        window.model.show(Table((), again.questions), Path("/"))
    assert window.model.rowCount() == 0


def test_while_a_document_is_read_the_table_and_the_bar_say_so(qtbot: QtBot, desk: Desk) -> None:
    looked(qtbot, desk)
    told: list[tuple[dict[int, float], int]] = []
    desk.runner.changed.connect(
        lambda: told.append((dict(desk.runner.reading), desk.window.bar.value()))
    )
    press_run(desk)
    seat = desk.runner.main
    qtbot.waitUntil(lambda: desk.runner.reading != {}, timeout=WAIT)
    row = next(iter(desk.runner.reading))
    assert desk.window.model.index(row, 1).data() == words.READING
    for fraction in (0.5, 0.25):
        seat.happened.emit(seat, Progress(seat.job, "Reading line 3", fraction))
        assert desk.runner.reading == {row: 0.5}
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
    assert told[-1][0] == {}
    bars = [bar for _, bar in told]
    assert bars == sorted(bars)


def test_a_document_that_cannot_be_read_says_nothing_of_how_long_the_rest_takes(
    qtbot: QtBot, desk: Desk
) -> None:
    looked(qtbot, desk)
    press_run(desk)
    seat = desk.runner.main
    qtbot.waitUntil(lambda: seat.job != 0, timeout=WAIT)
    for index in range(2):
        event = Unanswered(seat.job, index, "unreadable_document", "It is damaged.")
        seat.happened.emit(seat, event)
    assert desk.table.problems == 1
    assert desk.runner.left_s is None
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)
