"""Rows made, corrected and taken back through the widgets, with a look into the store."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app import dialogs
from app.dialogs import Reply
from app.examples import shelf
from app.labelling.marks import marks_of
from finetune import negatives
from finetune.examples import ExampleStore
from finetune.pictures import document_hash
from tests.app.conftest import MakeShell, furniture
from tests.app.labelling.desk import (
    NUMBER,
    TOTAL,
    begin,
    draw,
    offered,
    panel_of,
    press,
    rows,
    stored,
    use_set,
    view_of,
)
from tests.app.viewer.hand import point
from vlm import paths
from vlm.types import PageRef


def test_a_box_its_text_and_enter_make_a_row(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(*two)
    begin(qtbot, shell)
    panel = panel_of(shell)
    assert panel.isVisible()
    assert not furniture(shell).panel.isVisible()
    assert panel.picker.question == "What is the invoice number?"
    draw(qtbot, shell, 0, NUMBER)
    offered(qtbot, shell, "2026-0001")
    press(qtbot, panel.answer, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(stored()) == 1)
    (row,) = stored()
    assert (row.question, row.answers) == ("What is the invoice number?", ("2026-0001",))
    assert (row.kind, row.verdict, row.said) == ("label", "unknown", "")
    assert row.document == document_hash(Path(two[0]))
    assert row.page == PageRef(two[0], 0)
    assert row.box is not None
    assert abs(row.box.x0 - NUMBER.x0) < 0.01
    with ExampleStore(paths.data_dir() / shelf.NAME) as store:
        crop = store.crop(row.id)
    assert [word.text for word in crop.words] == ["2026-0001"]
    assert len(row.page_hash) == 64
    assert panel.picker.question == "What is the date of the invoice?"
    assert panel.answer.text() == ""
    assert view_of(shell).crop() is None
    shown = [line.title for line in panel.rows.lines.lines]
    assert shown == ["2026-0001"]


def test_typing_replaces_what_is_offered_and_a_click_brings_it_back(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    begin(qtbot, shell)
    panel = panel_of(shell)
    draw(qtbot, shell, 0, NUMBER)
    offered(qtbot, shell, "2026-0001")
    assert panel.hint.text() == "From the text under the box"
    assert not panel.take.isVisible()
    qtbot.keyClicks(panel.answer, "typed")
    assert panel.answer.text() == "typed"
    assert panel.take.text() == "Use “2026-0001”"
    draw(qtbot, shell, 0, TOTAL)
    qtbot.waitUntil(lambda: panel.take.text() == "Use “GBP 575.13”")
    assert panel.answer.text() == "typed"
    panel.take.click()
    assert panel.answer.text() == "GBP 575.13"
    panel.answer.clear()
    press(qtbot, panel.answer, Qt.Key.Key_Return)
    assert panel.answer.text() == "GBP 575.13"
    assert stored() == []


def test_the_last_row_is_taken_back_into_the_editor(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    use_set("Number?")
    shell = make_shell(two[0])
    begin(qtbot, shell)
    panel = panel_of(shell)
    draw(qtbot, shell, 0, NUMBER)
    offered(qtbot, shell, "2026-0001")
    assert not panel.undo.isEnabled()
    press(qtbot, panel.answer, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view_of(shell).page().page == 1)
    qtbot.waitUntil(lambda: len(stored()) == 1)
    assert panel.undo.isEnabled()
    (row,) = stored()
    qtbot.keyClick(panel.answer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: stored() == [])
    assert view_of(shell).page().page == 0
    assert (panel.picker.question, panel.answer.text()) == ("Number?", "2026-0001")
    assert view_of(shell).crop() == (row.page, row.box)
    assert not panel.undo.isEnabled()
    panel.answer.undo_wanted.emit()
    assert panel.status.text() == "There is no row of this sitting left to undo."


def test_a_row_is_corrected_where_it_is_and_the_correction_undone(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    use_set("Number?", "Total?")
    shell = make_shell(two[0])
    begin(qtbot, shell)
    panel = panel_of(shell)
    draw(qtbot, shell, 0, NUMBER)
    offered(qtbot, shell, "2026-0001")
    press(qtbot, panel.answer, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(stored()) == 1)
    (before,) = stored()
    panel.rows.select(before.id)
    press(qtbot, panel.rows, Qt.Key.Key_F2)
    assert (panel.picker.question, panel.answer.text()) == ("Number?", "2026-0001")
    assert view_of(shell).crop() == (before.page, before.box)
    assert panel.keep.text() == "Save"
    qtbot.keyClicks(panel.answer, "2026-0009")
    press(qtbot, panel.answer, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: rows() == [("Number?", "2026-0009", 0)])
    assert (stored()[0].id, stored()[0].box) == (before.id, before.box)
    assert panel.keep.text() == "Keep"
    panel.undo.click()
    qtbot.waitUntil(lambda: rows() == [("Number?", "2026-0001", 0)])


def test_escape_leaves_a_row_as_it_was(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    use_set("Number?", "Total?")
    shell = make_shell(two[0])
    begin(qtbot, shell)
    panel = panel_of(shell)
    panel.answer.setText("typed\0 without\x1b a box")
    press(qtbot, panel.answer, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(stored()) == 1)
    panel.rows.select(stored()[0].id)
    panel.correct.click()
    qtbot.keyClicks(panel.answer, "other")
    press(qtbot, panel.answer, Qt.Key.Key_Escape)
    assert (panel.answer.text(), panel.picker.question) == ("", "Total?")
    assert rows() == [("Number?", "typed without a box", 0)]
    assert stored()[0].box is None


def test_removing_a_row_is_asked(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = make_shell(two[0])
    begin(qtbot, shell)
    panel = panel_of(shell)
    panel.answer.setText("A")
    press(qtbot, panel.answer, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(stored()) == 1)
    for choice, left in (("Keep", 1), ("Remove", 0)):
        reply = Reply(choice)
        monkeypatch.setattr(dialogs, "ask", lambda *_, reply=reply: reply)
        qtbot.waitUntil(lambda: len(panel.rows.lines.lines) == 1)
        panel.rows.select(panel.rows.lines.lines[0].id)
        press(qtbot, panel.rows, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda left=left: len(stored()) == left)  # type: ignore[misc]
    qtbot.waitUntil(lambda: panel.rows.lines.lines == ())


def test_rows_are_boxes_on_the_page(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    begin(qtbot, shell)
    draw(qtbot, shell, 0, NUMBER)
    offered(qtbot, shell, "2026-0001")
    press(qtbot, panel_of(shell).answer, Qt.Key.Key_Return)
    marks = marks_of(view_of(shell))
    assert marks is not None
    qtbot.waitUntil(lambda: len(marks.rects()) == 1)
    number, rect = marks.rects()[0]
    middle = point(view_of(shell), 0, (NUMBER.x0 + NUMBER.x1) / 2, (NUMBER.y0 + NUMBER.y1) / 2)
    assert number == 1
    assert rect.contains(middle)
    green = marks.grab().toImage().pixelColor(rect.topLeft().toPoint() + QPoint(20, 0))
    assert green.green() > green.red() + 20
    shell.window.commands.label.setChecked(False)
    assert marks.rects() == []


def test_rows_of_the_window_make_negatives(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    use_set("Number?", "Total?", "Greeting?")
    shell = make_shell(two[0])
    begin(qtbot, shell)
    answer = panel_of(shell).answer
    for box, text in ((NUMBER, "2026-0001"), (TOTAL, "GBP 575.13")):
        draw(qtbot, shell, 0, box)
        offered(qtbot, shell, text)
        press(qtbot, answer, Qt.Key.Key_Return)
    qtbot.keyClick(panel_of(shell), Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: len(stored()) == 3)
    made = negatives.borrowed(stored(), seed=1, share=1.0)
    by_id = {one.id: one.question for one in stored()}
    assert {(one.question, by_id[shown]) for one, shown in made} == {
        ("Number?", "Total?"),
        ("Total?", "Number?"),
    }
    assert {one.page_hash for one, _ in made} == {stored()[0].page_hash}


def test_the_models_answer_is_offered_and_kept_beside_the_right_one(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], tmp_path: Path
) -> None:
    (paths.config_dir() / "settings.json").write_text(f'{{"model_folder": "{tmp_path}"}}')
    shell = make_shell(two[0])
    begin(qtbot, shell)
    panel = panel_of(shell)
    qtbot.waitUntil(panel.model.isEnabled, timeout=20_000)
    with qtbot.waitSignal(furniture(shell).asking.finished, timeout=20_000) as told:
        qtbot.keyClick(panel, Qt.Key.Key_F7)
    assert told.args is not None
    said = told.args[0].answer.text
    offered(qtbot, shell, said)
    assert panel.hint.text() == "What the model answered"
    qtbot.keyClicks(panel.answer, "2026-0001")
    press(qtbot, panel.answer, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(stored()) == 1)
    (row,) = stored()
    assert (row.answer, row.said, row.verdict) == ("2026-0001", said, "wrong")
