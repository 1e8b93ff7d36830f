"""What a person's own documents call what they ask for, as a tuning run learned it. Pure.

`vlm.field_names` knows how documents call a field; this says how those do that were corrected. It
lies in a small file beside the weights that were learned; whoever wrote that file is not trusted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from vlm import file_hashes
from vlm.answer_forms import Form
from vlm.errors import AdapterMismatch
from vlm.field_list import Place
from vlm.label_words import folded, words_of
from vlm.types import Value

NAMES = "learned_names.json"
"""The file, in an adapter's folder."""

VERSION: Literal[1] = 1
MOST_BYTES = 4 * 1024 * 1024
"""A file that is larger is not read; the largest that can be written is smaller."""

MOST_QUESTIONS, MOST_LABELS, MOST_WORDS, LONGEST = 64, 8, 6, 60
"""Questions of a file, labels of a question, words and characters of a label."""

MOST_VALUES, MOST_NUMBERS, LONGEST_VALUE, LONGEST_NUMBER = 1024, 3, 200, 24
"""Values of all questions of a file, numbers of a value, characters and digits of each."""

_Text = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
_Asked = Annotated[str, Meta(min_length=1, max_length=4 * LONGEST)]
_Count = Annotated[int, Meta(ge=0, le=1_000_000)]
_Known = Annotated[str, Meta(min_length=1, max_length=LONGEST_VALUE)]
_Number = Annotated[str, Meta(pattern=rf"^[0-9]{{1,{LONGEST_NUMBER}}}$")]


class LearnedLabel(Value, frozen=True):
    """A label at which the answer to a question stands.

    Attributes:
        text: As the documents print it, such as "Az.:"; it has a word with a letter.
        place: Where the answer stands.
        form: Of the answer; None for any.
        last: Whether the last such place of a page is meant rather than the first.
        documents: On how many of the documents that were learned from it gives the right answer.
        wrong: On how many of them a wrong one.

    Raises:
        ValueError: When the text can be no label.
    """

    text: _Text
    place: Place
    form: Form | None
    last: bool
    documents: _Count
    wrong: _Count

    def __post_init__(self) -> None:
        if not self.text.isprintable() or not any(map(str.isalpha, "".join(self.words))):
            raise ValueError("a label has letters and nothing that cannot be printed")
        if len(self.words) > MOST_WORDS:
            raise ValueError(f"a label has at most {MOST_WORDS} words")

    @property
    def words(self) -> tuple[str, ...]:
        """Its words in small letters without accents, as they are looked for."""
        return tuple(map(folded, words_of(self.text)))


class LearnedValue(Value, frozen=True):
    """An answer that stands on several documents, such as who sends them; see `known_values`.

    Attributes:
        text: As the person spelled it.
        numbers: Digits of numbers that stand on documents with this answer and on no others.
        documents: Of how many of the documents that were learned from it is the answer.
        wrong: On how many others it stands.

    Raises:
        ValueError: When the text cannot be printed.
    """

    text: _Known
    numbers: Annotated[tuple[_Number, ...], Meta(max_length=MOST_NUMBERS)]
    documents: _Count
    wrong: _Count

    def __post_init__(self) -> None:
        if not self.text.isprintable():
            raise ValueError("a value has nothing that cannot be printed")

    @property
    def sure(self) -> float:
        """How likely it is right where it stands, in [0, 1)."""
        return self.documents / (self.documents + self.wrong + 0.5)


class LearnedQuestion(Value, frozen=True):
    """What was learned for one question, at least one label or value.

    Attributes:
        key: What questions that ask for the same have in common, see `asked_names.key_of`.
        asked: How a person asked, in the words that tell what for.
        labels: Of these the first that a page has counts.
        values: Answers that are known; one that a page has counts before any label.
    """

    key: _Asked
    asked: _Asked
    labels: Annotated[tuple[LearnedLabel, ...], Meta(max_length=MOST_LABELS)] = ()
    values: Annotated[tuple[LearnedValue, ...], Meta(max_length=MOST_VALUES)] = ()

    def __post_init__(self) -> None:
        if not self.asked.isprintable() or not self.key.isprintable():
            raise ValueError("a question has nothing that cannot be printed")
        if not self.labels and not self.values:
            raise ValueError("a question has a label or a value")


