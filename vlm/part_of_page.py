"""Takes what of a page lies in a box that a person drew, whose many lines are asked one by one.

A small model reads a few lines at once. A box around a whole table, or a receipt's lower half, is
answered like a page of its own. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from vlm.part_finder import PageParts
from vlm.protocol import Done, Event
from vlm.types import Box, Question

TALL = 0.06
"""Height of a box, as a share of the page, from which on it may hold many lines."""

FEW = 4
"""Lines that the model is asked about at once."""


def is_tall(question: Question) -> bool:
    """Tell whether a question is about a part of one page that may hold many lines."""
    return _is_boxed(question) and not is_low(question)


def is_low(question: Question) -> bool:
    """Tell whether a question is about a part of one page that is shown to a model as it is."""
    return _is_boxed(question) and question.box is not None and question.box.height < TALL


def _is_boxed(question: Question) -> bool:
    return question.box is not None and not question.more_pages and not question.whole_document


def has_many_lines(page: PageParts) -> bool:
    """Tell whether so many rows lie in a part of a page that they are asked one by one.

    Args:
        page: What `within` returned.
    """
    rows = {tuple(sorted(row)) for row in page.rows[: page.lines]}
    return len(rows) > FEW


def is_short(page: PageParts) -> bool:
    """Tell whether a part of a page is one line that is read at once.

    Args:
        page: What `within` returned.
    """
    return page.lines == 1 and len(page.read_in(page.asked[0])) == 1


def within(page: PageParts, box: Box | None) -> PageParts:
    """Return what of a page lies in a box: its words and parts, of which one stays at least.

    Args:
        page: Its parts.
        box: On the page before its turn; None for all of it.
    """
    if box is None:
        return page
    some = [number for number, part in enumerate(page.asked) if box.holds(part)]
    words = tuple(word for word in page.words if box.holds(word.box))
    if not some:
        return PageParts((box,), 1, ((0,),), ((),), (box,), words)
    lines = [number for number in some if number < page.lines]
    now = {old: new for new, old in enumerate(lines)}
    return replace(
        page,
        asked=tuple(page.asked[number] for number in some),
        lines=len(lines),
        rows=tuple(_kept(page.rows[number], now) for number in some),
        above=tuple(_kept(page.above[number], now) for number in some),
        read=tuple(block for block in page.read if box.holds(block)) or (box,),
        words=words,
        pieces=tuple(page.pieces[number] for number in lines) if page.pieces else (),
        straight=tuple(page.straight[number] for number in some) if page.straight else (),
        ink=tuple(page.ink[number] for number in lines) if page.ink else (),
    )


def _kept(numbers: Sequence[int], now: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(now[number] for number in numbers if number in now)


def told_of(event: Event) -> Event:
    """Return a job's event as one about a box: words that stand in it stand in the box."""
    if not isinstance(event, Done) or event.answer.evidence.kind != "page":
        return event
    found = msgspec.structs.replace(event.answer.evidence, kind="crop")
    return Done(event.job, msgspec.structs.replace(event.answer, evidence=found))
