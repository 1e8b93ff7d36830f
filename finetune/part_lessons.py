"""Which parts of a page a row about all of it is taught on, and with which words. Pure.

Of the parts with the answer that one counts which has most to do with the question, and one that
overlaps it: what the answer says elsewhere on the page may mean something else. Of those without
it one is taught as well, with "Not on this page.". What nobody can tell is taught neither way.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

import msgspec

from finetune import spelling
from finetune.effort import HOLDING, LACKING
from finetune.runs import RunRow
from finetune.types import NOT_ON_PAGE
from vlm.absence import says_absent
from vlm.evidence import locate
from vlm.likeness import with_instead, within
from vlm.page_reading import READ
from vlm.part_finder import PageParts
from vlm.part_ranking import ranked
from vlm.spellings import spelled_in
from vlm.types import Box, Word, union

MISREAD, UNLIKE = 0.8, 0.6
"""Likeness of a reading to an answer from which on it is that answer with a letter or two wrong,
and up to which it surely is something else; between them nothing is taught about a part."""

LONG = 6
"""Letters of an answer that may be misread; a shorter one is like too much else."""

LIKELY, LIKELY_NUMBER = 1.2, 0.4
"""Mean loss of an answer's letters up to which it stands in a part; of one that is mostly digits,
each of which counts, less."""

MISSING = 2.5
"""Mean loss of the first, second or last third of an answer's letters from which on that third does
not stand in a part: it holds a line of an answer that goes on in the next."""

MARGIN = 1.5
"""By so much the loss has to be below that of most parts."""

UNLIKELY = 2.0
"""Times the limit from which on the answer surely does not stand in a part."""

FEWEST, MANY = 3, 8
"""Letters of an answer without which its loss says too little, and from which on the first one
does not count: it tells whether the base would answer at all. The end tells no more than whether
something else stands there."""

ANEW = 0.6
"""Likeness of a line's reading to an answer from which on it is known which words were misread."""

MOSTLY = 0.3
"""Share of a line that the answer is where the line is taught to be read: the rest is a guess."""

PIECE, WHOLE_ANSWER = 0.58, 0.6
"""Likeness of a line to a piece of an answer over several lines, and the share of the answer that
these have to say."""

SHORTEST, MOST_ROWS, HIGHEST = 8, 4, 6.5
"""Letters of such a line, how many lines there are at most, and their height in usual lines."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What the base makes of a scan.

    Attributes:
        readings: What it read in each line.
        losses: By spelling of an answer, the loss of each of its tokens in each part.
    """

    readings: Mapping[Box, str] = field(default_factory=dict[Box, str])
    losses: Mapping[str, Mapping[Box, Sequence[float]]] = field(
        default_factory=dict[str, Mapping[Box, Sequence[float]]]
    )


NOTHING_READ = Scan()
"""Of a page with a text layer, which needs no reading."""


def lessons_in(
    row: RunRow, page: PageParts, words: Sequence[Word], scan: Scan = NOTHING_READ
) -> tuple[RunRow, ...]:
    """Return rows about the parts of a page that a row is best taught on; none if nobody can tell.

    Args:
        row: About the whole page.
        page: Its parts.
        words: What is known to stand on it; of parts without any nothing is known to be missing.
        scan: What the base made of a page without a text layer.
    """
    there = _words_in(page, words, scan)
    texts = {box: " ".join(word.text for word in some) for box, some in there.items()}
    order = ranked(page, [texts[box] for box in page.asked], row.question)
    told = [(box, there[box]) for box, _, _ in order]
    holding: list[Box] = []
    if not says_absent(row.answers[0]):
        every = _holding(row.answers, told, scan) or _several(row.answers, page, scan)
        holding = [box for box in every if _meet(box, every[0])][:HOLDING]
        if not holding:
            return ()
    others = [box for box, _ in told if not any(_meet(box, held) for held in holding[:1])]
    taught = [(box, row.question, _as_shown(row, box, texts.get(box, ""), scan)) for box in holding]
    taught += _read_anew(taught, scan)
    taught += [(box, row.question, (NOT_ON_PAGE,)) for box in _lacking(row, others, texts, scan)]
    return tuple(
        msgspec.structs.replace(
            row, id=f"{row.id}#{number}", part=box, question=question, answers=answers
        )
        for number, (box, question, answers) in enumerate(taught)
    )


def is_found(scan: Scan) -> bool:
    """Tell whether some part is likely to have the answer in a spelling that was weighed."""
    return any(_is_likely(box, scan) for parts in scan.losses.values() for box in parts)


Told = tuple[Box, Sequence[Word]]
"""A part and what stands in it, nothing where that is not known."""


def _words_in(page: PageParts, words: Sequence[Word], scan: Scan) -> dict[Box, Sequence[Word]]:
    """Return what is known to stand in each part; on a scan a line says what was read in it."""
    if not scan.readings:
        return {box: [word for word in words if box.holds(word.box)] for box in page.asked}
    read = {box: [Word(one, box) for one in text.split()] for box, text in scan.readings.items()}
    return {
        box: read[box]
        if box in read
        else [word for line, some in read.items() if box.holds(line) for word in some]
        for box in page.asked
    }


def _holding(answers: Sequence[str], told: Sequence[Told], scan: Scan) -> Sequence[Box]:
    """Return the parts that say an answer to the letter, else those where it may be misread."""
    likely = [box for box, words in told if _says(answers, box, words) or _is_likely(box, scan)]
    long = [one for one in answers if len(one) >= LONG and not any(map(str.isdigit, one))]
    return likely or [
        box
        for box, words in told
        if any(within(one, " ".join(word.text for word in words)) >= MISREAD for one in long)
    ]


