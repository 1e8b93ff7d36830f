"""Answers through a server that a person named: the same jobs and events as the local engine.

Pages are drawn here, as for a local model, and their pictures are sent; the answer is checked
against the page here. Nothing is sent before a question is asked: what is encoded ahead, learned
ahead or shown afterwards of a local model does not exist here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import msgspec

from vlm import openai_wire, remote_address
from vlm.cancel import CancelToken, check, ending
from vlm.connections import ConnectionLog
from vlm.document_questions import Asking, DocumentQuestions
from vlm.errors import QuestionUnanswerable, RemoteFailed
from vlm.protocol import (
    AllAnswered,
    Answered,
    Ask,
    AskAll,
    Cancelled,
    Done,
    Event,
    Failed,
    Load,
    Loaded,
    Look,
    Looked,
    Prepare,
    Progress,
    Typing,
    Unanswered,
    Unlock,
    Where,
)
from vlm.remote_asking import Connected, answer, beginning, whole
from vlm.remote_refusals import require_ok, translated
from vlm.types import ModelInfo, Question, Server
from vlm.views import PageSource
from vlm.web import Talk

NO_SERVER = "No server is connected. Connect one in Models, or choose a model there."
NOT_SHOWN = "A server does not show where its model looked. Models on this computer do."

MakeTalk = Callable[[ConnectionLog, str, str], Talk]


class RemoteEngine:
    """An `Answerer` in front of a server. Use it from one thread.

    Args:
        pages: Draws and reads pages.
        log: Where every connection is noted.
        talk: Opens the connection; for tests.
    """

    def __init__(
        self,
        pages: PageSource,
        log: ConnectionLog,
        talk: MakeTalk = Talk,
    ) -> None:
        self._pages = pages
        self._log = log
        self._talk = talk
        self._passwords: dict[str, str] = {}
        self._to: Connected | None = None
        self._documents = DocumentQuestions(pages, None)

    def load(self, request: Load, cancel: CancelToken) -> Iterator[Event]:
        """Ask the server which models it has; it answers from then on."""
        yield from ending(request.job, self._load(request, cancel))

    def ask(self, request: Ask, cancel: CancelToken) -> Iterator[Event]:
        """Send pages and a question; stream the answer."""
        yield from ending(request.job, self._ask(request, cancel))

    def ask_all(self, request: AskAll, cancel: CancelToken) -> Iterator[Event]:
        """Send several questions, one after the other."""

        def together(some: AskAll) -> Iterator[Event]:
            return self._one_by_one(some, cancel)

        asking = self._asking(request.job, cancel)
        yield from ending(
            request.job, self._documents.answer_all(asking, request.questions, together)
        )

    def look(self, request: Look, cancel: CancelToken) -> Iterator[Event]:
        """Do nothing: no page leaves this computer before somebody asks about it."""
        yield Cancelled(request.job) if cancel.is_set() else Looked(request.job)

    def typing(self, request: Typing, cancel: CancelToken) -> Iterator[Event]:
        """Do nothing: no word leaves this computer before it is asked."""
        yield Cancelled(request.job) if cancel.is_set() else Looked(request.job)

    def prepare(self, request: Prepare, cancel: CancelToken) -> Iterator[Event]:
        """Read the document's own text layer; scans are not sent to be read."""
        yield from ending(request.job, self._prepare(request, cancel))

    def where(self, request: Where, cancel: CancelToken) -> Iterator[Event]:
        """Say that servers do not tell it."""
        yield Failed(request.job, QuestionUnanswerable.code, NOT_SHOWN)

    def unlock(self, request: Unlock) -> None:
        """Remember a password; it stays on this computer."""
        self._passwords[request.path] = request.password

    def forget(self) -> None:
        """Forget the server and its key."""
        self._to = None

    def close(self) -> None:
        """Give everything back."""
        self.forget()
        self._documents.close()
        self._pages.stop()

    def _load(self, request: Load, cancel: CancelToken) -> Iterator[Event]:
        if request.server is None:
            raise RemoteFailed(NO_SERVER)
        self.forget()
        if not request.server.key.isascii() or not request.server.key.isprintable():
            raise RemoteFailed("A key consists of plain letters, digits and signs. Paste it again.")
        address = remote_address.parse(request.server.address)
        yield Progress(request.job, f"Connecting to {address.host}")
        server = msgspec.structs.replace(request.server, address=address.url)
        with translated(address.host), self._talk(self._log, server.address, server.key) as talk:
            names = _models(talk, cancel)
        server = msgspec.structs.replace(server, model=_chosen(server, names, address.host))
        open_talk = partial(self._talk, self._log, server.address, server.key)
        self._to = Connected(server, address.host, open_talk)
        where = "this computer" if address.here else address.host
        yield Loaded(
            request.job,
            ModelInfo(
                name=self._to.name,
                folder="",
                family="server",
                parameters=0,
                device="server",
                dtype="",
                reason=f"Pages are sent to {where}, where this model answers.",
                splits=False,
            ),
        )

    def _prepare(self, request: Prepare, cancel: CancelToken) -> Iterator[Event]:
        yield from self._documents.prepare(self._asking(request.job, cancel), request.path)
        check(cancel)
        yield Looked(request.job)

    def _asking(self, job: int, cancel: CancelToken) -> Asking:
        """Hand out what questions to whole documents need; nobody reads scans for them."""

        def ask(question: Question) -> Iterator[Event]:
            return self.ask(Ask(job, question), cancel)

        return Asking(job, ask, None, self._passwords.get, cancel)

    def _one_by_one(self, request: AskAll, cancel: CancelToken) -> Iterator[Event]:
        for index, question in enumerate(request.questions):
            for event in self.ask(Ask(request.job, question), cancel):
                match event:
                    case Cancelled():
                        yield event
                        return
                    case Done():
                        yield Answered(request.job, index, event.answer)
                    case Failed():
                        yield Unanswered(request.job, index, event.code, event.message)
                    case _:
                        continue
        yield AllAnswered(request.job)

    def _ask(self, request: Ask, cancel: CancelToken) -> Iterator[Event]:
        if request.question.whole_document:
            asking = self._asking(request.job, cancel)
            yield from self._documents.answer(asking, request.question)
            return
        if self._to is None:
            raise RemoteFailed(NO_SERVER)
        yield from answer(self._pages, self._to, request, self._passwords.get, cancel)


def _models(talk: Talk, cancel: CancelToken) -> tuple[str, ...]:
    """Ask which models there are; none when the server keeps no such list."""
    with talk.ask("/models", "Ask which models it has", cancel) as said:
        if said.status in (404, 405, 501):
            return ()
        if said.status != 200:
            require_ok(said, beginning(said), talk.host)
        return openai_wire.models(whole(said, talk.host))


def _chosen(server: Server, names: Sequence[str], host: str) -> str:
    """Return the model to ask.

    Raises:
        RemoteFailed: If the server does not have it, or it is not clear which one is meant.
    """
    listed = ", ".join(openai_wire.telling(name) for name in names[:8])
    if server.model and (server.model in names or not names):
        return server.model
    if server.model:
        raise RemoteFailed(f"{host} has no model called {server.model}. It has: {listed}.")
    if len(names) == 1:
        return names[0]
    if names:
        raise RemoteFailed(f"{host} has several models. Name one of them: {listed}.")
    raise RemoteFailed(f"{host} does not say which models it has. Type the model's name.")
