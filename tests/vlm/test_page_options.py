"""What a page offers as answers: at labels, without one, and in sentences."""

from __future__ import annotations

import pytest

from tests.vlm.test_form_fields import PAYSLIP
from tests.vlm.test_labelled import page
from tests.vlm.written_pages import CONTRACT, written
from vlm.field_candidates import SCALARS
from vlm.page_options import SENTENCE_NUMBERS, PageOptions


def test_a_value_is_offered_with_its_label_and_the_heading_of_its_column() -> None:
    offered = PageOptions(page(*PAYSLIP)).of("How many hours of overtime did I do?").options
    hours = [one for one in offered if one.text == "11.00" and one.label == "Overtime"]
    assert hours
    assert hours[0].over == "Hours"
    assert not hours[0].in_sentence
    assert len(hours[0].known) == SCALARS


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("24 months", "for a fixed period of ", ""),
        ("1 April 2024", "The tenancy begins on ", " and is concluded"),
        ("80 pounds", "up to an amount of ", " in each case"),
    ],
)
def test_parts_of_sentences_are_offered_with_what_stands_around_them(
    text: str, before: str, after: str
) -> None:
    offered = PageOptions(written(CONTRACT)).of("How long does it run?").options
    some = [one for one in offered if one.text == text and one.in_sentence]
    assert some
    assert some[0].before.endswith(before)
    assert some[0].after.startswith(after)
    assert len(some[0].known) == SENTENCE_NUMBERS


ENGLISH = "The file was thrown out because the clerk who knew it has retired."
GERMAN = """Davon wurde das Dach der Leichenhalle gedeckt und die Tür erneuert, damit sie schließt.

Zieh sie am Abend auf, und nie weiter als zwanzig Umdrehungen."""
FRENCH = "Le couple descend dans la vallée parce que leur fille entre à l'école du village."


@pytest.mark.parametrize(
    ("letter", "text"),
    [
        (ENGLISH, "because the clerk who knew it has retired"),
        (ENGLISH, "the clerk who knew it has retired"),
        (ENGLISH, "The file was thrown out"),
        (GERMAN, "Dach der Leichenhalle"),
        (GERMAN, "das Dach der Leichenhalle"),
        (GERMAN, "sie schließt"),
        (GERMAN, "am Abend"),
        (FRENCH, "leur fille entre à l'école du village"),
    ],
)
def test_reasons_and_things_are_offered_without_what_joins_them(letter: str, text: str) -> None:
    offered = PageOptions(written(letter)).of("Why?").options
    assert text in {one.text for one in offered if one.in_sentence}


def test_the_boxes_of_a_part_are_those_of_its_words() -> None:
    words = written(CONTRACT)
    offered = PageOptions(words).of("When does it begin?").options
    (start,) = {one.boxes for one in offered if one.text == "1 April 2024" and one.in_sentence}
    assert [word.text for word in words if word.box in start] == ["1", "April", "2024"]


def test_all_questions_about_a_page_have_the_same_options_in_the_same_order() -> None:
    options = PageOptions(written(CONTRACT))
    one, other = (options.of(question).options for question in ("Who?", "How much is the rent?"))
    assert [(a.text, a.boxes, a.label) for a in one] == [(b.text, b.boxes, b.label) for b in other]


def test_what_rules_for_running_text_say_is_known() -> None:
    offer = PageOptions(written(CONTRACT)).of("How long is the notice period?")
    assert offer.quoted is not None
    assert "three months" in offer.quoted.text


def test_a_page_without_words_offers_nothing() -> None:
    assert PageOptions(()).of("What is the total?").options == ()
