"""Looks a second time at a part of a scan where a small model did not find what it was asked for.

Asked for a date, it often says that a line has none; told to read the line, it reads it. What has
the form of a date, an amount or an e-mail address is then taken from what it read. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from vlm.absence import says_something
from vlm.answer_forms import asks_for_sum, fits, form_of
from vlm.cancel import Stopped
from vlm.page_reading import READ, AskPage
from vlm.part_asking import PartFailed, Told, about, ask_part, timings
from vlm.protocol import Cancelled, Done, Event, Saw, TextDelta
from vlm.read_answers import found_in, size_of
from vlm.reading_requests import asks_to_read
from vlm.scan_answers import READ_THERE
from vlm.types import Answer, Question

READ_TOKENS = 128
"""Of what is read in a part: some lines."""


def helps(question: Question) -> bool:
    """Tell whether an answer to a question about a part of a page can be found by reading it."""
    one = question.box is not None and not question.more_pages and not question.whole_document
    return (
        one
        and form_of(question.text) in ("date", "amount", "mail")
        and not asks_to_read(question.text)
    )


def answer(job: int, question: Question, ask: AskPage) -> Iterator[Event]:
    """Answer a question about a part of a page; the last event is `Done`, `Cancelled` or `Failed`.

    Nothing of an answer is told before it is known whether it stays.

    Args:
        job: The job.
        question: One that `helps` says yes to.
        ask: Answers about one part.
    """
    assert question.box is not None
    for event in ask(question):
        if isinstance(event, Done):
            break
        if not isinstance(event, TextDelta):
            yield event
    else:
        return  # it was cancelled, or failed
    first = event.answer
    if says_something(first.text) and fits(question.text, first.text):
        yield event
        return
    reading = msgspec.structs.replace(question, text=READ, max_new_tokens=READ_TOKENS)
    try:
        read = yield from ask_part(about(reading, question.box, READ_TOKENS), ask)
    except PartFailed:
        yield event
        return
    except Stopped:
        yield Cancelled(job, first.text)
        return
    if (better := _better(question.text, first, read)) is not None:
        yield Saw(job, better.views, read.warning)
        event = Done(job, better)
    yield event


def _better(question: str, first: Answer, read: Told) -> Answer | None:
    """Return what was read where it has what was wanted; None where the first answer stays.

    A page with words of its own has been checked against them, which is worth more than this.
    """
    said = read.answer
    found = [one.text for one in found_in(form_of(question), [said.text], labelled=True)]
    if said.evidence.kind != "no_text" or not read.useful or not found:
        return None
    text = max(found, key=lambda one: size_of(one) or 0.0) if asks_for_sum(question) else found[0]
    both = Told(read.part, first, ""), read
    took = timings(both, said, first.timings.total + said.timings.total)
    sure = said.confidence if said.confidence < 0 else said.confidence * READ_THERE
    return msgspec.structs.replace(said, text=text, confidence=sure, unsure=(), timings=took)
