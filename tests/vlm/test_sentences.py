"""What is a sentence on a page, and what is none."""

from __future__ import annotations

import pytest

from tests.drawn import line
from tests.vlm.written_pages import BAIL, CONTRACT, MIETVERTRAG, written
from vlm.sentences import running, sentences_of, share_running


def texts(text: str, letters: int = 80) -> list[str]:
    return [one.text for one in sentences_of(written(text, letters))]


@pytest.mark.parametrize(
    "text",
    [
        "It was Dr. Smith who called. He left at 5 p.m. on Monday.",
        "See Art. 5 and No. 7 of the rules. Ask the owner of J. K. Lowe Ltd. for more.",
    ],
)
def test_an_abbreviation_ends_no_english_sentence(text: str) -> None:
    assert len(texts(text)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Die Wohnung liegt im 3. Obergeschoss und ist seit dem 1. April bewohnt. Sie ist hell.",
        "Das gilt z. B. für den Keller, d. h. für alle Räume. Die Miete ist bis zum 3. zu zahlen.",
        "Der Sachverständige Dipl.-Ing. Kranz hat es geprüft. Nach § 5 Abs. 2 gilt das auch hier.",
    ],
)
def test_a_number_with_a_full_stop_ends_no_german_sentence(text: str) -> None:
    assert len(texts(text)) == 2


def test_line_breaks_and_hyphens_are_undone() -> None:
    text = "The regis- | tered office of the com- | pany is in a well- | Known town."
    assert texts(text) == ["The registered office of the company is in a well-Known town."]


def test_a_sentence_knows_its_words() -> None:
    (one,) = sentences_of(written("The regis- | tered office is in York."))
    start = one.text.index("registered")
    assert [word.text for word in one.words_at(start, start + 10)] == ["regis-", "tered"]
    assert [word.text for word in one.words_at(one.text.index("York"), len(one.text))] == ["York."]


@pytest.mark.parametrize(
    ("text", "clause", "heading"),
    [
        (CONTRACT, "The tenancy begins", "RENTAL AGREEMENT 1. Term."),
        (MIETVERTRAG, "Die Wohnfläche", "Mietvertrag über Wohnraum § 1 Mietsache."),
        (BAIL, "Il est payable", "CONTRAT DE LOCATION Article 2 – Loyer."),
    ],
)
def test_a_clause_stands_under_its_heading(text: str, clause: str, heading: str) -> None:
    (found,) = [one for one in sentences_of(written(text)) if one.text.startswith(clause)]
    assert found.heading == heading


def test_two_columns_are_read_one_after_the_other() -> None:
    left = written("The first column tells that the work was done by the people of the town.", 30)
    right = written("in the second one it is told who paid for all of it.", 30, x=0.6, y=0.05)
    found = " ".join(one.text for one in sentences_of((*left, *right)))
    assert found.index("people of the town") < found.index("in the second one")


def test_a_sentence_goes_on_in_the_next_column() -> None:
    left = written("The work was done by the people of the town and paid for by", 30)
    right = written("the council, which had been asked for it.", 30, x=0.6, y=0.05)
    (one,) = sentences_of((*left, *right))
    assert one.text.endswith("paid for by the council, which had been asked for it.")


def test_lines_of_a_form_are_no_running_text() -> None:
    rows = ("Invoice number: 2024-117", "Total EUR 1.150,00", "Keller GmbH", "Hauptstr. 5")
    words = [word for at, row in enumerate(rows) for word in line(*row.split(), y=0.1 + at * 0.05)]
    assert running(sentences_of(words)) == ()
    assert share_running(sentences_of(words)) == 0


def test_a_line_in_capitals_is_a_heading() -> None:
    (head, below) = sentences_of(
        written("IN THE COUNTY COURT AT HALIFAX\n\nThe claim of the buyer is dismissed.")
    )
    assert not head.is_running
    assert below.heading == head.text


def test_a_contract_is_mostly_running_text() -> None:
    for text in (CONTRACT, MIETVERTRAG, BAIL):
        assert share_running(sentences_of(written(text))) > 0.7


def test_no_words_are_no_sentences() -> None:
    assert sentences_of(()) == ()
    assert share_running(()) == 0
