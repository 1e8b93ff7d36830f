"""One question from beginning to end: see, prefill, decode, check, answer."""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import torch

from vlm import views
from vlm.cancel import CancelToken, Stopped, check, told
from vlm.confidence import geometric_mean, unsure_words
from vlm.decode import Token, generate, rules_of
from vlm.drafts import Drafts
from vlm.errors import ModelUnsupported, QuestionUnanswerable
from vlm.evidence import locate_over
from vlm.families.family import visual_tokens
from vlm.own_words import Written, written
from vlm.prompt import Prompt
from vlm.protocol import Ask, Cancelled, Done, Event, Progress, Saw, TextDelta
from vlm.repetition import Repetition, endless_from
from vlm.seeing import Clock, Seen, Sight
from vlm.streaming import TextStream
from vlm.types import Answer, Question, StopReason, Timings, View

NO_NUMBERS = (
    "The model computes no usable numbers here: the format that this device computes in is too "
    "small for it, or its file is damaged. Let it run on the processor instead (in the settings), "
    "or choose another model."
)
"""Some models' numbers grow beyond what 16 bits of an older graphics card hold."""


@dataclass(slots=True)
class Draft:
    """An answer while it grows."""

    stream: TextStream
    ids: list[int] = field(default_factory=list)
    probabilities: list[float] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    stop: StopReason = "length"
    keep: int | None = None
    first_at: float = 0.0
    last_at: float = 0.0
    repetition: Repetition = field(default_factory=Repetition)

    def take(self, token: Token) -> tuple[str, bool]:
        """Take the next token in.

        Returns:
            The text that is certain now, and whether the answer is finished.

        Raises:
            ModelUnsupported: If it was chosen among numbers that are none.
        """
        if math.isnan(token.probability):
            raise ModelUnsupported(NO_NUMBERS)
        self.last_at = time.perf_counter()
        self.first_at = self.first_at or self.last_at
        self.probabilities.append(token.probability)
        if token.ends:
            self.stop = "end"
            return "", True
        self.ids.append(token.id)
        piece = self.stream.add(token.id)
        self.ends.append(len(self.stream.text))
        self.keep = self.repetition.add(token.id)
        if self.keep is None and (start := endless_from(self.stream.text)) is not None:
            self.keep = bisect_right(self.ends, start) + 1  # up to the token that begins it
        if self.keep is not None:
            self.stop = "repetition"
        return piece, self.keep is not None

    @property
    def text(self) -> str:
        """The answer, without what was repeated."""
        return self.stream.decode(self.ids[: self.keep]).strip()

    def speed(self) -> float:
        """Tokens a second after the first; 0 when there was only one."""
        seconds = self.last_at - self.first_at
        return (len(self.probabilities) - 1) / seconds if seconds > 0 else 0.0


def answer(
    sight: Sight, request: Ask, password: str | None, cancel: CancelToken
) -> Iterator[Event]:
    """Answer a question; the last event is `Done` or `Cancelled`.

    Raises:
        DeskError: If it cannot be answered.
    """
    job, question, clock = request.job, request.question, Clock()
    draft = Draft(TextStream(sight.loaded.processor.tokenizer))
    start = time.perf_counter()
    try:
        looking = sight.look_at(question, password, clock)
        seen, *more = yield from told(job, looking, cancel)
        prompt = sight.prompt(seen, question.text, more)
        require_place(sight, prompt, question)
        warning = views.warning(seen.size, seen.box, seen.words, seen.views)
        if sight.selftest.is_cheap:
            sight.selftest.run()
        said = " ".join(filter(None, (sight.selftest.note, warning)))
        yield Saw(job, all_views(seen, more), said)
        # What was read while the question was typed is there; its last token brings the first word.
        steps = sight.resume(prompt, prompt.ids[:-1], (seen, *more), clock)
        sequence, count = yield from told(job, steps, cancel)
        yield Progress(job, "Answering")
        began = time.perf_counter()
        with torch.inference_mode():
            ids = torch.tensor(prompt.ids[count:], device=sight.loaded.model.device)
            logits = sight.decoder.extend(sequence, sight.decoder.embed(ids))
        clock.prefill += time.perf_counter() - began
        drafts = sight.drafts((seen, *more), prompt)
        yield from _decode(sight, request, prompt, sequence, logits, draft, drafts, cancel)
    except Stopped:
        yield Cancelled(job, draft.text)
        return
    sight.save()
    yield Done(job, finished(sight, question, (seen, *more), draft, clock, start))


def require_place(sight: Sight, prompt: Prompt, question: Question) -> None:
    """Refuse a question that leaves the model no room for its answer.

    Raises:
        QuestionUnanswerable: Then.
    """
    if prompt.length + question.max_new_tokens > sight.decoder.limit:
        raise QuestionUnanswerable(
            "This question is too long for the model. Shorten it, or turn splitting off."
        )


def _decode(
    sight: Sight,
    request: Ask,
    prompt: Prompt,
    sequence: object,
    logits: torch.Tensor,
    draft: Draft,
    drafts: Drafts | None,
    cancel: CancelToken,
) -> Iterator[Event]:
    """Stream the answer's text into `draft`."""
    tokens = generate(
        sight.decoder,
        sequence,
        logits,
        rules_of(sight.loaded.model, sight.loaded.processor.tokenizer),
        list(prompt.ids),
        request.question.max_new_tokens,
        drafts,
    )
    for token in tokens:
        piece, done = draft.take(token)
        if piece:
            yield TextDelta(request.job, piece)
        if draft.stop == "repetition":
            return
        if done:
            break
        check(cancel)
    sight.remember(draft.ids)
    if piece := draft.stream.rest():
        yield TextDelta(request.job, piece)


def all_views(seen: Seen, more: Sequence[Seen]) -> tuple[View, ...]:
    """Return the views of all pages; those of further pages say which one they show."""
    found = list(seen.views)
    for one in more:
        number = one.page.page + 1
        found += (
            msgspec.structs.replace(view, name=f"Page {number}: {view.name}", page=one.page)
            for view in one.views
        )
    return tuple(found)


def finished(
    sight: Sight,
    question: Question,
    pages: Sequence[Seen],
    draft: Draft,
    clock: Clock,
    start: float,
) -> Answer:
    """Turn a draft into the answer.

    Args:
        sight: Saw the pages.
        question: What was asked.
        pages: The question's pages, its own first.
        draft: What the model wrote.
        clock: Of the job.
        start: When it began, of `time.perf_counter`.
    """
    seen, *more = pages
    shown = all_views(seen, more)
    info = sight.loaded.info
    counted = draft.probabilities[: draft.keep]
    own = Written(draft.text)
    if info.small and not more:
        own = written(draft.text, question, seen.words, sight.loaded.names)
    return Answer(
        text=own.text,
        confidence=geometric_mean(counted) if own.confidence is None else own.confidence,
        evidence=locate_over(
            own.text, seen.words, question.box, [(one.page, one.words) for one in more]
        ),
        stop=draft.stop,
        model=info.name,
        adapter=info.adapter,
        visual_tokens=visual_tokens(shown),
        effective_dpi=views.best_dpi(shown),
        timings=Timings(
            open=clock.open,
            render=clock.render,
            encode=clock.encode,
            prefill=clock.prefill,
            first_token=(draft.first_at - start) if draft.first_at else 0.0,
            total=time.perf_counter() - start,
            tokens_per_second=draft.speed(),
        ),
        views=shown,
        unsure=unsure_words(draft.text, draft.ends[: draft.keep], draft.probabilities)
        if own.text == draft.text
        else (),
    )
