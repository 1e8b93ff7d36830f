"""Reads parts of scans with the network that reads lines, where a small model would be asked to.

The network reads much better and quicker than the small model that comes with the program, which
still answers what is asked about a part.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from vlm import line_reader, views
from vlm.cancel import CancelToken, check, drained
from vlm.confidence import geometric_mean, unsure_words
from vlm.errors import DeskError
from vlm.evidence import locate
from vlm.page_reading import READ
from vlm.part_asking import Told
from vlm.seeing import Clock, Seen, Sight
from vlm.types import Answer, Evidence, Question, Timings

AT_ONCE = 16
"""Parts that are read before anybody asks whether the job shall stop."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One part to be read: its number among the questions, and what is seen of it."""

    number: int
    asked: Question
    seen: Seen
    picture: line_reader.Gray
    clock: Clock


def suits(sight: Sight, asked: Question) -> bool:
    """Tell whether a question asks to read one part of one page, and of a small model."""
    one = asked.box is not None and not asked.more_pages
    return one and sight.loaded.info.small and asked.text == READ


def read(
    sight: Sight, asked: Sequence[Question], password: str | None, cancel: CancelToken
) -> dict[int, Told]:
    """Read parts of pages, of one document.

    Args:
        sight: Draws them as its model is shown them.
        asked: Of them, those that `suits` says yes to are read.
        password: The document's.
        cancel: Set when the job shall stop.

    Returns:
        What was read by the number of its question, without parts that have words of their own or
        cannot be drawn.

    Raises:
        Stopped: If the job shall stop.
    """
    found: dict[int, Told] = {}
    wanted = [number for number, one in enumerate(asked) if suits(sight, one)]
    for first in range(0, len(wanted), AT_ONCE):
        parts = list[_Part]()
        for number in wanted[first : first + AT_ONCE]:
            clock = Clock()
            try:
                seen = drained(sight.look_at(asked[number], password, clock), cancel)[0]
                if not views.is_scanned(seen.sheet, seen.layout, seen.box) or len(seen.views) > 1:
                    continue
                image = sight.draw_again(seen, 0).image
            except DeskError:
                continue
            gray = np.asarray(image.convert("L"))
            parts.append(_Part(number, asked[number], seen, gray, clock))
        check(cancel)
        start = time.perf_counter()
        readings = _reader(sight).read([part.picture for part in parts])
        took = (time.perf_counter() - start) / max(1, len(parts))
        for part, reading in zip(parts, readings, strict=True):
            found[part.number] = _told(sight, part, reading, took)
    return found


def _reader(sight: Sight) -> line_reader.LineReader:
    """Return what reads, where the model is; on the processor beside the Apple GPU's models."""
    place = sight.loaded.placement
    if place.device == "mps":
        return line_reader.shipped()
    return line_reader.shipped(place.device, place.encode)


def answer_of(
    reading: line_reader.Reading, evidence: Evidence, dpi: float, timings: Timings
) -> Answer:
    """Return what was read in a part as an answer of no model."""
    ends = range(1, len(reading.text) + 1)
    return Answer(
        text=reading.text,
        confidence=geometric_mean(reading.probabilities),
        evidence=evidence,
        stop="end",
        model="",
        adapter=None,
        visual_tokens=0,
        effective_dpi=dpi,
        timings=timings,
        unsure=unsure_words(reading.text, ends, reading.probabilities),
    )


def _told(sight: Sight, part: _Part, reading: line_reader.Reading, took: float) -> Told:
    seen, clock, info = part.seen, part.clock, sight.loaded.info
    assert part.asked.box is not None
    timings = Timings(
        open=clock.open,
        render=clock.render,
        encode=took,
        total=clock.open + clock.render + took,
    )
    evidence = locate(reading.text, seen.words, part.asked.box)
    answer = answer_of(reading, evidence, views.best_dpi(seen.views), timings)
    answer = msgspec.structs.replace(
        answer, model=info.name, adapter=info.adapter, views=seen.views
    )
    return Told(part.asked.box, answer, views.warning(seen.size, seen.box, seen.words, seen.views))
