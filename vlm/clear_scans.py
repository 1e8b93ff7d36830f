"""Answers about scans that were read surely as pages with words of their own are: by all they say.

Everything that stands at any label is weighed for the question, and running text is searched; the
small model, which knows less, is asked about no part. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vlm import scan_lines
from vlm.answer_forms import form_of
from vlm.asked_names import asks_for_field, can_be_weighed
from vlm.labelled import Value, is_told
from vlm.page_job import PageJob
from vlm.page_values import page_values
from vlm.part_asking import Told, absent
from vlm.part_finder import PageParts
from vlm.part_labels import (
    LEAST,
    SEVERAL,
    SURE,
    UNTOLD,
    as_read,
    is_alone,
    read_known,
    words_read,
)
from vlm.part_prose import read_text
from vlm.ranked_answers import can_be_ranked, read_ranked
from vlm.types import Box, Word

CLEAR = 0.9
"""How surely a scan's lines are read on average from which on its words count as its own."""


def helps(question: str, readings: Mapping[Box, Told]) -> bool:
    """Tell whether all that a scan says can be weighed for a question.

    Args:
        question: As a person asks it; one for a usual field or an address goes by what is known of
            these, and a name in quotation marks is a label's.
        readings: What was read in the scan's lines.
    """
    usual = asks_for_field(question) or form_of(question) == "address"
    free = can_be_weighed(question) and not usual
    return free and bool(readings) and scan_lines.legible(readings) >= CLEAR


def answers_of(of: PageJob) -> list[tuple[float, Told]]:
    """Return what a scan says for a question, or that it says nothing, each with its worth.

    Args:
        of: Its question is one that `helps` says yes to, and the scan's lines were read.
    """
    question, page, readings, learned = of.question.text, of.page, of.readings, of.learned
    line_of = words_read(page, readings)
    if known := read_known(question, page, readings, learned):
        return known
    words = list(line_of)
    if can_be_ranked(question, words, learned, misread=True):
        return [read_ranked(question, page, line_of, readings)]
    values = page_values(question, words, learned)
    if not is_told(question, words, True, learned):
        best = values[0].weight if values else 0.0
        text = read_text(question, page, readings, labelled=bool(values), best=best)
        if text is not None:
            return [(text.weight, text.told)]
    if values:
        return [told(values, page, line_of, readings)]
    first = next(iter(readings.values()))
    return [(-1.0, replace(first, answer=absent(first.answer, UNTOLD)))]


def told(
    values: Sequence[Value],
    page: PageParts,
    line_of: Mapping[Word, Box],
    readings: Mapping[Box, Told],
) -> tuple[float, Told]:
    """Return the likeliest value and its worth, as sure as it is likely and its letters were read.

    Args:
        values: The likeliest first.
        page: The scan's parts.
        line_of: The words that were read, each with its line.
        readings: What was read in each line.
    """
    best = values[0]
    likely = (SURE if is_alone(values) else SEVERAL) * best.weight
    given = as_read(best.text, best.box, likely, page, line_of, readings)
    return LEAST + (1 - LEAST) * best.weight, given
