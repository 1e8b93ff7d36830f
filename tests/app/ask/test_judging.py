"""What a person says of an answer, in its card."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ask.answer_card import AnswerCard
from app.ask.question_line import QuestionLine
from app.ask.values import Correction, EvidenceClick, Verdict
from tests.app.ask.conftest import click
from tests.app.ask.sample import BOX, CROPPED, PAGE, VIEWS, answer
from vlm.absence import NOT_ON_PAGE
from vlm.protocol import Saw
from vlm.types import Box, Evidence, Unsure


def test_right_is_a_verdict_that_can_be_taken_back(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer())
    for right in (True, None):
        with qtbot.waitSignal(card.judged) as judged:
            click(qtbot, card.right)
        assert judged.args == [Verdict(CROPPED, answer(), right)]


@pytest.mark.parametrize("width", [280, 380, 420, 600])
def test_right_and_wrong_stand_side_by_side(qtbot: QtBot, card: AnswerCard, width: int) -> None:
    card.resize(width, 400)
    card.show_answer(answer())
    qtbot.waitUntil(lambda: card.width() == width and card.wrong.y() == card.right.y())
    assert card.wrong.geometry().right() < card.width()


def test_a_correction_is_written_in_the_card(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer("84.50"))
    with qtbot.waitSignal(card.correction_wanted):
        click(qtbot, card.wrong)
    line = card.findChild(QuestionLine)
    assert line is not None
    assert line.toPlainText() == "84.50"
    said: list[Verdict | Correction] = []
    card.judged.connect(said.append)
    card.corrected.connect(said.append)
    QTest.keyClicks(line, "48.50")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert said == [
        Verdict(CROPPED, answer("84.50"), False, "48.50"),
        Correction(CROPPED, answer("84.50"), "48.50"),
    ]
    assert card.judging.own.text() == "Corrected by you. The model said: 84.50"
    assert card.text.text() == card.copied() == "48.50"
    assert QApplication.focusWidget() is card.wrong, "the keyboard was lost"


def test_one_click_says_that_it_is_not_on_the_page(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer("84.50"))
    click(qtbot, card.wrong)
    assert card.judging.line is not None
    said: list[Verdict | Correction] = []
    card.judged.connect(said.append)
    card.corrected.connect(said.append)
    qtbot.waitUntil(card.judging.line.absent.isVisible)
    click(qtbot, card.judging.line.absent)
    assert said == [
        Verdict(CROPPED, answer("84.50"), False, NOT_ON_PAGE),
        Correction(CROPPED, answer("84.50"), NOT_ON_PAGE),
    ]
    assert card.text.text() == NOT_ON_PAGE
    assert card.judging.own.text() == "Corrected by you. The model said: 84.50"
    click(qtbot, card.wrong)
    assert card.judging.line.absent.isHidden(), "it stands there already"


def test_that_it_is_not_on_the_page_is_not_offered_where_the_model_says_so(
    qtbot: QtBot, card: AnswerCard
) -> None:
    card.show_answer(answer(NOT_ON_PAGE, 0.9, Evidence("nothing")))
    click(qtbot, card.wrong)
    assert card.judging.line is not None
    assert card.judging.line.absent.isHidden()


def test_a_corrected_answer_says_nothing_of_the_model_s_sureness(
    qtbot: QtBot, card: AnswerCard
) -> None:
    given = msgspec.structs.replace(answer("84.50"), unsure=(Unsure(0, 2, 0.4),))
    card.show_answer(given)
    marked: list[EvidenceClick] = []
    card.evidence_pressed.connect(marked.append)
    card.judging.show(False, "48.50")
    assert marked == [EvidenceClick(PAGE, (), jump=False)], "the wrong value stayed marked"
    hidden = (card.badges.confidence, card.badges.evidence, card.doubt)
    assert not any(part.isVisible() for part in hidden)
    assert not card.text.marked
    place = Box(0.2, 0.2, 0.3, 0.25)
    card.show_own_places((place,))
    assert marked[-1] == EvidenceClick(PAGE, (place,), jump=False)
    click(qtbot, card.badges.evidence)
    assert marked[-1] == EvidenceClick(PAGE, (place,))
    click(qtbot, card.wrong)
    line = card.findChild(QuestionLine)
    assert line is not None
    assert line.toPlainText() == "48.50", "it starts with what stands there"


def test_undo_brings_the_model_s_answer_back_with_its_sureness_and_marks(
    qtbot: QtBot, card: AnswerCard
) -> None:
    given = msgspec.structs.replace(answer("84.50"), unsure=(Unsure(0, 2, 0.4),))
    card.show_answer(given)
    card.judging.show(False, "48.50")
    card.show_own_places((Box(0.2, 0.2, 0.3, 0.25),))
    marked: list[EvidenceClick] = []
    card.evidence_pressed.connect(marked.append)
    with qtbot.waitSignal(card.judged) as judged:
        click(qtbot, card.judging.undo)
    assert judged.args == [Verdict(CROPPED, given, None)]
    assert card.text.text() == card.copied() == "84.50"
    assert card.text.marked
    assert card.doubt.isVisible()
    assert card.badges.confidence.isVisible()
    assert (card.badges.confidence.text(), card.badges.evidence.text()) == (
        "Sure",
        "Found in your box",
    )
    assert marked == [EvidenceClick(PAGE, (BOX,), jump=False)]
    assert card.judging.own.isHidden()


def test_a_corrected_answer_offers_no_better_try(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_saw(Saw(1, VIEWS, "The text is too small."))
    card.show_answer(answer("Not on this page.", 0.99, Evidence("nothing")))
    assert card.box.isVisible()
    card.judging.show(False, "48.50")
    assert not card.box.isVisible()
    assert not card.offers.isVisible(), "it took room for nothing"
    click(qtbot, card.judging.undo)
    assert card.box.isVisible()


def test_right_takes_a_correction_back(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer())
    card.judging.show(False, "48.50")
    with qtbot.waitSignal(card.judged) as judged:
        click(qtbot, card.right)
    assert judged.args == [Verdict(CROPPED, answer(), True)]
    assert card.judging.own.isHidden()


def test_what_was_said_of_an_answer_goes_with_it(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer())
    card.judging.show(True, "48.50")
    card.restart(CROPPED)
    assert card.judging.own.isHidden()
    card.show_answer(answer())
    assert not card.right.isChecked()


def test_escape_gives_a_correction_up(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer())
    click(qtbot, card.wrong)
    line = card.findChild(QuestionLine)
    assert line is not None
    with qtbot.assertNotEmitted(card.corrected):
        QTest.keyClick(line, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: card.findChild(QuestionLine) is None)


def test_what_cut_the_model_off_is_not_said_of_what_a_person_wrote(
    qtbot: QtBot, card: AnswerCard
) -> None:
    card.show_answer(answer("84", stop="length"))
    assert card.ending.isVisible()
    click(qtbot, card.wrong)
    line = card.findChild(QuestionLine)
    assert line is not None
    QTest.keyClicks(line, "48.50")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert not card.ending.isVisible()
    click(qtbot, card.judging.undo)
    assert card.ending.isVisible()
