"""Writes the tables of a page, or of a part of one, from its words or what a small model reads.

A program's PDF says its words exactly, so the model need not read them; of a scan it reads every
line. Rows and columns are told by where the words stand. Knows no torch.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence

import msgspec

from vlm import scan_lines
from vlm.absence import NOT_ON_PAGE
from vlm.cancel import Stopped
from vlm.page_cells import cells_of
from vlm.page_job import PageJob
from vlm.page_reading import READ
from vlm.page_table import tables_of
from vlm.part_asking import PartFailed, Told, about, ask_part, ended
from vlm.part_labels import shown, words_read
from vlm.part_of_page import within
from vlm.protocol import Cancelled, Event, Progress
from vlm.reading_requests import asks_for_table, wants_csv
from vlm.table_text import comma_separated, markdown
from vlm.turns import on_page
from vlm.types import WHOLE_PAGE, Answer, Box, Evidence, Question, Word

NO_TABLE = "There is no table here that can be told apart from text."

READ_SECONDS = 60.0
"""After so long no further line is begun to be read."""

AIR = 0.2
"""Of the height of a line that is read, what is free above its letters, and below."""

FIRST_TOKENS = 64
"""Of what the model reads of a page that says its words itself."""


def helps(question: Question) -> bool:
    """Tell whether a table is asked for that stands on one page, or in a part of it."""
    return asks_for_table(question.text) and not question.more_pages and not question.whole_document


def answer(of: PageJob) -> Iterator[Event]:
    """Write the tables; the last event is `Done`, `Cancelled` or `Failed`.

    Args:
        of: Its question is one that `helps` says yes to.
    """
    job, question, page, readings = of.job, of.question, of.page, of.readings
    start = time.perf_counter()
    scan = scan_lines.is_scan(page)
    inside = within(page, question.box)
    try:
        if inside.lines and scan:
            yield from scan_lines.read(
                job, question.page, inside, readings, of.ask, of.cancel, READ_SECONDS
            )
            words = [Word(word.text, _inked(word.box)) for word in words_read(inside, readings)]
            told = [readings[box] for box in inside.asked if box in readings]
        else:
            yield Progress(job, "Reading the table", 0.5)
            words = shown(inside.words, question.page)
            told = []
        if not told:
            asked = msgspec.structs.replace(question, text=READ)
            told = [(yield from ask_part(about(asked, inside.asked[0], FIRST_TOKENS), of.ask))]
    except Stopped:
        yield Cancelled(job, "")
        return
    except PartFailed as error:
        yield error.failed
        return
    yield from ended(job, _written(question, words, told, scan), told, start)


def _inked(box: Box) -> Box:
    """Return the middle of a word's box: that of a line which was read has air above and below."""
    spare = AIR * box.height
    return Box(box.x0, box.y0 + spare, box.x1, box.y1 - spare)


def _written(question: Question, words: list[Word], told: Sequence[Told], scan: bool) -> Answer:
    """Return the tables as an answer that is as sure as what was read."""
    tables = tables_of(words)
    write = comma_separated if wants_csv(question.text) else markdown
    lines = [" ".join(cell.text for cell in row) for row in cells_of(words)] if words else []
    if tables:
        text = "\n\n".join(write(table.grid) for table in tables)
    elif words and scan:  # what was read is worth more than to say so
        text = "\n".join(lines)
    else:
        text = NO_TABLE if words else NOT_ON_PAGE
    known = [one.answer.confidence for one in told if one.useful]
    sure = math.exp(sum(math.log(max(one, 1e-9)) for one in known) / len(known)) if known else 0.0
    part = question.box or WHOLE_PAGE
    if scan and words:
        evidence = Evidence("no_text", part=part)
    elif tables:
        sure = 1.0
        turn = question.page.rotation
        boxes = tuple(on_page(table.box, WHOLE_PAGE, turn) for table in tables)
        evidence = Evidence("crop" if question.box else "page", boxes, part=part)
    else:
        evidence = Evidence("nothing")
    return msgspec.structs.replace(
        told[0].answer,
        text=text,
        confidence=sure,
        evidence=evidence,
        stop="end",
        unsure=(),
    )
