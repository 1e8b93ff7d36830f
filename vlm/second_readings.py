"""Reads lines of a scan again, larger, where a reading was unsure and an answer depends on it.

The surer of both readings stays. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from vlm.answer_forms import form_of
from vlm.cancel import CancelToken, check
from vlm.page_reading import READ, AskPage
from vlm.part_asking import Told, at_once
from vlm.part_finder import PageParts
from vlm.protocol import Event, Progress
from vlm.scan_lines import READ_SHARE, READ_TOKENS, read_in_pieces, said_of
from vlm.types import Box, PageRef, Question

LARGER = 1.5
"""Times as large as print is usually shown: of lines of print read twice, the surer reading had
0.070 errors a character where one had 0.096, and 0.144 against 0.160 on worn ones."""

SURE = 0.95
"""Confidence in a reading from which on it is not looked at again."""

BEST, FEW = 3, 4
"""Answers whose lines are read again, and digits of a line that may be a date or a number."""

MOST_LINES = 5
"""Lines that are read again for one question; each takes about as long as two of those before."""


def deciding(
    question: str,
    page: PageParts,
    found: Sequence[tuple[float, Told]],
    places: Sequence[tuple[Box, str, float]],
) -> list[Box]:
    """Return the lines of a scan on which an answer depends, the most important first.

    Those of the best answers and those beside words of the question; for a date or a number of
    which none was found, those with some digits.

    Args:
        question: As a person asks it.
        page: Its parts.
        found: Answers that were read, each with its worth.
        places: All parts, their texts and relevance in (0, 1].
    """
    lines = frozenset(page.asked[: page.lines])
    digits = form_of(question) in ("date", "amount", "number")
    best = sorted(found, key=lambda one: -one[0])[:BEST]
    of_best = [line for _, one in best for line in page.asked[: page.lines] if one.part.holds(line)]
    single = [(box, text, relevance) for box, text, relevance in places if box in lines]
    least = min((relevance for _, _, relevance in places), default=1.0)
    beside = [
        box
        for box, text, relevance in single
        if relevance > least and (not digits or _digits(text) or len(text) < FEW)
    ]
    numbers = [box for box, text, _ in single if digits and not found and _digits(text) >= FEW]
    return [*of_best, *beside, *numbers]


def unsure(lines: Iterable[Box], readings: dict[Box, Told]) -> list[Box]:
    """Return the lines to be read again, in the order given and not too many.

    Args:
        lines: On which an answer depends, the most important first.
        readings: What was read so far.
    """
    known = (box for box in dict.fromkeys(lines) if box in readings)
    doubted = (
        box for box in known if readings[box].looks == 1 and readings[box].answer.confidence < SURE
    )
    return list(doubted)[:MOST_LINES]


def read(
    job: int,
    at: PageRef,
    page: PageParts,
    lines: list[Box],
    readings: dict[Box, Told],
    ask: AskPage,
    cancel: CancelToken,
) -> Generator[Event, None, None]:
    """Read lines again and keep the surer reading of each; yields what is being done.

    Args:
        job: The job.
        at: The page.
        page: Its parts.
        lines: See `unsure`.
        readings: What was read so far; what is read better takes its place.
        ask: Answers about one part.
        cancel: Looked at before they are read, and by `ask`.

    Raises:
        PartFailed: If a line cannot be read.
        Stopped: If the job shall stop.
    """
    asked = Question(READ, at, max_new_tokens=READ_TOKENS, larger=LARGER)
    some = at_once(ask)
    for first in range(0, len(lines), some):
        check(cancel)
        yield Progress(job, said_of("Reading again", first, len(lines)), READ_SHARE)
        again = yield from read_in_pieces(asked, page, lines[first : first + some], ask)
        readings.update((box, _surer(readings[box], one)) for box, one in again.items())


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _surer(first: Told, second: Told) -> Told:
    """Return the reading that is more likely right; saying nothing is less than any words."""
    best = max(first, second, key=lambda one: (one.useful, one.answer.confidence))
    return Told(best.part, best.answer, best.warning, looks=2)
