"""A scan that was read surely is searched as a page with words of its own."""

from __future__ import annotations

import pytest

from tests.vlm.documents import said
from tests.vlm.parted_pages import NEVER, PAGE, Reader, page, strip
from vlm import clear_scans
from vlm.absence import NOT_ON_PAGE
from vlm.page_job import PageJob
from vlm.part_answers import answer
from vlm.part_asking import Told
from vlm.protocol import Done
from vlm.types import Answer, Question

PAYSLIP = ("Employee no. 004417", "Payment date 28/11/2025", "Net pay 2,086.36")
WHEN = "When will the money be in my account?"


def asked(question: str, sure: float, *lines: str) -> tuple[Answer, list[str]]:
    reader = Reader(lambda n: said(lines[n], sure, "no_text"))
    job = PageJob(1, Question(question, PAGE), page(len(lines)), {}, reader, NEVER)
    last = list(answer(job))[-1]
    assert isinstance(last, Done)
    return last.answer, [one.text for one in reader.asked]


def test_what_no_label_names_is_found_and_the_model_is_asked_nothing() -> None:
    found, questions = asked(WHEN, 0.99, *PAYSLIP)
    assert found.text == "28/11/2025"
    assert 0 < found.confidence < 0.99
    assert WHEN not in questions
    part = found.evidence.part
    assert part is not None, "the words are shown, not all of their line"
    assert strip(1).holds(part)
    assert 0 < part.x0 < part.x1 <= 1


def test_what_was_read_unsurely_does_not_count_as_the_pages_own() -> None:
    told = Told(strip(0), said("Net pay 2,086.36", 0.6, "no_text").answer, "")
    assert not clear_scans.helps(WHEN, {strip(0): told})


def test_what_is_not_there_is_said_not_to_be_and_not_surely() -> None:
    found, questions = asked("Which gate does the train leave from?", 0.99, *PAYSLIP)
    assert found.text == NOT_ON_PAGE
    assert found.confidence < 0.5
    assert "Which gate does the train leave from?" not in questions


@pytest.mark.parametrize(
    ("question", "helped"),
    [
        (WHEN, True),
        ("What is the total?", False),
        ("What is the company address?", False),
        ('What is "Net pay"?', False),
        ("What stands there?", False),
    ],
)
def test_usual_fields_and_addresses_go_by_what_is_known_of_them(
    question: str, helped: bool
) -> None:
    readings = {strip(0): Told(strip(0), said("Net pay", 0.99, "no_text").answer, "")}
    assert clear_scans.helps(question, readings) is helped


def test_a_page_of_which_nothing_was_read_is_not_clear() -> None:
    assert not clear_scans.helps(WHEN, {})
