"""The model on this computer or a server that the person named: whichever was loaded last answers.

Knows neither; it hands every job to one of the two.
"""

from __future__ import annotations

from collections.abc import Iterator

from vlm.cancel import CancelToken
from vlm.engine import Engine
from vlm.protocol import Ask, AskAll, Event, Load, Look, Prepare, Typing, Unlock, Where
from vlm.remote import RemoteEngine


class Either:
    """An `Answerer` made of two. Off is the local one: a server answers only after its `Load`.

    Args:
        local: Answers with a model on this computer.
        remote: Sends pages to a server.
    """

    def __init__(self, local: Engine, remote: RemoteEngine) -> None:
        self._local = local
        self._remote = remote
        self._now: Engine | RemoteEngine = local

    def load(self, request: Load, cancel: CancelToken) -> Iterator[Event]:
        """Load a model, or connect a server; the other one is given up first."""
        if request.server is not None:
            self._local.drop()
            self._now = self._remote
        else:
            self._remote.forget()
            self._now = self._local
        yield from self._now.load(request, cancel)

    def ask(self, request: Ask, cancel: CancelToken) -> Iterator[Event]:
        """Answer a question."""
        return self._now.ask(request, cancel)

    def ask_all(self, request: AskAll, cancel: CancelToken) -> Iterator[Event]:
        """Answer several questions."""
        return self._now.ask_all(request, cancel)

    def look(self, request: Look, cancel: CancelToken) -> Iterator[Event]:
        """Encode a page ahead."""
        return self._now.look(request, cancel)

    def typing(self, request: Typing, cancel: CancelToken) -> Iterator[Event]:
        """Read a question while it is typed."""
        return self._now.typing(request, cancel)

    def prepare(self, request: Prepare, cancel: CancelToken) -> Iterator[Event]:
        """Learn a document's words ahead."""
        return self._now.prepare(request, cancel)

    def where(self, request: Where, cancel: CancelToken) -> Iterator[Event]:
        """Find where the model looked."""
        return self._now.where(request, cancel)

    def unlock(self, request: Unlock) -> None:
        """Remember a password."""
        self._local.unlock(request)
        self._remote.unlock(request)

    def close(self) -> None:
        """Give everything back."""
        self._remote.close()
        self._local.close()