class LearnedNames(Value, frozen=True):
    """All that was learned, a question each; empty where nothing was."""

    questions: Annotated[tuple[LearnedQuestion, ...], Meta(max_length=MOST_QUESTIONS)] = ()
    version: Literal[1] = VERSION

    def __post_init__(self) -> None:
        if sum(len(one.values) for one in self.questions) > MOST_VALUES:
            raise ValueError(f"there are at most {MOST_VALUES} values")

    def of(self, key: str) -> tuple[LearnedLabel, ...]:
        """Return the labels of the question with a key; none where it was not learned."""
        found = (one.labels for one in self.questions if key and one.key == key)
        return next(found, ())

    def values_of(self, key: str) -> tuple[LearnedValue, ...]:
        """Return the known answers to the question with a key; none where there are none."""
        found = (one.values for one in self.questions if key and one.key == key)
        return next(found, ())

    @property
    def labels_alone(self) -> LearnedNames:
        """The same without known answers."""
        labelled = (one for one in self.questions if one.labels)
        return LearnedNames(tuple(msgspec.structs.replace(one, values=()) for one in labelled))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was learned in plain words: '“Aktenzeichen” stands behind “Az.:” (7 documents)'."""
        return tuple(told for one in self.questions for told in _sentences(one))


NO_NAMES = LearnedNames()


def both(first: LearnedNames, second: LearnedNames) -> LearnedNames:
    """Return the names of two; of a question that both know, those of the first."""
    known = {one.key for one in first.questions}
    others = (one for one in second.questions if one.key not in known)
    return limited((*first.questions, *others))


def limited(questions: Iterable[LearnedQuestion]) -> LearnedNames:
    """Return the names of as many questions as a file takes, and as many of their values."""
    kept, left = list[LearnedQuestion](), MOST_VALUES
    for one in questions:
        values = one.values[:left]
        if len(kept) < MOST_QUESTIONS and (values or one.labels):
            kept.append(msgspec.structs.replace(one, values=values))
            left -= len(values)
    return LearnedNames(tuple(kept))


def is_short(key: str, asked: str) -> bool:
    """Tell whether a question is short enough for a file."""
    return max(len(key), len(asked)) <= 4 * LONGEST and (key + asked).isprintable()


def read(folder: Path) -> LearnedNames:
    """Return the names in an adapter's folder; none where it has no such file.

    Raises:
        AdapterMismatch: When the file cannot be read, is too large, or says what it may not, or is
            not as it was saved.
    """
    file_hashes.require(folder, (NAMES,))
    damaged = AdapterMismatch(
        f"What {folder.name} learned of names ({NAMES}) is damaged or from another version of this "
        "program. Train it or import it again."
    )
    try:
        with (folder / NAMES).open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return NO_NAMES
    except OSError as error:
        raise damaged from error
    if len(data) > MOST_BYTES:
        raise damaged
    try:
        return msgspec.json.decode(data, type=LearnedNames)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise damaged from error


def written(names: LearnedNames) -> bytes:
    """Return a file's bytes."""
    return msgspec.json.format(msgspec.json.encode(names)) + b"\n"


def fingerprint(folder: Path) -> str:
    """Return what changes with the file of names in a folder; "" where it has none."""
    try:
        with (folder / NAMES).open("rb") as stream:
            return hashlib.sha256(stream.read(MOST_BYTES + 1)).hexdigest()
    except OSError:
        return ""


def _sentences(question: LearnedQuestion) -> Iterator[str]:
    for label in question.labels:
        wrong = f", wrong on {label.wrong}" if label.wrong else ""
        documents = f"{_many(label.documents)}{wrong}"
        yield f"“{question.asked}” stands {label.place} “{label.text}” ({documents})"
    if question.values:
        first, count = question.values[0], len(question.values)
        what = f"one of {count} that come again, such as" if count > 1 else "again and again"
        yield f"“{question.asked}” is {what} “{first.text}” ({_many(first.documents)})"


def _many(documents: int) -> str:
    return "1 document" if documents == 1 else f"{documents} documents"
