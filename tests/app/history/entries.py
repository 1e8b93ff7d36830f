"""Entries for the tests of the history."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from app.history.entry import Entry
from vlm.types import (
    Answer,
    Box,
    Evidence,
    PageAnswer,
    PageRef,
    PagesRead,
    Question,
    Timings,
    Unsure,
)


def entry(
    question: str = "What is the total?",
    answer: str = "565.20",
    path: str = "/papers/invoice.pdf",
    box: Box | None = None,
    verdict: bool | None = None,
    correction: str = "",
) -> Entry:
    return Entry(
        question=Question(question, PageRef(path, 1, 90), box, splitting=False, max_new_tokens=64),
        answer=Answer(
            text=answer,
            confidence=0.875,
            evidence=Evidence("page", (Box(0.1, 0.2, 0.3, 0.4),)),
            stop="end",
            model="small",
            adapter="mine",
            visual_tokens=320,
            effective_dpi=168.5,
            timings=Timings(open=0.1, total=1.25, tokens_per_second=20.5),
            unsure=(Unsure(0, 3, 0.25),),
        ),
        when=datetime(2025, 3, 14, 9, 30, tzinfo=UTC),
        fingerprint="ab" * 32,
        verdict=verdict,
        correction=correction,
    )


def whole_entry() -> Entry:
    """Return a question to a whole document of 120 pages, of which pages 2 and 8 were read."""
    given = entry()
    found = given.answer.evidence
    pages = (PageAnswer(1, "565.20", 0.875, found), PageAnswer(7, "", 0.5, found, useful=False))
    return replace(
        given,
        question=msgspec.structs.replace(given.question, whole_document=True),
        answer=msgspec.structs.replace(given.answer, read=PagesRead(120, 119, pages)),
    )
