from __future__ import annotations

import stat
from pathlib import Path

import pytest

from finetune import question_sets
from finetune.errors import StoreTooNew, StoreUnusable
from finetune.question_sets import SHIPPED, QuestionSet

OWN = QuestionSet("Delivery note", ("Which order?", "How many boxes?"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / question_sets.NAME


def test_without_a_file_there_are_the_shipped_sets(file: Path) -> None:
    assert question_sets.load(file) == SHIPPED
    assert {one.name for one in SHIPPED} >= {"Invoice", "Receipt", "Form"}
    assert not file.exists()


def test_what_was_saved_is_read_again_in_its_order(file: Path) -> None:
    question_sets.save(file, (OWN, SHIPPED[1]))
    assert question_sets.load(file) == (OWN, SHIPPED[1])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [question_sets.NAME]
    question_sets.save(file, ())
    assert question_sets.load(file) == ()


def test_shipped_sets_come_back_beside_changed_ones() -> None:
    changed = QuestionSet("invoice", ("Only this?",))
    back = question_sets.restored((OWN, changed))
    assert back[:2] == (OWN, changed)
    assert [one.name for one in back[2:]] == [one.name for one in SHIPPED if one.name != "Invoice"]


def test_a_set_is_found_by_its_name_however_written() -> None:
    assert question_sets.named(SHIPPED, " RECEIPT ") == SHIPPED[1]
    assert question_sets.named(SHIPPED, "Menu") is None


@pytest.mark.parametrize(
    ("name", "questions"),
    [(" ", ("Who?",)), ("A", ()), ("A", ("Who?", " ")), ("A", ("Who is it?", "who  is it?"))],
)
def test_a_set_is_whole(name: str, questions: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="question"):
        QuestionSet(name, questions)


def test_a_newer_file_is_refused_and_left_alone(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"version": 2, "groups": []}')
    with pytest.raises(StoreTooNew, match="newer version"):
        question_sets.load(file)
    assert file.read_text() == '{"version": 2, "groups": []}'


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff\xfe", b'{"version": 1}', b'{"version": 1, "sets": [{}]}']
)
def test_a_file_that_is_none_is_refused(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(StoreUnusable, match="understood"):
        question_sets.load(file)


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreUnusable, match="could not be saved"):
        question_sets.save(tmp_path / "taken" / "sets.json", SHIPPED)
