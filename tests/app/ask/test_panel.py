from functools import partial

import msgspec
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app import theme
from app.ask import words
from app.ask.panel import CARDS, AskPanel
from app.ask.surface import MutedLabel
from app.ask.values import Draft, Scope
from app.style import sheet
from tests.app.ask.sample import BOX, CROPPED, DOCUMENT, MODEL, PAGE, VIEWS, WHOLE, answer
from vlm.protocol import Saw
from vlm.types import Evidence, ModelInfo


class Painted(QObject):
    """Counts how often a widget is drawn."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.times = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.times += event.type() == QEvent.Type.Paint
        return False


def test_without_a_document_it_says_what_to_do(qtbot: QtBot, panel: AskPanel) -> None:
    assert panel.welcome.isVisible()
    assert not any(example.isEnabled() for example in panel.welcome.examples)
    assert len(panel.welcome.examples) == 3
    panel.set_draft("What?")
    with qtbot.assertNotEmitted(panel.asked):
        QTest.keyClick(panel.composer.line, Qt.Key.Key_Return)
    assert panel.draft() == "What?"
    assert not panel.composer.send.isEnabled()


def test_the_empty_line_is_drawn_again_when_it_says_something_else(
    qtbot: QtBot, panel: AskPanel
) -> None:
    panel.set_scope(DOCUMENT, PAGE, None)
    panel.composer.line.viewport().repaint()  # nothing else is left to draw
    drawn = Painted(panel.composer.line.viewport())
    panel.composer.set_placeholder("Something else")
    qtbot.waitUntil(lambda: drawn.times > 0)


def test_an_example_becomes_the_draft(qtbot: QtBot, panel: AskPanel) -> None:
    panel.set_scope(DOCUMENT, PAGE, None)
    QTest.mouseClick(panel.welcome.examples[0], Qt.MouseButton.LeftButton)
    assert panel.draft() == words.EXAMPLES[0]


def test_what_was_asked_before_is_offered_first(qtbot: QtBot, panel: AskPanel) -> None:
    panel.set_scope(DOCUMENT, PAGE, None)
    panel.offer(("What is the <b>IBAN</b>?\nAnd the BIC?", words.EXAMPLES[0]))
    offered = [example.text() for example in panel.welcome.examples]
    assert offered == ["What is the <b>IBAN</b>? And the BIC?", *words.EXAMPLES[:2]]
    QTest.mouseClick(panel.welcome.examples[0], Qt.MouseButton.LeftButton)
    assert panel.draft() == "What is the <b>IBAN</b>?\nAnd the BIC?"
    panel.offer(())
    assert [example.text() for example in panel.welcome.examples] == list(words.EXAMPLES)


def test_a_question_is_asked_of_what_the_chip_says(qtbot: QtBot, panel: AskPanel) -> None:
    panel.set_scope(DOCUMENT, PAGE, BOX)
    assert panel.composer.chip.chip.text() == "This box · page 2 of 3"
    QTest.keyClicks(panel.composer.line, "Total?")
    with qtbot.waitSignal(panel.asked) as asked:
        QTest.keyClick(panel.composer.line, Qt.Key.Key_Return)
    assert asked.args == [Draft("Total?", Scope(PAGE, BOX))]
    assert panel.draft() == ""


def test_the_chip_clears_a_crop_and_offers_to_draw_one(qtbot: QtBot, panel: AskPanel) -> None:
    chip = panel.composer.chip
    panel.set_scope(DOCUMENT, PAGE, BOX)
    with qtbot.waitSignal(panel.scope_wanted) as wanted:
        QTest.mouseClick(chip.chip, Qt.MouseButton.LeftButton)
    assert wanted.args == [Scope(PAGE, None)]
    panel.set_scope(DOCUMENT, PAGE, None)
    assert chip.chip.text() == "Page 2 of 3"
    with qtbot.waitSignal(panel.crop_wanted):
        QTest.mouseClick(chip.draw, Qt.MouseButton.LeftButton)
    height = panel.composer.height()
    panel.set_scope(None, None, None)
    assert chip.chip.text() == "No page yet"
    assert not chip.chip.isEnabled()
    assert not chip.draw.isVisible()
    panel.set_scope(DOCUMENT, PAGE, BOX)
    assert panel.composer.height() == height, "the line jumps when a box is drawn"


def test_cards_stack_with_the_newest_in_sight(qtbot: QtBot, panel: AskPanel) -> None:
    panel.set_scope(DOCUMENT, PAGE, None)
    for number in range(8):
        panel.add_card(WHOLE).show_answer(answer(f"answer {number}\n" * 4))
    assert not panel.welcome.isVisible()
    newest = panel.cards[-1]

    def in_sight() -> bool:
        bottom = newest.mapTo(panel, newest.rect().bottomLeft()).y()
        return 0 < bottom <= panel.composer.y()

    qtbot.waitUntil(in_sight)


def test_cards_keep_their_width_when_the_scroll_bar_comes(qtbot: QtBot, panel: AskPanel) -> None:
    panel.setStyleSheet(sheet(panel.palette()))
    panel.set_scope(DOCUMENT, PAGE, None)
    first = panel.add_card(WHOLE)
    first.show_answer(answer("one line"))
    bar = panel.findChildren(QScrollArea)[0].verticalScrollBar()
    qtbot.waitUntil(lambda: first.width() > 300)
    assert not bar.isVisible()
    width = first.width()
    for _ in range(6):
        panel.add_card(WHOLE).show_answer(answer("many lines\n" * 4))
    qtbot.waitUntil(lambda: bar.isVisible() and first.width() == width)
    right = first.mapTo(panel, first.rect().bottomRight()).x()
    assert right == panel.composer.geometry().right()


def test_old_cards_leave(qtbot: QtBot, panel: AskPanel) -> None:
    for _ in range(CARDS + 3):
        panel.add_card(CROPPED).show_answer(answer())
    assert len(panel.cards) == CARDS


def test_a_small_model_says_so(panel: AskPanel) -> None:
    panel.show_model(MODEL)
    assert not panel.note.isVisible()
    assert panel.head.chip.text() == "Reader <b>2</b> · CPU"
    small = ModelInfo("Small", "/m", "idefics2", 9, "cuda:0", "bf16", "", True, small=True)
    panel.show_model(small)
    assert panel.note.text() == words.SMALL_MODEL
    assert panel.head.chip.text() == "Small · GPU"
    panel.set_scope(DOCUMENT, PAGE, None)
    assert panel.note.isVisible()
    panel.add_card(WHOLE)
    assert not panel.note.isVisible(), "its answers tell what it can do"


def test_the_words_do_not_blink_while_the_next_document_opens(
    qtbot: QtBot, panel: AskPanel
) -> None:
    def said() -> list[str]:
        return [label.text() for label in panel.welcome.findChildren(QLabel)]

    assert words.NO_DOCUMENT in said()
    panel.set_scope(DOCUMENT, PAGE, None)
    assert words.FIRST_QUESTION in said()
    panel.set_scope(DOCUMENT, PAGE, BOX)
    assert words.FIRST_OF_BOX in said()
    panel.set_scope(DOCUMENT, PAGE, None)
    panel.set_scope(None, None, None)
    assert words.FIRST_QUESTION in said()
    assert not any(example.isEnabled() for example in panel.welcome.examples)
    qtbot.waitUntil(lambda: words.NO_DOCUMENT in said())


def test_a_doubted_answer_of_a_page_offers_a_box_with_the_same_question(
    qtbot: QtBot, panel: AskPanel
) -> None:
    panel.set_scope(DOCUMENT, PAGE, None)
    card = panel.add_card(WHOLE)
    card.show_answer(answer("w 8 1 8", confidence=0.3))
    assert card.box.isVisible()
    with qtbot.waitSignals([panel.scope_wanted, panel.crop_wanted]):
        QTest.mouseClick(card.box, Qt.MouseButton.LeftButton)
    assert panel.draft() == WHOLE.text
    card.show_answer(answer("sure", confidence=0.95))
    assert not card.box.isVisible()
    card.show_answer(answer("Not on this page.", 0.99, Evidence("nothing")))
    assert card.box.isVisible()
    cropped = panel.add_card(CROPPED)
    cropped.show_answer(answer("w 8 1 8", confidence=0.3))
    assert not cropped.box.isVisible()


def test_a_smaller_box_is_drawn_where_the_old_one_was(qtbot: QtBot, panel: AskPanel) -> None:
    panel.set_scope(DOCUMENT, PAGE, BOX)
    card = panel.add_card(CROPPED)
    card.show_saw(Saw(1, VIEWS, "The text is too small."))
    card.show_answer(answer("Not on this page.", 0.99, Evidence("nothing")))
    signals = [panel.scope_wanted, panel.closer_wanted, panel.crop_wanted]
    with qtbot.waitSignals(signals, order="strict"), qtbot.waitSignal(panel.closer_wanted) as near:
        QTest.mouseClick(card.box, Qt.MouseButton.LeftButton)
    assert near.args == [Scope(PAGE, BOX)]
    assert panel.draft() == CROPPED.text


def test_no_model_offers_to_choose_one(qtbot: QtBot, panel: AskPanel) -> None:
    panel.head.show_none()
    with qtbot.waitSignal(panel.models_wanted):
        QTest.mouseClick(panel.head.choose, Qt.MouseButton.LeftButton)


def _has_colour(label: QLabel, wanted: QColor) -> bool:
    return label.palette().windowText().color() == wanted


def test_muted_words_follow_light_and_dark(qtbot: QtBot, panel: AskPanel) -> None:
    before = QApplication.palette()
    label = panel.welcome.findChildren(MutedLabel)[0]
    for dark in (True, False):
        palette = theme.palette_for(dark)
        QApplication.setPalette(palette)
        wanted = theme.muted(palette)
        qtbot.waitUntil(partial(_has_colour, label, wanted))
    QApplication.setPalette(before)


def test_a_doubted_answer_of_one_page_of_several_offers_the_whole_document(
    qtbot: QtBot, panel: AskPanel
) -> None:
    card = panel.add_card(WHOLE)
    card.show_answer(answer(confidence=0.3))
    assert not card.whole.isVisible(), "it is not known to have more pages"
    panel.set_scope(DOCUMENT, PAGE, None)
    card = panel.add_card(WHOLE)
    card.show_answer(answer(confidence=0.99))
    assert not card.whole.isVisible()
    card.show_answer(answer(confidence=0.3))
    assert card.whole.isVisible()
    with qtbot.waitSignal(card.again_pressed) as asked:
        QTest.mouseClick(card.whole, Qt.MouseButton.LeftButton)
    question = msgspec.structs.replace(WHOLE, whole_document=True)
    assert asked.args == [question]
    card = panel.add_card(question)
    card.show_answer(answer(confidence=0.3))
    assert not card.whole.isVisible()


def test_when_another_version_reads_the_answers_of_the_one_before_say_so(panel: AskPanel) -> None:
    same = msgspec.structs.replace(MODEL, name="Reader")
    panel.set_scope(DOCUMENT, PAGE, None)
    panel.show_model(same)
    first = panel.add_card(WHOLE)
    first.show_answer(answer())
    assert first.badges.reader.isHidden()
    panel.show_model(msgspec.structs.replace(same, adapter="Invoices"))
    assert not first.badges.reader.isHidden()
    again = panel.add_card(WHOLE)
    again.show_answer(answer())
    assert not again.badges.reader.isHidden(), "shown from the history, for instance"
