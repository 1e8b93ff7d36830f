"""Reads everything on a page with a small model, block by block, in reading order."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence

import msgspec

from vlm.absence import NOT_ON_PAGE
from vlm.cancel import CancelToken, Stopped, check
from vlm.evidence import locate
from vlm.page_reading import BLOCK_TOKENS, AskPage
from vlm.part_asking import PartFailed, Told, about, ask_parts, at_once, ended
from vlm.part_finder import PageParts
from vlm.protocol import Cancelled, Event, Progress
from vlm.types import Answer, Evidence, Question, Unsure


def read(
    job: int, question: Question, page: PageParts, ask: AskPage, cancel: CancelToken
) -> Iterator[Event]:
    """Read a page; the last event is `Done`, `Cancelled` with what was read, or `Failed`.

    Args:
        job: The job.
        question: Asks to read.
        page: Its blocks.
        ask: Answers about one block.
        cancel: Looked at between two blocks, and by `ask`.
    """
    start = time.perf_counter()
    told: list[Told] = []
    try:
        some = at_once(ask)
        for number in range(0, len(page.read), some):
            check(cancel)
            yield Progress(
                job, f"Reading part {number + 1} of {len(page.read)}", number / len(page.read)
            )
            boxes = page.read[number : number + some]
            asked = [about(question, box, BLOCK_TOKENS) for box in boxes]
            told += yield from ask_parts(asked, ask)
    except Stopped:
        yield Cancelled(job, "\n".join(one.answer.text for one in told if one.useful))
        return
    except PartFailed as error:
        yield error.failed
        return
    useful = [one for one in told if one.useful]
    found = _joined(useful, page) if useful else _nothing(told)
    yield from ended(job, found, told, start)


def _nothing(told: Sequence[Told]) -> Answer:
    return msgspec.structs.replace(
        told[0].answer,
        text=NOT_ON_PAGE,
        confidence=min(one.answer.confidence for one in told),
        evidence=Evidence("nothing"),
        stop="end",
        unsure=(),
    )


def _joined(told: Sequence[Told], page: PageParts) -> Answer:
    """Make one answer of what was read in all blocks."""
    text, unsure, logs, count = "", list[Unsure](), 0.0, 0
    for one in told:
        given = one.answer
        text += "\n" if text else ""
        unsure += (
            Unsure(len(text) + word.start, len(text) + word.end, word.probability)
            for word in given.unsure
        )
        text += given.text
        logs += len(given.text) * math.log(max(given.confidence, 1e-9))
        count += len(given.text)
    known = all(one.answer.confidence >= 0 for one in told)
    return msgspec.structs.replace(
        told[0].answer,
        text=text,
        confidence=math.exp(logs / count) if known else -1.0,
        evidence=locate(text, page.words, None),
        stop=next((one.answer.stop for one in told if one.answer.stop != "end"), "end"),
        unsure=tuple(unsure),
        effective_dpi=max(one.answer.effective_dpi for one in told),
    )
