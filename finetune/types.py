"""The values of tuning: examples, imported rows, problems. Knows no library.

A *document* is named by the SHA-256 of its file, so that moving or renaming it changes nothing.
"""

from __future__ import annotations

from typing import Literal

from vlm.absence import NOT_ON_PAGE as NOT_ON_PAGE
from vlm.types import Box, PageRef, PageSize, Value, Word

ExampleKind = Literal["correction", "right", "label", "imported", "negative"]
Verdict = Literal["wrong", "right", "unknown"]
Side = Literal["train", "watch", "held_out"]

BY_PAGE = "*"
"""In place of a tuned version's name: chosen by what each page looks like. None can be named so."""

_PICTURE_STARTS = (b"\x89PNG\r\n\x1a\n", b"RIFF", b"\xff\xd8\xff")


class Example(Value, frozen=True):
    """One question with its right answer, and where it was asked.

    `answers` holds every accepted spelling, the first is the one that is taught. `said` is what
    the model had answered, "" when it was not asked. `page_hash` is `lookalike.page_hash_of` the
    whole page, 64 hexadecimal digits, "" when unknown. `made_at` is seconds since 1970. The
    pixels are kept beside the value, see `Crop`.

    Raises:
        ValueError: Without a question, without an answer, or with an empty one.
    """

    id: str
    document: str
    page: PageRef
    question: str
    answers: tuple[str, ...]
    kind: ExampleKind
    made_at: float
    box: Box | None = None
    said: str = ""
    verdict: Verdict = "unknown"
    page_hash: str = ""

    def __post_init__(self) -> None:
        if not self.question.strip():
            raise ValueError("an example needs a question")
        if not self.answers or not all(answer.strip() for answer in self.answers):
            raise ValueError("an example needs an answer, and none may be empty")

    @property
    def answer(self) -> str:
        """The spelling that is taught."""
        return self.answers[0]


class Crop(Value, frozen=True):
    """What an example is about, kept with it: so it can be learned from when its file is gone.

    `picture` is a PNG, WebP or JPEG file of the crop as it was shown, turned by the page's
    rotation; the whole page without a box. `size` is the whole page's before that turn, and
    `words` are those of its text layer inside the box: together they decide how the crop is put
    before the model, as they do when asking.

    Raises:
        ValueError: When `picture` is none of these.
    """

    picture: bytes
    size: PageSize
    words: tuple[Word, ...] = ()

    def __post_init__(self) -> None:
        if not self.picture.startswith(_PICTURE_STARTS):
            raise ValueError("the picture of an example is a PNG, WebP or JPEG file")


class InUse(Value, frozen=True):
    """A tuned version that reads documents now: its name, and its folder in the library."""

    name: str
    folder: str


class Row(Value, frozen=True):
    """One row of an imported list, checked but not yet drawn; `line` counts from 1.

    `document` is the document's SHA-256 and `page_hash` that of its page when the list names them,
    else "": a list that was exported shows crops where it was made from pages.
    """

    line: int
    page: PageRef
    question: str
    answers: tuple[str, ...]
    box: Box | None = None
    id: str = ""
    document: str = ""
    kind: ExampleKind = "imported"
    page_hash: str = ""


class RowProblem(Value, frozen=True):
    """Why one row of a list was left out: a plain sentence without the line number."""

    line: int
    sentence: str


class Refusal(Value, frozen=True):
    """Why tuning does not start, and what would help. `examples` are the ids concerned."""

    code: Literal["too_few_documents", "contradiction", "answer_too_long", "nothing_to_learn"]
    sentence: str
    advice: str
    examples: tuple[str, ...] = ()
