"""One question to a server: pages drawn and packed, sent, the answer heard piece by piece."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from vlm import amounts, openai_wire, remote_pages, views
from vlm.cancel import CancelToken, Stopped, check
from vlm.confidence import geometric_mean, unsure_words
from vlm.errors import QuestionUnanswerable, RemoteFailed
from vlm.evidence import locate_over
from vlm.openai_wire import Chunk, Lines, Piece
from vlm.protocol import Ask, Cancelled, Done, Event, Progress, Saw, TextDelta
from vlm.remote_pages import SentPage
from vlm.remote_refusals import require_ok, translated
from vlm.types import Answer, Question, Server, StopReason, Timings, View
from vlm.views import PageSource
from vlm.web import Said, Talk

ANSWER_BYTES = 8_000_000
"""More than this is no answer."""
ERROR_BYTES = 200_000
"""More than this of a refusal is not read."""


@dataclass(slots=True)
class Connected:
    """A server that has been greeted.

    Attributes:
        server: Its address, model and key.
        host: As a person calls it.
        talk: Opens a connection; use it in a `with` block.
        sureness: Whether it tells how sure its model is; false once it has refused to.
    """

    server: Server
    host: str
    talk: Callable[[], Talk]
    sureness: bool = True

    @property
    def name(self) -> str:
        """What answers, for people."""
        return f"{self.server.model} at {self.host}"


@dataclass(slots=True)
class _Draft:
    """An answer while it arrives."""

    parts: list[str] = field(default_factory=list[str])
    started: bool = False
    pieces: list[Piece] = field(default_factory=list[Piece])
    finish: str = ""
    begun: float = 0.0
    first_at: float = 0.0
    last_at: float = 0.0

    def take(self, chunk: Chunk) -> str:
        """Take what arrived; return what is new of the text, without blanks at its start."""
        self.parts.append(chunk.text)
        self.pieces += chunk.pieces
        self.finish = chunk.finish or self.finish
        if chunk.text:
            self.last_at = time.perf_counter()
            self.first_at = self.first_at or self.last_at
        new = chunk.text if self.started else chunk.text.lstrip()
        self.started = self.started or bool(new)
        return new

    @property
    def text(self) -> str:
        """The answer."""
        return "".join(self.parts).strip()

    def ends(self) -> list[int] | None:
        """Return how far each piece reaches in the text; None when the pieces are another text."""
        raw = "".join(self.parts)
        if "".join(piece.text for piece in self.pieces) != raw:
            return None
        blanks, found, length = len(raw) - len(raw.lstrip()), list[int](), 0
        for piece in self.pieces:
            length += len(piece.text)
            found.append(max(0, length - blanks))
        return found


def answer(
    pages: PageSource,
    to: Connected,
    request: Ask,
    password: Callable[[str], str | None],
    cancel: CancelToken,
) -> Iterator[Event]:
    """Answer a question about pages; the last event is `Done` or `Cancelled`.

    Raises:
        DeskError: If it cannot be answered.
    """
    job, question, start = request.job, request.question, time.perf_counter()
    if not question.text.strip():
        raise QuestionUnanswerable("Type a question first.")
    yield Progress(job, "Drawing the page")
    draft = _Draft()
    try:
        check(cancel)
        sent = tuple(remote_pages.see(pages, question, password))
        first, shown = sent[0], _views(sent)
        yield Saw(job, shown, views.warning(first.size, first.box, first.words, shown[:1]))
        draft.begun = time.perf_counter()
        yield from _stream(to, job, question, sent, draft, cancel)
    except Stopped:
        yield Cancelled(job, draft.text)
        return
    yield Done(job, _answer(to.name, question, sent, draft, start))


def _stream(
    to: Connected,
    job: int,
    question: Question,
    sent: Sequence[SentPage],
    draft: _Draft,
    cancel: CancelToken,
) -> Iterator[Event]:
    """Send the question; yield the answer's text as it comes."""
    pictures = [remote_pages.packed(one.drawn.image) for one in sent]
    yield Progress(job, f"Sending to {to.host}")
    while True:
        body = openai_wire.question(
            to.server.model,
            question.text.strip(),
            pictures,
            question.max_new_tokens,
            sureness=to.sureness,
        )
        many = "1 picture" if len(pictures) == 1 else f"{len(pictures)} pictures"
        purpose = f"Ask {to.server.model}; sent {many}, {amounts.size(len(body))}"
        with (
            translated(to.host),
            to.talk() as talk,
            talk.ask("/chat/completions", purpose, cancel, body) as said,
        ):
            if said.status == 200:
                yield Progress(job, f"Waiting for {to.host}")
                with translated(to.host, doing="in the middle of the answer"):
                    yield from _heard(said, job, to.host, draft)
                return
            refusal = beginning(said)
            if not (said.status == 400 and to.sureness and b"logprob" in refusal):
                require_ok(said, refusal, to.host, to.server.model)
        to.sureness = False


