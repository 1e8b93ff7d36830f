"""Sets of questions, and the questions of a set or a list that a person names. Knows no window.

All sets are in one file from the first change on; the shipped ones may be changed and removed like
the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from vlm import paths
from vlm.clean_text import clean_text
from vlm.errors import QuestionUnanswerable
from vlm.system_refusals import reason
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


class NewerSets(ValueError):
    """The file was written by a newer program."""


class _Version(msgspec.Struct):
    """What every version of the file says."""

    version: int


class _Kept(Value, frozen=True):
    """The file's content."""

    version: int
    sets: tuple[QuestionSet, ...]


def decode(content: bytes) -> tuple[QuestionSet, ...]:
    """Read the sets of a file.

    Raises:
        NewerSets: When it was written by a newer program.
        ValueError: When it cannot be understood.
    """
    try:
        if msgspec.json.decode(content, type=_Version).version > VERSION:
            raise NewerSets("The question sets were written by a newer version of the program.")
        return msgspec.json.decode(content, type=_Kept).sets
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError("The file of the question sets could not be understood.") from error


def encode(sets: Sequence[QuestionSet]) -> bytes:
    """Write sets as the content of a file."""
    return msgspec.json.format(msgspec.json.encode(_Kept(VERSION, tuple(sets))))


def named(sets: Sequence[QuestionSet], name: str) -> QuestionSet | None:
    """Return the set of a name, however it is written."""
    return next((one for one in sets if plain(one.name) == plain(name)), None)


def questions_of(given: str) -> tuple[str, ...]:
    """Return the questions that a person names.

    Args:
        given: The name of a set, or a file: text with a question a line (empty lines and lines
            that begin with # do not count), or JSON, a list of questions or an object with
            `questions`.

    Raises:
        QuestionUnanswerable: When there is neither, or no question in it.
    """
    path = Path(given)
    if path.is_file():
        return _listed(path)
    try:
        sets = decode((paths.data_dir() / NAME).read_bytes())
    except FileNotFoundError:
        sets = SHIPPED
    except (OSError, ValueError) as error:
        raise QuestionUnanswerable(str(error)) from error
    found = named(sets, given)
    if found is None:
        names = ", ".join(one.name for one in sets)
        raise QuestionUnanswerable(
            f"There is neither a question set nor a file called {given}. The sets are: {names}."
        )
    return found.questions


class _Questions(msgspec.Struct):
    questions: list[str]


def _listed(path: Path) -> tuple[str, ...]:
    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".json":
            read = msgspec.json.decode(content, type=list[str] | _Questions)
            lines = read.questions if isinstance(read, _Questions) else read
        else:
            lines = content.decode("utf-8-sig").splitlines()
            lines = [line for line in lines if not line.lstrip().startswith("#")]
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        why = reason(error)
        raise QuestionUnanswerable(f"The questions in {path} cannot be read: {why}.") from error
    written = (clean_text(line).strip() for line in lines)
    questions = tuple(dict.fromkeys(line for line in written if line))
    if not questions:
        raise QuestionUnanswerable(f"There are no questions in {path}.")
    return questions
