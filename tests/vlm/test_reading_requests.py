from __future__ import annotations

import random

import pytest

from pretrain.documents import fields, prompts
from vlm.page_reading import READ
from vlm.reading_requests import asks_for_table, asks_to_read, wants_csv


@pytest.mark.parametrize(
    ("question", "everything"),
    [
        (READ, True),
        ("what does this page say", True),
        ("Read the whole text.", True),
        ("Please transcribe everything exactly", True),
        ("Could you read this page aloud?", True),
        ("What is written on this page?", True),
        ("Was steht hier?", True),
        ("What is the total amount?", False),
        ("Give me the total", False),
        ("Read the invoice number.", False),
        ("Show me the date", False),
        ("What does the customer owe?", False),
        ("", False),
    ],
)
def test_reading_all_is_told_from_asking_for_something(question: str, everything: bool) -> None:
    assert asks_to_read(question) is everything


def test_the_requests_the_shipped_model_was_taught_are_known() -> None:
    rng = random.Random(1)
    requests = {prompts.read_prompt(rng, held_out=number % 9 == 0) for number in range(200)}
    known = [request for request in requests if asks_to_read(request)]
    assert len(known) >= 0.9 * len(requests), sorted(requests - set(known))
    for field in fields.FIELDS:
        assert not asks_to_read(field.ask(rng, False))


@pytest.mark.parametrize(
    ("question", "table", "as_csv"),
    [
        ("Transcribe this table as a Markdown table.", True, False),
        ("Copy the table", True, False),
        ("Extract all tables on this page, please", True, False),
        ("Can you convert this table to a spreadsheet?", True, True),
        ("Gib mir die Tabelle als CSV", True, True),
        ("Read this table into rows and columns", True, False),
        ("Show me the table of contents", False, False),
        ("Read the table number", False, False),
        ("What is the value in the table?", False, False),
        ('In the table, what is the value for "2004" in the column "Q1"?', False, False),
        ("", False, False),
    ],
)
def test_a_table_is_told_from_one_thing_in_it(question: str, table: bool, as_csv: bool) -> None:
    assert asks_for_table(question) is table
    assert wants_csv(question) is as_csv
