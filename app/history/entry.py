"""One line of the history as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vlm.types import Answer, Question


@dataclass(frozen=True, slots=True)
class Entry:
    """A question that was asked and what became of it.

    `number` is 0 before it is stored. `verdict` is the person's: right, wrong, or not said;
    `correction` is what they wrote the answer should have been, "" when they wrote nothing.
    `fingerprint` is the document's SHA-256 in hex, "" when it could not be read. The answer has
    no `views`: what the model saw can be drawn again from the page.
    """

    question: Question
    answer: Answer
    when: datetime
    fingerprint: str = ""
    verdict: bool | None = None
    correction: str = ""
    number: int = 0

    @property
    def file_name(self) -> str:
        """The document's name without its folders."""
        return Path(self.question.page.path).name
