"""Sets of questions that are asked of every page of a kind: shipped ones, and the person's own.

All sets are in one file from the first change on; the shipped ones may be changed and removed like
the others, and come back with `restored`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from finetune.errors import StoreTooNew, StoreUnusable
from vlm import whole_file
from vlm.types import Value

NAME = "question_sets.json"
VERSION = 1


def plain(text: str) -> str:
    """Return text as names and questions are compared."""
    return " ".join(text.casefold().split())


class QuestionSet(Value, frozen=True):
    """A name and the questions in the order in which they are asked.

    Raises:
        ValueError: Without a name or a question, with an empty question or one that comes twice.
    """

    name: str
    questions: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a question set needs a name")
        if not self.questions or not all(question.strip() for question in self.questions):
            raise ValueError("a question set needs questions, and none may be empty")
        if len({plain(question) for question in self.questions}) < len(self.questions):
            raise ValueError("a question is in a set once")


SHIPPED = (
    QuestionSet(
        "Invoice",
        (
            "What is the invoice number?",
            "What is the date of the invoice?",
            "Who is the invoice from?",
            "What is the total?",
            "What is the tax amount?",
            "What is the due date?",
            "What is the IBAN?",
        ),
    ),
    QuestionSet(
        "Receipt",
        (
            "What is the company name?",
            "What is the date of the receipt?",
            "What is the company address?",
            "What is the total?",
        ),
    ),
    QuestionSet(
        "Form",
        (
            "What is the name?",
            "What is the date of birth?",
            "What is the address?",
            "What is the phone number?",
            "What is the date of the form?",
        ),
    ),
    QuestionSet(
        "Letter",
        (
            "Who is the letter from?",
            "Who is the letter to?",
            "What is the date of the letter?",
            "What is the subject?",
            "What is the reference number?",
        ),
    ),
)


class _Version(msgspec.Struct):
    """What every version of the file says."""

    version: int


class _Kept(Value, frozen=True):
    """The file's content."""

    version: int
    sets: tuple[QuestionSet, ...]


def load(file: Path) -> tuple[QuestionSet, ...]:
    """Return the person's sets; the shipped ones while there is no file.

    Raises:
        StoreTooNew: When the file was written by a newer program.
        StoreUnusable: When it cannot be read or understood.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return SHIPPED
    except OSError as error:
        raise StoreUnusable(f"The question sets cannot be read: {error.strerror}.") from error
    try:
        if msgspec.json.decode(content, type=_Version).version > VERSION:
            raise StoreTooNew("The question sets were written by a newer version of the program.")
        return msgspec.json.decode(content, type=_Kept).sets
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreUnusable("The file of the question sets could not be understood.") from error


def save(file: Path, sets: Sequence[QuestionSet]) -> None:
    """Write all sets; a crash leaves the old file or the new.

    Raises:
        StoreUnusable: When it cannot be written.
    """
    content = msgspec.json.format(msgspec.json.encode(_Kept(VERSION, tuple(sets))))
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        whole_file.write(file, content)
    except OSError as error:
        raise StoreUnusable(f"The question sets could not be saved: {error.strerror}.") from error


def restored(sets: Sequence[QuestionSet]) -> tuple[QuestionSet, ...]:
    """Return the sets with those shipped ones added whose name is not there."""
    names = {plain(one.name) for one in sets}
    return (*sets, *(one for one in SHIPPED if plain(one.name) not in names))


def named(sets: Sequence[QuestionSet], name: str) -> QuestionSet | None:
    """Return the set of a name, however it is written."""
    return next((one for one in sets if plain(one.name) == plain(name)), None)
