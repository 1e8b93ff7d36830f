"""Questions about scans: what a model reads in their lines, and what of it is the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec
import pytest

from tests.vlm.documents import said
from tests.vlm.parted_pages import (
    HIGH,
    NEVER,
    QUESTION,
    Reader,
    absent,
    absent_all,
    done,
    page,
    run,
    strip,
)
from tests.vlm.test_learned_names import label, names
from vlm import known_values
from vlm.absence import NOT_ON_PAGE
from vlm.agreement import CONTRADICTED
from vlm.asked_names import key_of
from vlm.known_values import Known, Sheet, known_on
from vlm.learned_names import NO_NAMES, LearnedNames, LearnedQuestion, LearnedValue
from vlm.page_job import PageJob
from vlm.page_reading import READ
from vlm.part_answers import answer
from vlm.part_asking import Told
from vlm.part_finder import PageParts
from vlm.protocol import Event, Progress
from vlm.scan_answers import AT_LABEL, ELSEWHERE, OTHER, SELLER, SUM
from vlm.types import (
    Answer,
    Box,
    Question,
    union,
)


def test_on_a_scan_the_model_reads_each_line_once_and_ranks_by_that() -> None:
    texts = ("Keller Mainz", "Delivery number 77", "Parcel nunber unclear", "Thank you")
    question = msgspec.structs.replace(QUESTION, text="What is the parcel number?")
    readings: dict[Box, Told] = {}

    def reads(question: Question) -> Iterator[Event]:
        assert question.box is not None
        number = round(question.box.y0 / HIGH)
        asked.append((question.text, number))
        text = texts[number] if question.text == READ else f"5414 {number}"
        yield said(text, 0.85, "no_text")

    asked: list[tuple[str, int]] = []
    events = list(answer(PageJob(1, question, page(4), readings, reads, NEVER)))
    assert done(events).text == "5414 2"
    assert [number for text, number in asked if text == READ] == [0, 1, 2, 3, 1], "unsure"
    assert [number for text, number in asked if text != READ] == [2, 1], "what has its words"
    assert tuple(one.answer.text for one in readings.values()) == texts
    told = [event.text for event in events if isinstance(event, Progress)]
    assert told[0] == "Reading part 1 of 4"
    assert told[4] == "Reading again part 1 of 1"
    assert told[5] == "Looking at part 1 of 2"
    asked.clear()
    list(answer(PageJob(1, question, page(4), readings, reads, NEVER)))
    assert [text for text, _ in asked] == [question.text] * 2


def test_a_value_is_found_by_the_label_beside_it_and_above_it() -> None:
    names = ("Invoice number", "5414", "Order number", "5417", "Invoice number", "5419")
    boxes = tuple(strip(number) for number in range(6))
    reader = Reader(lambda n: said(names[n], 0.9, "no_text"))
    beside = PageParts(boxes[:4], 4, ((0, 1), (0, 1), (2, 3), (2, 3)), ((),) * 4, boxes, ())
    readings: dict[Box, str] = dict(zip(boxes, names, strict=True))
    assert done(run(reader, beside, readings=readings)).text == "5414"
    above = PageParts(boxes[2:], 4, tuple((n,) for n in range(4)), ((), (0,), (), (2,)), boxes, ())
    assert done(run(reader, above, readings=readings)).text == "5419"


def of_scan(
    question: str,
    texts: tuple[str, ...],
    says: Callable[[int], Event],
    learned: LearnedNames = NO_NAMES,
) -> Answer:
    """Answer a question about a scan in whose lines a model has read these texts."""
    asked = msgspec.structs.replace(QUESTION, text=question)
    readings = {strip(number): text for number, text in enumerate(texts)}
    return done(run(Reader(says), page(len(texts)), asked, readings=readings, learned=learned))


def test_a_date_that_was_read_on_a_scan_answers_though_the_model_says_there_is_none() -> None:
    found = of_scan(
        "What is the date?", ("Keller 20180101", "Date : 18/01/2018 10:17", "Thank you"), absent_all
    )
    assert found.text == "18/01/2018"
    assert found.evidence.part == strip(1)
    assert of_scan("What is the date?", ("Keller", "Thank you"), absent_all).text == NOT_ON_PAGE


def test_a_number_of_another_kind_that_the_model_says_of_a_scan_gives_way() -> None:
    texts = ("Keller", "Acc0unt US1234567890", "Txx 16.94", "Thank you")
    says = {1: said("US1234567890", 0.99, "no_text"), 2: said("16.94", 0.5, "no_text")}
    question = "What is the tax amount?"
    assert of_scan(question, texts, lambda n: says.get(n, absent())).text == "16.94"


def test_of_the_totals_on_a_scan_the_largest_is_the_sum() -> None:
    texts = ("Total excl. 8.07", "Total 9.60", "Change 40.40")
    assert of_scan("What is the total?", texts, absent_all).text == "9.60"
    assert of_scan("What is the change?", texts, absent_all).text == "40.40"


def test_a_name_without_a_label_stands_at_the_head_of_a_scan() -> None:
    texts = ("2018 0598", "Keller Druck", "Thank you")
    assert of_scan("What is the company name?", texts, absent_all).text == "Keller Druck"
    asked = of_scan(
        "What is the company name?", texts, lambda n: said("Keller Druc", 0.9, "no_text")
    )
    assert asked.text == "Keller Druck", "it is read, not asked for"


def test_an_address_on_a_scan_is_the_one_at_the_label_that_was_learned() -> None:
    head = ("Keller Druck", "Lange Gasse 5", "55116 Mainz", "Datum: 1.2.2024")
    texts = (*head, "Objekt", "Am Tor 12", "10115 Berlin")
    question = "What is the address of the property?"
    assert of_scan(question, texts, absent_all).text == "Lange Gasse 5\n55116 Mainz"
    below = names(question, label("Objekt", place="below"))
    found = of_scan(question, texts, absent_all, below)
    assert found.text == "Am Tor 12\n10115 Berlin"
    assert found.evidence.part == union([strip(5), strip(6)])
    other = of_scan("What is the company address?", texts, absent_all, below)
    assert other.text == "Lange Gasse 5\n55116 Mainz", "it was learned of another one"
    behind = names(question, label("Objekt:"))
    one = (*head, "Objekt: Am Tor 12, 10115 Berlin", "Miete 1.200,00")
    assert of_scan(question, one, absent_all, behind).text == "Am Tor 12, 10115 Berlin"


def test_a_known_answer_is_said_as_it_was_spelled_however_unsurely_it_was_read() -> None:
    texts = ("Hafen Handel AG", "Ke1ler Druckerel GmbH", "Total 7.20")
    question = "What is the company name?"
    value = LearnedValue("Keller Druckerei GmbH", (), 5, 0)
    knows = LearnedNames((LearnedQuestion(key_of(question), question, (), (value,)),))
    assert of_scan(question, texts, absent_all).text == "Hafen Handel AG"
    found = of_scan(question, texts, absent_all, knows)
    assert found.text == "Keller Druckerei GmbH"
    assert found.evidence.part == strip(1)
    assert 0.7 < found.confidence < AT_LABEL
    assert of_scan(question, texts[::2], absent_all, knows).text == "Hafen Handel AG"


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("Hafen Handel AG", "Keller Druckerei GmbH", "Total 7.20"), "Keller Druckerei GmbH"),
        (("Hafen Handel AG", "Total 7.20"), "Hafen Handel AG"),
        (("Hafen Handel AG", "Objekt: Gasse 5", "Total 7.20"), "Gasse 5"),
    ],
)
def test_a_known_answer_is_looked_for_once_in_what_was_read(
    texts: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "What is the company name?"
    value = LearnedValue("Keller Druckerei GmbH", (), 5, 0)
    labels = (label("Objekt:"),)
    knows = LearnedNames((LearnedQuestion(key_of(question), question, labels, (value,)),))
    looked: list[Sheet] = []

    def look(sheet: Sheet, values: Iterable[LearnedValue]) -> Known | None:
        looked.append(sheet)
        return known_on(sheet, values)

    monkeypatch.setattr(known_values, "known_on", look)
    assert of_scan(question, texts, absent_all, knows).text == told
    assert len(looked) == 1


def test_what_stands_on_a_scan_at_any_label_that_says_what_is_asked_answers() -> None:
    texts = ("Keller Mainz", "Delivery number 77", "Parcel nunber 5414", "Thank you")
    found = of_scan("What is the parcel number?", texts, lambda n: said("77", 0.99, "no_text"))
    assert found.text == "5414"
    assert found.evidence.part == strip(2)


def test_the_label_of_a_company_s_number_does_not_tell_who_sells() -> None:
    texts = ("KELLER DRUCK", "Company No", "20965-W Mainz", "Total 7.20", "Change 2.80")
    question = "What is the company name?"
    assert of_scan(question, texts, lambda n: said("Change", 0.99, "no_text")).text == texts[0]
    named = ("Tax invoice 5", "Seller: Keller Druck", "Total 7.20")
    assert of_scan(question, named, absent_all).text == "Keller Druck"


def test_a_learned_label_tells_who_sells_whatever_it_says() -> None:
    texts = ("KELLER DRUCK", "Objekt: Gasse 5", "Total 7.20")
    question = "What is the company name?"
    learned = names(question, label("Objekt:"))
    assert of_scan(question, texts, absent_all, learned).text == "Gasse 5"


def test_a_group_of_lines_says_what_its_lines_say_but_single_lines_come_first() -> None:
    lines = (strip(0), strip(1))
    both = Box(0.0, 0.0, 1.0, 2 * HIGH)
    parts = PageParts((*lines, both), 2, ((0,), (1,), (0, 1)), ((),) * 3, lines, ())
    reader = Reader(lambda n: said("5414", 0.9, "no_text"))
    readings = {lines[0]: "Keller", lines[1]: "Parcel nunber unclear"}
    asked = msgspec.structs.replace(QUESTION, text="What is the parcel number?")
    assert done(run(reader, parts, asked, readings=readings)).evidence.part == lines[1]
    assert [one.box for one in reader.asked] == [lines[1], both]


SCANNED = (
    "Studio Pixelle",
    "8 rue des Carmes",
    "31000 Toulouse",
    "",
    "Mairie de Lunel",
    "20 quai Noel",
    "34400 Lunel",
    "",
    "Facture n° 684347",
    "Mode de reglement Cheque bancaire",
    "Totai HT 2 009,19 EUR",
    "TVA 20 % 401,84 EUR",
    "Somme a payer 2 411,03 EUR",
    "Identifiant TVA : FR 83 404 833 048",
    "IBAN FR14 2004 1010 0505 0001 3402 606 8IC PSSTFRPP",
)
"""What a model read on a French invoice, letter by letter wrong here and there."""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who issued this invoice?", "Studio Pixelle"),
        ("Who is the customer?", "Mairie de Lunel"),
        ("In which city is the supplier?", "Toulouse"),
        ("What is the invoice number?", "684347"),
        ("What is the payment method?", "Cheque bancaire"),
        ("What is the amount before tax?", "2 009,19"),
        ("What is the tax amount?", "401,84"),
        ("What is the total amount of the invoice?", "2 411,03"),
        ("What is the VAT number?", "FR 83 404 833 048"),
        ("What is the BIC?", "PSSTFRPP"),
    ],
)
def test_fields_of_an_invoice_are_found_in_what_was_read(question: str, answer: str) -> None:
    assert of_scan(question, SCANNED, absent_all).text == answer


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("What is the customer number?", "684347"),
        ("What is the e-mail address?", "P.U."),
        ("What is the telephone number?", "Toulouse"),
        ("How many items are there?", "401,84"),
        ("Who is the customer?", "Montant"),
    ],
)
def test_a_value_of_another_field_answers_nothing(question: str, wrong: str) -> None:
    texts = ("Facture n° 684347", "Montant P.U.", "Total TVA 401,84")
    found = of_scan(question, texts, lambda n: said(wrong, 0.9, "no_text"))
    assert found.text == NOT_ON_PAGE


def test_nothing_is_asked_where_no_line_may_hold_such_a_value() -> None:
    reader = Reader(absent_all)
    asked = msgspec.structs.replace(QUESTION, text="What is the e-mail address?")
    texts = ("Studio Pixelle", "8 rue des Carmes", "31000 Toulouse")
    readings = {strip(number): text for number, text in enumerate(texts)}
    assert done(run(reader, page(3), asked, readings=readings)).text == NOT_ON_PAGE
    assert len(reader.asked) == 1


@pytest.mark.parametrize(
    ("question", "texts", "left"),
    [
        ("What is the invoice number?", ("Keller", "Invoice number: 5414"), AT_LABEL),
        ("What is the total?", ("Keller", "5.00", "7.20"), SUM),
        ("What is the company name?", ("KELLER DRUCK", "5.00"), SELLER),
        ("What is the date?", ("KELLER DRUCK", "18/01/2018"), AT_LABEL),
        ("What is the address?", ("KELLER DRUCK", "Lange Gasse 7", "55116 Mainz"), OTHER),
        ("What is the customer number?", ("KELLER DRUCK", "Total 7.20", "ABC 77"), ELSEWHERE),
    ],
)
def test_an_answer_is_as_sure_as_its_place_allows(
    question: str, texts: tuple[str, ...], left: float
) -> None:
    found = of_scan(question, texts, lambda n: said("77" if n == 2 else "", 0.8, "no_text"))
    assert found.confidence in (pytest.approx(0.8 * left), pytest.approx(0.89 * left))


@pytest.mark.parametrize(
    ("total", "sure", "left"),
    [("9.60", 0.9, 1.0), ("9.80", 0.9, CONTRADICTED), ("9.80", 0.99, 1.0)],
)
def test_a_doubted_sum_that_payment_and_change_contradict_is_less_sure(
    total: str, sure: float, left: float
) -> None:
    told = {
        strip(n): Told(strip(n), said(text, sure, "no_text").answer, "", 2)
        for n, text in enumerate((f"Total {total}", "Cash 50.00", "Change 40.40"))
    }
    asked = msgspec.structs.replace(QUESTION, text="What is the total?")
    found = done(list(answer(PageJob(1, asked, page(3), told, Reader(absent_all), NEVER))))
    assert found.text == total
    assert found.confidence == pytest.approx(sure * SUM * left)


@pytest.mark.parametrize(("sure", "line"), [(0.75, 1), (0.3, 4)])
def test_the_place_of_an_address_tells_more_than_how_surely_it_is_read(
    sure: float, line: int
) -> None:
    texts = ("KELLER", "Lange Gasse 7", "55116 Mainz", "MILLER", "Long Road 5", "55117 Mainz")
    told = {
        strip(n): Told(strip(n), said(text, sure if n < 3 else 0.95, "no_text").answer, "", 2)
        for n, text in enumerate(texts)
    }
    asked = msgspec.structs.replace(QUESTION, text="What is the company address?")
    found = done(list(answer(PageJob(1, asked, page(len(texts)), told, Reader(absent_all), NEVER))))
    assert found.text.startswith(texts[line])


def test_that_a_scan_has_no_date_is_no_surer_than_its_lines_were_read() -> None:
    readings = {
        strip(n): Told(strip(n), said(text, sure, "no_text").answer, "", 2)
        for n, (text, sure) in enumerate((("KELLER", 0.9), ("Trm 1b.O7.2o", 0.3)))
    }
    asked = msgspec.structs.replace(QUESTION, text="What is the date?")
    reader = Reader(lambda _: absent(0.99))
    found = done(list(answer(PageJob(1, asked, page(2), readings, reader, NEVER))))
    assert found.text == NOT_ON_PAGE
    assert found.confidence == pytest.approx(0.6)