def _heard(said: Said, job: int, host: str, draft: _Draft) -> Iterator[Event]:
    """Yield the text of a stream, or of an answer in one piece.

    Raises:
        RemoteFailed: If it is no answer, or ends before its end.
    """
    if "text/event-stream" not in said.header("content-type"):
        if piece := draft.take(openai_wire.chunk(whole(said, host))):
            yield TextDelta(job, piece)
        draft.finish = draft.finish or "stop"
        return
    lines, size, ended = Lines(), 0, False
    for data in said.chunks():
        size += len(data)
        if size > ANSWER_BYTES:
            raise RemoteFailed(_TOO_MUCH.format(host=host))
        for line in lines.take(data):
            ended = ended or line == b"[DONE]"
            if line and not ended and (piece := draft.take(openai_wire.chunk(line))):
                yield TextDelta(job, piece)
        if ended:
            said.enough()
            return
    for line in lines.rest():
        ended = ended or line == b"[DONE]"
    if not (ended or draft.finish):
        raise RemoteFailed(f"{host} ended in the middle of the answer. Try again.")


_TOO_MUCH = "{host} sent far more than an answer needs, so the rest was not read."


def beginning(said: Said) -> bytes:
    """Return the first part of what a server says."""
    found = b""
    for data in said.chunks():
        found += data
        if len(found) > ERROR_BYTES:
            break
    return found[:ERROR_BYTES]


def whole(said: Said, host: str) -> bytes:
    """Return all that a server says.

    Raises:
        RemoteFailed: If it is far too much.
    """
    found = bytearray()
    for data in said.chunks():
        found += data
        if len(found) > ANSWER_BYTES:
            raise RemoteFailed(_TOO_MUCH.format(host=host))
    return bytes(found)


def _views(sent: Sequence[SentPage]) -> tuple[View, ...]:
    """Return what is shown of the pictures; those of further pages say which one they show."""
    found = [sent[0].drawn.view]
    for one in sent[1:]:
        name = f"Page {one.page.page + 1}"
        found.append(msgspec.structs.replace(one.drawn.view, name=name, page=one.page))
    return tuple(found)


_STOPS: dict[str, StopReason] = {"length": "length"}


def _answer(
    name: str, question: Question, sent: Sequence[SentPage], draft: _Draft, start: float
) -> Answer:
    shown, now = _views(sent), time.perf_counter()
    given = [piece.probability for piece in draft.pieces]
    ends = draft.ends()
    more = [(one.page, one.words) for one in sent[1:]]
    seconds = draft.last_at - draft.first_at
    return Answer(
        text=draft.text,
        confidence=geometric_mean(given) if given else -1.0,
        evidence=locate_over(draft.text, sent[0].words, question.box, more),
        stop=_STOPS.get(draft.finish, "end"),
        model=name,
        adapter=None,
        visual_tokens=0,
        effective_dpi=views.best_dpi(shown),
        timings=Timings(
            render=draft.begun - start,
            first_token=(draft.first_at - start) if draft.first_at else 0.0,
            total=now - start,
            tokens_per_second=(len(given) - 1) / seconds if given and seconds > 0 else 0.0,
        ),
        views=shown,
        unsure=unsure_words(draft.text, ends, given) if ends is not None else (),
    )
