"""Answers that stand on several documents: which are learned, and which are refused."""

from __future__ import annotations

import random

from finetune.names import learn
from finetune.shown_pages import Shown
from tests.vlm.test_labelled import page
from vlm.absence import NOT_ON_PAGE
from vlm.asked_names import key_of
from vlm.labelled import own_value
from vlm.learned_names import LearnedNames
from vlm.page_cells import cells_of

WHO, WHEN = "Who delivered the goods?", "When were they delivered?"
FIRMS = ("Keller Drucktechnik GmbH", "Hafen Handel AG", "Brinkmann Papier KG")
PHONES = ("06131 / 12345", "040 / 998877", "0511 / 443322")


def slip(number: int, firm: int, read: str | None = None, answer: str | None = None) -> Shown:
    """Return a corrected slip of one of three firms, whose name stands below the reader's own."""
    words = page(
        "Lager Mitte Logistik GmbH",
        read if read is not None else FIRMS[firm],
        f"Bringer {number}|Kasse {number % 3}",
        f"Tel. {PHONES[firm]}",
    )
    right = answer if answer is not None else FIRMS[firm]
    return Shown(f"slip {number}", WHO, (right,), words, misread=True)


def found(learned: LearnedNames, shown: Shown) -> str | None:
    value = own_value(shown.question, cells_of(shown.words), shown.misread, learned)
    return value.text if value is not None else None


def test_who_comes_again_is_known_on_the_next_document() -> None:
    learned = learn([slip(number, number % 2) for number in range(6)])
    assert learned.sentences[-1] == (
        "“delivered the goods” is one of 2 that come again, such as “Keller Drucktechnik GmbH” "
        "(3 documents)"
    )
    assert found(learned, slip(9, 1, "Haten Hande1 AG")) == "Hafen Handel AG"
    (question,) = learned.questions
    assert FIRMS[2] not in {value.text for value in question.values}


def test_a_number_that_one_sender_alone_has_tells_who_it_is_where_the_name_is_a_picture() -> None:
    learned = learn([slip(number, number % 2) for number in range(6)])
    (question,) = learned.questions
    assert [value.numbers for value in question.values] == [("0613112345",), ("040998877",)]
    assert found(learned, slip(9, 0, "~~~")) == "Keller Drucktechnik GmbH"


def test_a_number_of_several_senders_tells_nothing() -> None:
    both = [slip(number, number % 2) for number in range(6)]
    same = [
        Shown(
            one.document,
            WHO,
            one.answers,
            (*one.words, *page("", "", "", "", "Konto 12345678")),
            True,
        )
        for one in both
    ]
    (question,) = learn(same).questions
    assert all("12345678" not in value.numbers for value in question.values)


def test_what_never_comes_again_is_not_learned() -> None:
    firms = [f"Firma {word} Beispiel GmbH" for word in ("Adler", "Bussard", "Falke", "Habicht")]
    learned = learn([slip(n, 0, firm, firm) for n, firm in enumerate(firms)])
    assert not any(one.values for one in learned.questions)


def test_one_answer_that_is_always_right_proves_nothing() -> None:
    learned = learn([slip(number, 0) for number in range(6)])
    assert not any(one.values for one in learned.questions)


def test_days_and_sums_are_not_known_though_they_come_again() -> None:
    shown = [
        Shown(f"slip {n}", WHEN, ("3. March 2024",), page(f"Bringer {n}", "3. March 2024"), True)
        for n in range(6)
    ]
    assert all(not question.values for question in learn(shown).questions)


def test_who_stands_on_the_documents_of_others_too_is_not_known() -> None:
    """The reader is named on each slip, and delivered two of them."""
    own = "Lager Mitte Logistik GmbH"
    shown = [slip(n, n % 2) for n in range(6)]
    shown += [slip(n, 2, "Abholung", own) for n in range(6, 8)]
    (question,) = learn(shown).questions
    assert {value.text for value in question.values} == {*FIRMS[:2], own}
    wrong = {value.text: value.wrong for value in question.values}
    assert wrong == {FIRMS[0]: 0, FIRMS[1]: 0, own: 6}
    assert found(learn(shown), slip(9, 1)) == FIRMS[1]


def test_it_is_spelled_as_it_mostly_was() -> None:
    shown = [slip(n, n % 2) for n in range(8)]
    shown[0] = slip(0, 0, answer="Keller Drucktechnik Gmbh.")
    texts = {value.text for value in learn(shown).questions[0].values}
    assert texts == set(FIRMS[:2])


def test_what_the_program_finds_by_itself_is_not_learned() -> None:
    """A label that it knows says who sells: nothing that is learned could be better."""
    question = "Who is the seller?"
    shown = [
        Shown(
            f"bill {n}",
            question,
            (FIRMS[n % 2],),
            page(f"Rechnung {n}", f"Verkäufer: {FIRMS[n % 2]}", f"Datum: {n + 1}.2.2024"),
        )
        for n in range(6)
    ]
    assert not any(one.values for one in learn(shown).questions)


def test_what_is_said_not_to_be_there_is_not_learned() -> None:
    shown = [slip(n, n % 2, answer=NOT_ON_PAGE) for n in range(6)]
    assert not learn(shown).questions


def test_answers_of_several_lines_are_known_in_one() -> None:
    streets = ("Lange Gasse 12\n55116 Mainz", "Am Tor 5\n10115 Berlin")
    shown = [
        Shown(
            f"slip {n}",
            "Where does it come from?",
            (streets[n % 2],),
            page(f"Bringer {n}", *streets[n % 2].split("\n")),
            True,
        )
        for n in range(6)
    ]
    learned = learn(shown)
    key = key_of("Where does it come from?")
    assert {value.text for value in learned.values_of(key)} == {
        "Lange Gasse 12 55116 Mainz",
        "Am Tor 5 10115 Berlin",
    }


def test_names_are_learned_from_a_hundred_documents_in_small_steps() -> None:
    rng = random.Random(7)
    shown = [slip(number, rng.randrange(3)) for number in range(100)]
    assert len(learn(shown).questions[0].values) == len(FIRMS)
