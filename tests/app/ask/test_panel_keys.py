"""The asking panel from the keyboard alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ask import words
from app.ask.panel import AskPanel
from app.ask.values import Draft, Scope, Verdict
from tests.app.ask.sample import BOX, CROPPED, DOCUMENT, PAGE, WHOLE, answer


def test_typing_tells_the_draft(qtbot: QtBot, panel: AskPanel) -> None:
    drafts: list[str] = []
    panel.draft_changed.connect(drafts.append)
    QTest.keyClicks(panel.composer.line, "Hm")
    assert drafts == ["H", "Hm"]


def test_what_is_typed_on_the_page_goes_into_the_line(qtbot: QtBot, panel: AskPanel) -> None:
    panel.type_on("W")
    assert panel.draft() == "", "without a page there is nothing to ask"
    panel.set_scope(DOCUMENT, PAGE, BOX)
    for letter in "Why?":
        panel.type_on(letter)
    assert panel.draft() == "Why?"
    with qtbot.waitSignal(panel.asked) as asked:
        panel.type_on("\n")
    assert asked.args == [Draft("Why?", Scope(PAGE, BOX))]


def test_enter_in_the_empty_line_reads_the_box_but_never_twice(
    qtbot: QtBot, panel: AskPanel
) -> None:
    line, send = panel.composer.line, panel.composer.send
    panel.set_scope(DOCUMENT, PAGE, None)
    with qtbot.assertNotEmitted(panel.asked):
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert (send.text(), send.isEnabled()) == ("Ask", False)
    panel.set_scope(DOCUMENT, PAGE, BOX)
    assert (send.text(), send.isEnabled()) == ("Read", True)
    with qtbot.waitSignal(panel.asked) as asked:
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert asked.args == [Draft(words.EXAMPLES[0], Scope(PAGE, BOX))]
    panel.set_running(True)
    with qtbot.assertNotEmitted(panel.asked):
        QTest.keyClick(line, Qt.Key.Key_Return)
    panel.set_running(False)
    with qtbot.waitSignal(panel.asked):
        QTest.mouseClick(send, Qt.MouseButton.LeftButton)
    QTest.keyClicks(line, "Total?")
    assert send.text() == "Ask"


def test_escape_in_the_line_stops_the_answer_and_else_leaves_it(
    qtbot: QtBot, panel: AskPanel
) -> None:
    panel.set_scope(DOCUMENT, PAGE, None)
    line = panel.composer.line
    with qtbot.waitSignal(panel.left), qtbot.assertNotEmitted(panel.stop_pressed):
        QTest.keyClick(line, Qt.Key.Key_Escape)
    panel.set_running(True)
    with qtbot.waitSignal(panel.stop_pressed), qtbot.assertNotEmitted(panel.left):
        QTest.keyClick(line, Qt.Key.Key_Escape)


def test_the_newest_answer_is_copied_by_one_key(panel: AskPanel) -> None:
    panel.set_scope(DOCUMENT, PAGE, None)
    panel.add_card(WHOLE).show_answer(answer("first"))
    panel.add_card(WHOLE).show_answer(answer("second"))
    panel.add_card(WHOLE)
    panel.copy_latest()
    assert QApplication.clipboard().text() == "second"
    assert panel.cards[1].copy.text() == "Copied"


def test_the_newest_answer_is_judged_by_keys_and_the_keyboard_comes_back(
    qtbot: QtBot, panel: AskPanel
) -> None:
    panel.set_scope(DOCUMENT, PAGE, None)
    panel.call_latest_right()
    panel.correct_latest()  # there is nothing to judge yet
    cards = [panel.add_card(WHOLE), panel.add_card(WHOLE)]
    for card in cards:
        card.show_answer(answer())
    said: list[Verdict] = []
    cards[1].judged.connect(said.append)
    panel.composer.line.setFocus()
    panel.call_latest_right()
    panel.call_latest_right()
    panel.correct_latest()
    written = cards[1].judging.line
    assert written is not None
    assert written.line.hasFocus()
    QTest.keyClicks(written.line, "48.50")
    QTest.keyClick(written.line, Qt.Key.Key_Return)
    assert [(one.right, one.correction) for one in said] == [
        (True, ""),
        (None, ""),
        (False, "48.50"),
    ]
    assert panel.composer.line.hasFocus()
    assert cards[0].judging.line is None


def test_a_key_pressed_too_soon_judges_no_other_answer(panel: AskPanel) -> None:
    panel.set_scope(DOCUMENT, PAGE, None)
    before, coming = panel.add_card(WHOLE), panel.add_card(WHOLE)
    before.show_answer(answer())
    panel.call_latest_right()
    panel.correct_latest()
    assert not before.right.isChecked()
    assert before.judging.line is None
    coming.show_answer(answer())
    panel.call_latest_right()
    assert coming.right.isChecked()


def test_stop_reads_stopping_at_once_and_the_line_keeps_the_keyboard(
    qtbot: QtBot, panel: AskPanel
) -> None:
    panel.set_running(True)
    with qtbot.waitSignal(panel.stop_pressed):
        QTest.mouseClick(panel.composer.stop, Qt.MouseButton.LeftButton)
    assert panel.composer.stop.text() == "Stopping…"
    assert not panel.composer.stop.isEnabled()
    panel.set_running(False)
    assert not panel.composer.stop.isVisible()
    panel.set_running(True)
    assert panel.composer.stop.text() == "Stop"


def test_tab_goes_through_the_cards_as_they_are_read(qtbot: QtBot, panel: AskPanel) -> None:
    panel.set_scope(DOCUMENT, PAGE, None)
    cards = [panel.add_card(WHOLE), panel.add_card(CROPPED)]
    for card in cards:
        card.show_answer(answer())
    walk: list[QWidget] = []
    widget: QWidget | None = panel.head.chip
    while widget is not None and widget not in walk:
        walk.append(widget)
        widget = widget.nextInFocusChain()
    wanted: list[QWidget] = []
    for card in cards:
        wanted += [
            card.scope,
            card.copy,
            card.again,
            card.text,
            card.badges.time,
            card.badges.confidence,
        ]
        wanted += [card.badges.evidence, card.seen, card.right, card.wrong]
    wanted += [panel.composer.chip.chip, panel.composer.line, panel.composer.send]
    assert [part for part in walk if part in wanted] == wanted
