"""Answers a question about a box on a scan from what is read in it, as on pages with words.

A person points at what they mean: what stands there at the label that the question names, is the
only thing of the form that is wanted, or is said in its sentences. Knows no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence

from vlm import clear_scans, scan_lines
from vlm.labelled import Value
from vlm.page_job import PageJob
from vlm.part_asking import Told, around
from vlm.part_labels import words_read
from vlm.part_prose import pointed_at, written
from vlm.protocol import Event
from vlm.types import Word

CLEARLY = 0.7
"""How well running text suits a question at least to be preferred to a label in it."""


def answer_of(
    of: PageJob, value_in: Callable[[str, Sequence[Word]], Value | None], taught: bool
) -> Generator[Event, None, Told | None]:
    """Read a box and return what answers there; yields what is being done.

    Args:
        of: Its page is what of the page lies in the box, to be read line by line.
        value_in: Returns what is asked for among words; None where they do not tell it.
        taught: Whether the person's own documents tell of what is asked for.

    Returns:
        The answer, None where the words do not tell it or were not read surely.

    Raises:
        PartFailed: If a line cannot be read.
        Stopped: If the job shall stop.
    """
    yield from scan_lines.read(
        of.job, of.question.page, of.page, of.readings, of.ask, of.cancel, math.inf
    )
    line_of = words_read(of.page, of.readings)
    lines = {line: of.readings[line] for line in line_of.values()}
    if not lines or scan_lines.legible(lines) < clear_scans.CLEAR:
        return None
    words = list(line_of)
    text = pointed_at(of.question.text, words) if not taught else None
    value = value_in(of.question.text, words)
    if text is not None and (value is None or text.score >= CLEARLY):
        told = around([lines[line] for line in dict.fromkeys(line_of[one] for one in text.words)])
        given = written(told.answer, text, "no_text", (), read=told.answer.confidence)
        return Told(told.part, given, told.warning)
    return clear_scans.told([value], of.page, line_of, lines)[1] if value is not None else None
