"""What a small model cannot do is said where it is asked to."""

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from app.ask import beyond
from app.ask.answer_card import AnswerCard
from tests.app.ask.conftest import click
from tests.app.ask.sample import MODEL, PAGE, answer
from vlm.types import Evidence, Question

SMALL = msgspec.structs.replace(MODEL, small=True)


@pytest.mark.parametrize(
    "text",
    [
        "Summarise this contract",
        "Can you summarize the letter?",
        "Give me a summary of the agreement",
        "Sum this up, please",
        "Translate into English",
        "Explain clause 4 in plain words",
        "Fasse den Vertrag zusammen",
        "Bitte eine Zusammenfassung des Vertrags",
        "Übersetze das bitte",
        "Kannst du das erklären?",
        "Résume cette page",
        "Peux-tu traduire la lettre ?",
        "Fais un résumé du contrat",
        "Explique l'article 5",
    ],
)
def test_more_than_finding_is_told_apart(text: str) -> None:
    assert beyond.said(Question(text, PAGE), SMALL) == beyond.CANNOT
    assert beyond.said(Question(text, PAGE), MODEL) == "", "a larger model may"
    assert beyond.said(Question(text, PAGE), None) == "", "nothing is known yet"


@pytest.mark.parametrize(
    "text",
    [
        "What is the total in the summary of charges?",
        "What is the sum?",
        "Who translated the book?",
        "Is an explanation enclosed?",
        "Welche Erklärung hat er abgegeben?",
        "Wer hat den Text übersetzte?",
        "Wie hoch ist die Summe zusammen?",
        "Quel est le résumé des opérations ?",
        "Qui est le traducteur ?",
    ],
)
def test_what_a_page_may_say_is_no_such_task(text: str) -> None:
    assert beyond.said(Question(text, PAGE), SMALL) == ""


def test_a_card_offers_a_larger_model_for_it_and_no_box(qtbot: QtBot) -> None:
    card = AnswerCard(Question("Summarise this contract", PAGE))
    qtbot.addWidget(card)
    card.pages = 2
    card.set_reader(SMALL)
    card.show()
    card.show_answer(answer("Not on this page.", found=Evidence("nothing")))
    assert card.notice.text() == beyond.CANNOT
    assert card.models.isVisible()
    assert not card.box.isVisible()
    assert not card.whole.isVisible()
    with qtbot.waitSignal(card.models_pressed):
        click(qtbot, card.models)


def test_another_question_offers_a_box_as_ever(qtbot: QtBot) -> None:
    card = AnswerCard(Question("What is the notice period?", PAGE))
    qtbot.addWidget(card)
    card.set_reader(SMALL)
    card.show()
    card.show_answer(answer("Not on this page.", found=Evidence("nothing")))
    assert not card.notice.isVisible()
    assert not card.models.isVisible()
    assert card.box.isVisible()
