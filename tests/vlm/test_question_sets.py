from __future__ import annotations

from pathlib import Path

import pytest

from vlm import paths, question_sets
from vlm.errors import QuestionUnanswerable
from vlm.question_sets import QuestionSet, questions_of


def test_a_set_is_named_however_it_is_written() -> None:
    assert questions_of(" INVOICE ")[0] == "What is the invoice number?"
    own = QuestionSet("Delivery note", ("Which order?",))
    (paths.data_dir() / question_sets.NAME).write_bytes(question_sets.encode((own,)))
    assert questions_of("delivery note") == ("Which order?",)
    with pytest.raises(QuestionUnanswerable, match="The sets are: Delivery note"):
        questions_of("invoice")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.txt", "# mine\n\nTotal?\n  Date? \nTotal?\n"),
        ("q", "\ufeffTotal?\r\nDate?"),
        ("q", "Tot\0al?\n\0\nDate?\x1a"),
        ("q.json", '["Total?", "Date?"]'),
        ("q.json", '{"name": "x", "questions": ["Total?", "Date?"]}'),
    ],
)
def test_a_file_of_questions(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    assert questions_of(str(file)) == ("Total?", "Date?")


@pytest.mark.parametrize(
    ("name", "text"), [("q.txt", "# only\n"), ("q.json", "{"), ("q.json", "1")]
)
def test_a_file_without_questions_is_refused(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(QuestionUnanswerable, match=name):
        questions_of(str(file))


def test_a_damaged_file_of_sets_says_so() -> None:
    (paths.data_dir() / question_sets.NAME).write_text("{")
    with pytest.raises(QuestionUnanswerable, match="could not be understood"):
        questions_of("invoice")
