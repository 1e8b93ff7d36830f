"""Tells the best of what the parts of a page were asked and read, or that none has the answer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import msgspec

from vlm.part_asking import Told, absent, named, timings
from vlm.protocol import Done, Event, Saw
from vlm.read_answers import NEAR, size_of
from vlm.types import WHOLE_PAGE, Answer, Box, Evidence


def tell_best(
    job: int,
    told: Sequence[tuple[float, Told]],
    all_told: bool,
    sums: bool,
    left: float,
    read: float,
    start: float,
) -> Iterator[Event]:
    """Tell the best answer of the parts, or that none of them has one; the last event is `Done`.

    Args:
        job: The job.
        told: What each part that was asked or read is worth, above 0 where it answers, and what it
            says.
        all_told: Whether nothing is left to ask on the page.
        sums: Whether of the amounts that are worth about the same the largest is wanted.
        left: What is left of the confidence in an answer.
        read: How surely the page was read, in [0, 1]; there is none at most as surely.
        start: When the job began, of `time.perf_counter`.
    """
    parts = [one for _, one in told]
    most, best = max(told, key=worth_of)
    if sums:
        near = [one for weight, one in told if weight >= NEAR * most > 0]
        best = max(near, key=lambda one: size_of(one.answer.text) or 0.0, default=best)
    found = _found(best, left) if most > 0 else _absent(parts, all_told, read)
    found = msgspec.structs.replace(
        found,
        visual_tokens=sum(one.answer.visual_tokens for one in parts),
        timings=timings(parts, found, time.perf_counter() - start),
    )
    shown = [best] if most > 0 else parts
    yield Saw(job, found.views, next((one.warning for one in shown if one.warning), ""))
    yield Done(job, found)


def worth_of(one: tuple[float, Told]) -> float:
    """Return what an answer is worth."""
    return one[0]


def _found(best: Told, left: float) -> Answer:
    part = None if best.part == WHOLE_PAGE else best.part
    sure = best.answer.confidence
    return msgspec.structs.replace(
        best.answer,
        confidence=sure * left if sure > 0 else sure,
        evidence=marked(best.answer, part),
        views=named([best], "The part where it was read"),
    )


def marked(answer: Answer, part: Box | None) -> Evidence:
    """Return an answer's check with where it was read, if no vision-language model was asked.

    Args:
        answer: What was read.
        part: Where on the page; None where that is not known.
    """
    read = answer.evidence.kind == "no_text" and not answer.visual_tokens
    boxes = (part,) if read and part is not None else answer.evidence.boxes
    return msgspec.structs.replace(answer.evidence, boxes=boxes, part=part)


def _absent(told: Sequence[Told], settled: bool, read: float) -> Answer:
    """Return the answer that there is none, and no more than is known of that.

    Args:
        told: The parts that were asked.
        settled: Whether these are all.
        read: How surely the page was read.
    """
    asked = "the part" if len(told) == 1 else f"the {len(told)} parts"
    were = "was" if len(told) == 1 else "were"
    # As sure as of the part that it was least sure of: the answer may stand in that one.
    none = absent(told[0].answer, min(read, *(one.answer.confidence for one in told)))
    unsettled = f"There is no answer in {asked} of this page that {were} read."
    return msgspec.structs.replace(
        none, text=none.text if settled else unsettled, views=named(told)
    )
