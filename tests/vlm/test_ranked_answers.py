"""Answers about pages by weighing all that their words offer together."""

from __future__ import annotations

import pytest

from tests.vlm.test_form_fields import PAYSLIP
from tests.vlm.test_labelled import page
from tests.vlm.written_pages import CONTRACT, written
from vlm import option_ranker
from vlm.learned_names import NO_NAMES
from vlm.option_ranker import Likely, Weighed
from vlm.ranked_answers import AT_LABEL, LABELLED, best_of, can_be_ranked, weigh
from vlm.types import WHOLE_PAGE

BISTRO = (
    "Chez Odette|Table 14 - 3 couverts",
    "Servi par Anatole|21:47",
    "Plat du jour|2|31,00",
    "Vin rouge 50 cl|1|14,60",
    "Total|45,60 EUR",
    "Fermé le lundi. Merci de votre visite !",
)


def best(question: str, rows: tuple[str, ...], misread: bool = False) -> str | None:
    found = best_of(option_ranker.weigh(question, page(*rows), misread))
    return found.text if found is not None else None


@pytest.mark.parametrize(
    ("question", "rows", "right"),
    [
        ("What's my tax code?", PAYSLIP, "1257L"),
        ("How many hours of overtime did I do?", PAYSLIP, "11.00"),
        ("Qui les a servis ?", BISTRO, "Anatole"),
        ("Quel jour le restaurant est-il fermé ?", BISTRO, "le lundi"),
        ("Combien coûte le vin ?", BISTRO, "14,60"),
    ],
)
def test_what_is_meant_is_found(question: str, rows: tuple[str, ...], right: str) -> None:
    assert best(question, rows) == right


def test_what_a_page_has_not_is_said_not_to_be_there() -> None:
    assert best("What is the licence plate of the car?", PAYSLIP) is None
    assert best("Quel est le numéro de série ?", BISTRO) is None
    assert best_of(option_ranker.weigh("What is the total?", ())) is None


def test_shares_add_up_to_no_more_than_one() -> None:
    weighed = option_ranker.weigh("Combien coûte le vin ?", page(*BISTRO))
    assert sum(one.share for one in weighed.found) + weighed.none <= 1.0001
    assert list(weighed.found) == sorted(weighed.found, key=lambda one: -one.share)


def test_none_is_told_where_that_is_likelier() -> None:
    one = Likely("12", (WHOLE_PAGE,), 0.4)
    assert best_of(Weighed((one,), 0.3)) == one
    assert best_of(Weighed((one,), 0.5)) is None


@pytest.mark.parametrize(
    ("question", "ranked"),
    [
        ("When does the money arrive?", True),
        ("What is the total?", False),
        ("In which city is the seller?", False),
        ('What is "Net pay"?', False),
        ("What stands there?", False),
    ],
)
def test_usual_fields_go_by_what_is_known_of_them(question: str, ranked: bool) -> None:
    assert can_be_ranked(question, page(*PAYSLIP), NO_NAMES) is ranked


def test_a_sentence_of_a_page_of_text_that_suits_the_question_goes_before() -> None:
    assert not can_be_ranked("How much is the deposit?", written(CONTRACT), NO_NAMES)
    assert can_be_ranked("Who is the guarantor?", written(CONTRACT), NO_NAMES)
    assert not can_be_ranked("When does the money arrive?", (), NO_NAMES)


def test_a_label_that_says_what_is_asked_goes_before_what_is_less_likely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = page("Room .............. 307", "Nights|2")
    unlikely = Weighed((Likely("2", (WHOLE_PAGE,), 0.4),), 0.6)
    monkeypatch.setattr(option_ranker, "weigh", lambda *_: unlikely)
    found = weigh("Which room is it?", words)
    assert [one.text for one in found.found] == ["307", "2"]
    assert AT_LABEL * LABELLED <= found.found[0].share <= AT_LABEL
    assert best_of(found) == found.found[0]