def _says(answers: Sequence[str], box: Box, words: Sequence[Word]) -> bool:
    text = " ".join(word.text for word in words)
    return any(
        locate(answer, words, box).kind == "crop" or spelled_in(text, answer) is not None
        for answer in answers
    )


def _cost(losses: Sequence[float]) -> float | None:
    """Return the mean loss of an answer's letters; None where too few count."""
    counted = _counted(losses)
    return fmean(counted) if len(counted) >= FEWEST else None


def _counted(losses: Sequence[float]) -> Sequence[float]:
    letters = losses[:-1]
    return letters[1:] if len(letters) >= MANY else letters


def _is_whole(losses: Sequence[float]) -> bool:
    """Tell whether every third of an answer is likely to stand there."""
    counted = _counted(losses)
    third = len(counted) // 3
    thirds = counted[:third], counted[third : 2 * third], counted[2 * third :]
    return all(fmean(some) < MISSING for some in thirds)


def _cheapest(box: Box, scan: Scan) -> tuple[float, str] | None:
    """Return the least loss of all spellings in a part, and that spelling."""
    each = ((_cost(parts[box]), text) for text, parts in scan.losses.items() if box in parts)
    return min(((cost, text) for cost, text in each if cost is not None), default=None)


def _is_likely(box: Box, scan: Scan) -> bool:
    found = _cheapest(box, scan)
    if found is None:
        return False
    cost, text = found
    clear = cost <= min(_limit(text), _usual(text, scan) - MARGIN)
    return clear and _is_whole(scan.losses[text][box])


def _limit(text: str) -> float:
    digits, letters = sum(map(str.isdigit, text)), sum(map(str.isalpha, text))
    return LIKELY_NUMBER if digits > letters else LIKELY


def _usual(text: str, scan: Scan) -> float:
    """Return the loss of a spelling in most parts: there it does not stand."""
    costs = [_cost(losses) for losses in scan.losses[text].values()]
    return median(cost for cost in costs if cost is not None)


def _several(answers: Sequence[str], page: PageParts, scan: Scan) -> Sequence[Box]:
    """Return the lines of a scan that say an answer together, as one part.

    A line that says a piece of it more or less begins or continues it.
    """
    lines = [box for box in page.asked[: page.lines] if box in scan.readings]
    for answer in answers:
        said = [_is_piece(scan.readings[box], answer) for box in lines]
        for start in range(len(lines)):
            end = start
            while end < len(lines) and said[end]:
                end += 1
            some = lines[start:end]
            letters = sum(len(scan.readings[box]) for box in some)
            if len(some) > 1 and letters >= WHOLE_ANSWER * len(answer) and _is_block(some):
                return [union(some)]
    return ()


def _is_piece(reading: str, answer: str) -> bool:
    return len(reading) >= SHORTEST and within(reading, answer) >= PIECE


def _is_block(boxes: Sequence[Box]) -> bool:
    usual = median(box.height for box in boxes)
    return len(boxes) <= MOST_ROWS and union(boxes).height <= HIGHEST * usual


def _as_shown(row: RunRow, box: Box, text: str, scan: Scan) -> tuple[str, ...]:
    """Return the accepted spellings, the first as the part shows it, as far as that is known.

    On a scan the likeliest one is; what was read there may have a comma for a point.
    """
    cheapest = _cheapest(box, scan)
    if cheapest is not None and _is_likely(box, scan):
        return spelling.first(cheapest[1], row.answers)
    shown = spelling.as_shown(row.answers, text)
    marks = any(_differ_in_marks(shown[0], answer) for answer in row.answers)
    return row.answers if scan.readings and marks else shown


def _differ_in_marks(one: str, other: str) -> bool:
    """Tell whether two spellings have the same letters and digits, but other signs between."""
    letters = [[sign for sign in text.lower() if sign.isalnum()] for text in (one, other)]
    return letters[0] == letters[1] and one.lower() != other.lower()


Lesson = tuple[Box, str, tuple[str, ...]]
"""A part, what is asked about it, and the accepted answers."""


def _read_anew(taught: Sequence[Lesson], scan: Scan) -> list[Lesson]:
    """Return how the first line with the answer is read when what was misread there is put right.

    The engine reads a scan's lines before it asks about them, and takes dates from what it read.
    """
    for box, _, (answer, *_) in taught:
        reading = scan.readings.get(box, "")
        if within(answer, reading) >= ANEW and len(answer) >= MOSTLY * len(reading):
            return [(box, READ, (with_instead(answer, reading),))]
    return []


def _lacking(
    row: RunRow, others: Sequence[Box], texts: Mapping[Box, str], scan: Scan
) -> Iterator[Box]:
    """Return `LACKING` parts that surely do not say the answer: the likeliest to mislead, or any.

    One of a scan in which nothing was read may say it all the same.
    """
    chance = random.Random(row.id)
    rest = [box for box in others if texts[box]]
    if chance.random() < 0.5:
        chance.shuffle(rest)
    lacks = (
        box
        for box in rest
        if all(within(answer, texts[box]) <= UNLIKE for answer in row.answers)
        and _is_unlikely(box, scan)
    )
    return itertools.islice(lacks, LACKING)


def _is_unlikely(box: Box, scan: Scan) -> bool:
    found = _cheapest(box, scan)
    return found is None or found[0] >= UNLIKELY * _limit(found[1])


def _meet(one: Box, other: Box) -> bool:
    return one.holds(other) or other.holds(one)
