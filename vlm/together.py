"""Several questions in one job: those about the same pages share what was seen and prefilled.

Where the text model allows it, their answers are also written together, a token of each at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from vlm.asking import Draft, answer, finished, require_place
from vlm.cancel import CancelToken, Stopped, check, told
from vlm.decode import Rules, Token, rules_of
from vlm.errors import DeskError
from vlm.llama import LlamaDecoder
from vlm.llama_many import Branches
from vlm.llama_room import LlamaSequence
from vlm.prompt import Prompt
from vlm.protocol import AllAnswered, Answered, Ask, Cancelled, Done, Event, Progress, Unanswered
from vlm.seeing import Clock, Sight
from vlm.streaming import TextStream
from vlm.types import Question

MOST = 16
"""Answers that are written together."""


@dataclass(slots=True)
class _Row:
    """One question on its way.

    Attributes:
        index: Its place among the questions of the job.
        asked: The question.
        prompt: As ids.
        draft: Its answer so far.
        used: All ids so far, the prompt's included.
    """

    index: int
    asked: Question
    prompt: Prompt
    draft: Draft
    used: list[int]


def in_order_of_pages(questions: Sequence[Question]) -> list[list[int]]:
    """Group questions about the same pages and part; groups in order of their first question."""
    groups: dict[object, list[int]] = {}
    for index, asked in enumerate(questions):
        key = (asked.page, asked.box, asked.splitting, asked.more_pages)
        groups.setdefault(key, []).append(index)
    return list(groups.values())


def answer_all(
    sight: Sight,
    job: int,
    questions: Sequence[Question],
    password: Callable[[str], str | None],
    cancel: CancelToken,
) -> Iterator[Event]:
    """Answer questions; the last event is `AllAnswered` or `Cancelled`.

    Args:
        sight: Sees and keeps the pages.
        job: The job of the events.
        questions: In any order; each gets one `Answered` or `Unanswered`.
        password: Of a document by its path.
        cancel: Set when the job shall stop.
    """
    done, total = 0, len(questions)
    try:
        for group in in_order_of_pages(questions):
            for start in range(0, len(group), MOST):
                part = {index: questions[index] for index in group[start : start + MOST]}
                yield _progress(job, done, total)
                for event in _answer_part(sight, job, part, password, cancel):
                    yield event
                    if isinstance(event, Answered | Unanswered):
                        done += 1
                        if done < total:
                            yield _progress(job, done, total)
    except Stopped:
        yield Cancelled(job)
        return
    sight.save()
    yield AllAnswered(job)


def _progress(job: int, done: int, total: int) -> Progress:
    return Progress(job, f"Answering question {done + 1} of {total}", done / total)


def _answer_part(
    sight: Sight,
    job: int,
    part: dict[int, Question],
    password: Callable[[str], str | None],
    cancel: CancelToken,
) -> Iterator[Event]:
    """Answer a few questions about the same pages.

    Raises:
        Stopped: If the job shall stop.
    """
    decoder = sight.decoder
    many = isinstance(decoder, LlamaDecoder) and decoder.exact
    if len(part) > 1 and many and sight.loaded.family.abilities.keeps_prefix:
        yield from _together(sight, job, part, password, cancel)
        return
    yield from _one_by_one(sight, job, part, password, cancel)


def _one_by_one(
    sight: Sight,
    job: int,
    part: dict[int, Question],
    password: Callable[[str], str | None],
    cancel: CancelToken,
) -> Iterator[Event]:
    for index, asked in part.items():
        try:
            for event in answer(sight, Ask(job, asked), password(asked.page.path), cancel):
                if isinstance(event, Done):
                    yield Answered(job, index, event.answer)
                elif isinstance(event, Cancelled):
                    raise Stopped
        except DeskError as error:
            yield Unanswered(job, index, error.code, str(error))


def _together(
    sight: Sight,
    job: int,
    part: dict[int, Question],
    password: Callable[[str], str | None],
    cancel: CancelToken,
) -> Iterator[Event]:
    start, clock = time.perf_counter(), Clock()
    first = next(iter(part.values()))
    try:
        steps = sight.look_at(first, password(first.page.path), clock)
        seen, *more = yield from told(job, steps, cancel)
    except DeskError as error:
        yield from (Unanswered(job, index, error.code, str(error)) for index in part)
        return
    rows: list[_Row] = []
    for index, asked in part.items():
        try:
            prompt = sight.prompt(seen, asked.text, more)
            require_place(sight, prompt, asked)
        except DeskError as error:
            yield Unanswered(job, index, error.code, str(error))
            continue
        draft = Draft(TextStream(sight.loaded.processor.tokenizer))
        rows.append(_Row(index, asked, prompt, draft, list(prompt.ids)))
    if not rows:
        return
    shared = rows[0].prompt.ids[: rows[0].prompt.prefix]
    if not shared or any(row.prompt.ids[: row.prompt.prefix] != shared for row in rows):
        yield from _one_by_one(sight, job, {row.index: row.asked for row in rows}, password, cancel)
        return
    sequence = yield from told(job, sight.begin(seen, rows[0].prompt, clock, more), cancel)
    for row in _written(sight, sequence, rows, cancel):
        found = finished(sight, row.asked, (seen, *more), row.draft, clock, start)
        yield Answered(job, row.index, found)
        clock = Clock()  # opening, encoding and the prefix are counted once


def _written(
    sight: Sight, sequence: LlamaSequence, rows: list[_Row], cancel: CancelToken
) -> Iterator[_Row]:
    """Write all answers; yields each row when its answer is finished.

    Raises:
        Stopped: If the job shall stop.
    """
    decoder = sight.decoder
    assert isinstance(decoder, LlamaDecoder)
    rules = rules_of(sight.loaded.model, sight.loaded.processor.tokenizer)
    branches = Branches(decoder, sequence, len(rows))
    given = [list(row.prompt.ids[row.prompt.prefix :]) for row in rows]
    while rows:
        check(cancel)
        logits = _extended(decoder, branches, given)
        going: list[int] = []
        for place, (row, scores) in enumerate(zip(rows, logits, strict=True)):
            if _goes_on(row, rules, scores):
                going.append(place)
            else:
                yield row
        rows = [rows[place] for place in going]
        given = [row.used[-1:] for row in rows]
        if rows and len(going) < len(logits):
            branches.keep(going)


@torch.inference_mode()
def _extended(decoder: LlamaDecoder, branches: Branches, given: list[list[int]]) -> torch.Tensor:
    """Append each row's ids; return the logits after them, ``(rows, vocab)``."""
    most = max(map(len, given))
    device = branches.lengths.device
    ids = torch.tensor([one + [0] * (most - len(one)) for one in given], device=device)
    counts = torch.tensor([len(one) for one in given], device=device)
    embedded = decoder.embed(ids.flatten())
    return branches.extend(embedded.view(*ids.shape, -1), counts)


def _goes_on(row: _Row, rules: Rules, scores: torch.Tensor) -> bool:
    """Give a row its next token; tell whether its answer goes on."""
    chosen, probability = rules.choose(scores, row.used)
    _, done = row.draft.take(Token(chosen, probability, chosen in rules.ends))
    row.used.append(chosen)
    if not done and len(row.draft.probabilities) < row.asked.max_new_tokens:
        return True
    row.draft.stream.rest()
    return False
