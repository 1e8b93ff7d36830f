"""Answers a question about a page with words of its own from what stands at the label it names.

The small model is shown that part as well: where it reads the same, the answer is as good as sure.
Knows no torch.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from vlm.asked_names import asks_for_field, key_of
from vlm.evidence import locate
from vlm.field_names import asks_for_seller
from vlm.known_labels import names_a_field
from vlm.known_values import known_value
from vlm.labelled import Value, own_value, values_among
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.page_cells import cells_of
from vlm.page_reading import AskPage
from vlm.page_values import page_values, page_values_among, shape_of
from vlm.part_asking import Told, about, absent, around, ask_part, worth
from vlm.part_finder import PageParts
from vlm.protocol import Event
from vlm.scoring import plain
from vlm.turns import as_shown, on_page
from vlm.types import WHOLE_PAGE, Box, PageRef, Question, Word
from vlm.value_shapes import could_be
from vlm.word_places import Span, places

CLEAR = 0.75
"""What a value at a label counts when no other part needs to be asked."""

LEAST = 0.7
"""What any value at a label counts beside what the model says of other parts."""

FIRM = 0.6
"""What the label of a usual field counts at least for the model, which reads the same there, to
make its value sure: it confirms the letters, and not that they are what was asked for."""

READ = 0.9
"""What is left of a value at its label where its letters are those that the model read."""

AS_SURE = 0.95
"""Readings that are surer than this are as sure as each other."""

UNTOLD = 0.3
"""Confidence in that a page has no answer where nothing on it is likely to be one: of 12 such
questions about forms 4 had none."""

LACKING = 0.95
"""The same where nothing on it looks like what is asked for: none of 384 such questions about 133
pages of invoices had an answer."""

SURE, SEVERAL = 0.95, 0.6
"""Confidence in a value at its label, and where another one is as likely."""

ALIKE = 0.02
"""Two values of which one counts no more than this above the other are as likely."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """What stands at the label that a question names.

    Attributes:
        weight: What it is worth beside the answers of other parts, in (0, 1].
        told: It, as an answer about the part where it stands.
        clear: Whether no other part needs to be asked.
    """

    weight: float
    told: Told
    clear: bool


def ask_at_label(
    question: Question,
    page: PageParts,
    ask: AskPage,
    tokens: int,
    found: Sequence[Value],
) -> Generator[Event, None, Labelled | None]:
    """Ask the model about the part beside the label that a question names.

    Args:
        question: About a whole page.
        page: Its parts and words.
        ask: Answers about one part.
        tokens: Of its answer, at most.
        found: What stands at labels that the question names, see `values_at`.

    Returns:
        The value; None where no label has one.

    Raises:
        PartFailed: If the part cannot be asked.
        Stopped: If the job shall stop.
    """
    if not found:
        return None
    best, part = found[0], part_with(found[0].box, page)
    own = yield from ask_part(about(question, part, tokens), ask)
    same = plain(own.answer.text) == plain(best.text)
    alone = is_alone(found)
    sure = (SURE if alone else SEVERAL) * best.weight
    firm = same and best.weight >= FIRM and asks_for_field(question.text)
    given = msgspec.structs.replace(
        own.answer,
        text=best.text,
        confidence=max(sure, own.answer.confidence) if firm else sure,
        evidence=locate(best.text, page.words, best.box),
        unsure=(),
        stop="end",
    )
    weight = 1.0 if same else LEAST + (1 - LEAST) * best.weight
    clear = same or (alone and best.weight >= CLEAR)
    return Labelled(weight, Told(part, given, own.warning), clear)


def is_alone(values: Sequence[Value]) -> bool:
    """Tell whether of some values, the likeliest first, no other one is about as likely."""
    best = values[0]
    rivals = (one for one in values[1:] if one.weight >= best.weight - ALIKE)
    return all(plain(one.text) == plain(best.text) for one in rivals)


def nothing_told(
    question: Question, page: PageParts, ask: AskPage, tokens: int, sure: float
) -> Generator[Event, None, Told]:
    """Say that nothing on a page is likely to be the answer; the model is shown its first part.

    Args:
        question: About a whole page.
        page: Its parts, one or more.
        ask: Answers about one part.
        tokens: Of its answer, at most.
        sure: How surely that is so, in [0, 1].

    Raises:
        PartFailed: If the part cannot be asked.
        Stopped: If the job shall stop.
    """
    own = yield from ask_part(about(question, page.asked[0], tokens), ask)
    return replace(own, answer=absent(own.answer, sure))


def read_at_labels(
    question: str,
    page: PageParts,
    readings: Mapping[Box, Told],
    least: float,
    learned: LearnedNames = NO_NAMES,
    known: bool = True,
) -> list[tuple[float, Told]]:
    """Return what stands at labels on a scan, in the words that the model read there.

    Args:
        question: As a person asks it.
        page: The scan's parts.
        readings: What was read in each of its lines, or pieces of them.
        least: What a value at its label has to count.
        learned: What the person's own documents call things.
        known: Whether names that the program knows by itself count as well.

    Returns:
        Answers and what each is worth, in (0, 1], the best first.
    """
    line_of = words_read(page, readings)
    rows = cells_of(list(line_of)) if line_of else []
    found, shape = list[tuple[float, Told]](), shape_of(question)
    values: tuple[Value, ...]
    if not known:
        own = own_value(question, rows, True, learned)
        values = (own,) if own is not None else ()
    elif asks_for_seller(question):  # the head of the page tells better who that is
        values = values_among(question, rows, True, learned)
    else:
        values = page_values_among(question, rows, learned, misread=True)
    for value in values:
        if value.weight < least:
            break
        if not could_be(shape, value.text) or names_a_field(value.text):
            continue
        told = read_at(value.box, line_of, readings)
        given = msgspec.structs.replace(told.answer, text=value.text, unsure=())
        # Of two that were read as well the place decides, not the last hundredth.
        level = msgspec.structs.replace(given, confidence=min(given.confidence, AS_SURE))
        found.append((worth(level, 1.0, READ * value.weight), Told(told.part, given, told.warning)))
    return found


def read_known(
    question: str, page: PageParts, readings: Mapping[Box, Told], learned: LearnedNames
) -> list[tuple[float, Told]]:
    """Return the answer that the person's other documents have too, where it was read on a scan.

    Args:
        question: As a person asks it.
        page: The scan's parts.
        readings: What was read in each of its lines, or pieces of them.
        learned: What is known.

    Returns:
        At most one answer and what it is worth. It is as sure as what stands there is like it,
        however unsurely that was read.
    """
    line_of = words_read(page, readings)
    rows = cells_of(list(line_of)) if line_of else []
    known = known_value(key_of(question), rows, True, learned)
    if known is None:
        return []
    told = read_at(known.box, line_of, readings)
    given = msgspec.structs.replace(
        told.answer, text=known.text, confidence=SURE * known.weight, unsure=(), stop="end"
    )
    return [(known.weight, Told(told.part, given, told.warning))]


def read_at(box: Box, line_of: Mapping[Word, Box], readings: Mapping[Box, Told]) -> Told:
    """Return what was read in the lines of the words in a box, as if it had been read in one part.

    Args:
        box: With one word or more.
        line_of: See `words_read`.
        readings: What was read in each line.
    """
    lines = dict.fromkeys(line for word, line in line_of.items() if box.holds(word.box))
    return around([readings[line] for line in lines])


def as_read(
    text: str,
    box: Box,
    likely: float,
    page: PageParts,
    line_of: Mapping[Word, Box],
    readings: Mapping[Box, Told],
) -> Told:
    """Return words of a scan as an answer, as sure as it is likely and its letters were read.

    Args:
        text: The words.
        box: Around them.
        likely: How likely they are what was asked for, in [0, 1].
        page: The scan's parts.
        line_of: See `words_read`.
        readings: What was read in each line.
    """
    read = read_at(box, line_of, readings)
    given = msgspec.structs.replace(
        read.answer,
        text=text,
        confidence=likely * max(read.answer.confidence, 0.0),
        evidence=locate(text, (), None),
        unsure=(),
        stop="end",
    )
    part = read.part if page.straight else box  # where the page is askew, all of its line
    return Told(part, given, read.warning)


def words_read(page: PageParts, readings: Mapping[Box, Told]) -> dict[Word, Box]:
    """Return the words that were read on a scan, each with the line that it was read in.

    Args:
        page: The scan's parts.
        readings: What was read in each of its lines, or pieces of them.
    """
    return {
        word: line
        for line, level in zip(page.asked[: page.lines], page.level, strict=False)
        if line in readings and readings[line].useful
        for word in words_in(level, readings[line].answer.text, page.ink_of(line))
    }


def words_in(line: Box, text: str, ink: Sequence[Span] = ()) -> Iterator[Word]:
    """Yield the words that were read in a line, each where it stands.

    Args:
        line: Where it is.
        text: What was read.
        ink: Where the line's words are. Where that is not known, or not what was read, words are
            where they are if all letters are as wide.
    """
    spans = places(text.split(), ink) if len(text.splitlines()) == 1 else None
    if spans is not None:
        for word, (left, right) in zip(text.split(), spans, strict=True):
            yield Word(word, Box(max(left, line.x0), line.y0, min(right, line.x1), line.y1))
        return
    rows = [row for row in text.splitlines() if row.strip()]
    widest = max(map(len, rows), default=1)
    high, wide = line.height / max(1, len(rows)), line.width / widest
    for number, row in enumerate(rows):
        top = line.y0 + number * high
        for found in re.finditer(r"\S+", row):
            left, right = line.x0 + found.start() * wide, line.x0 + found.end() * wide
            yield Word(found[0], Box(left, top, min(right, 1.0), min(top + high, 1.0)))


def values_at(
    question: str, words: tuple[Word, ...], page: PageRef, learned: LearnedNames
) -> tuple[Value, ...]:
    """Return what stands at labels that a question names, the likeliest first.

    Args:
        question: As a person asks it.
        words: The page's text layer.
        page: It; the boxes of words and values are of it before its turn.
        learned: What the person's own documents call things.
    """
    return tuple(
        Value(value.text, on_page(value.box, WHOLE_PAGE, page.rotation), value.weight)
        for value in page_values(question, shown(words, page), learned)
    )


def shown(words: Sequence[Word], page: PageRef) -> list[Word]:
    """Return a page's words with their boxes on the page as it is shown."""
    return [Word(one.text, as_shown(one.box, page.rotation)) for one in words]


def part_with(box: Box, page: PageParts) -> Box:
    """Return the smallest part that shows a box, the box itself where none does."""
    holding = [part for part in page.asked if part.holds(box)]
    return min(holding, key=lambda part: part.width * part.height, default=box)
