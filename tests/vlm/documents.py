"""Documents of many pages for tests, and somebody who answers about each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.drawn import DrawnPages, line
from vlm.protocol import Cancelled, Done, Event, Failed, Progress, Saw
from vlm.types import Answer, Evidence, EvidenceKind, PageRef, Question, Timings, Word

FILLER = "These are some words that every page of a long document has"


def said(text: str, confidence: float = 0.9, kind: EvidenceKind = "page", job: int = 1) -> Done:
    """Return the end of a question that was answered."""
    return Done(
        job,
        Answer(
            text=text,
            confidence=confidence,
            evidence=Evidence(kind),
            stop="end",
            model="m",
            adapter=None,
            visual_tokens=10,
            effective_dpi=100.0,
            timings=Timings(total=1.0, first_token=0.5),
        ),
    )


@dataclass
class Book(DrawnPages):
    """Pages of words; "" is a scan."""

    texts: tuple[str, ...] = ()
    read_words: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page_count = len(self.texts)

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Read."""
        self.read_words.append(page.page)
        text = self.texts[page.page]
        return line(*f"{text} {FILLER}".split()[:14]) if text else ()


@dataclass
class Clerk:
    """Answers about single pages, and remembers which."""

    says: Callable[[int], Event]
    asked: list[Question] = field(default_factory=list)

    def __call__(self, question: Question) -> Iterator[Event]:
        """Answer."""
        assert not question.whole_document
        assert question.box is None
        self.asked.append(question)
        yield Progress(1, "Looking")
        yield Saw(1, (), f"warning of page {question.page.page + 1}")
        last = self.says(question.page.page)
        assert isinstance(last, Done | Failed | Cancelled)
        yield last

    @property
    def pages(self) -> list[int]:
        """The pages that were asked, from 0."""
        return [question.page.page for question in self.asked]
