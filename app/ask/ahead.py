"""Has the engine encode what the person looks at, so that the answer comes sooner.

While a question would be to the whole document, its words are learned instead. What is typed is
read as well, once its page is.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Slot

from app.ask.typed import Reader, TypedAhead
from app.ask.values import Scope
from vlm.types import Box, ModelInfo, PageRef, Question

STILL_MS = 400
"""How long a page or crop stays the same before it is worth encoding."""


class Looker(Reader, Protocol):
    """What this needs of the engine client."""

    @property
    def model(self) -> ModelInfo | None:
        """The loaded model."""
        ...

    @property
    def idle(self) -> bool:
        """Whether nobody waits for the engine."""
        ...

    def look(self, page: PageRef, box: Box | None = None, splitting: bool = True) -> int:
        """Encode ahead; return the job."""
        ...

    def prepare(self, path: str) -> int:
        """Learn a document's words ahead; return the job."""
        ...


class EncodeAhead(QObject):
    """Sends one `look` for a scope that has been still, when nobody waits for the engine.

    A scope that failed is never tried again by itself: the engine might end on it each time.
    """

    def __init__(
        self, client: Looker, parent: QObject | None = None, still_ms: int = STILL_MS
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._scope: Scope | None = None
        self._job: int | None = None
        self._looking: Scope | None = None
        self._known: Scope | None = None
        self._failed: set[Scope] = set()
        self._splitting = True
        self.typed = TypedAhead(client, self._about, self)
        self._still = QTimer(self, singleShot=True, interval=still_ms)
        self._still.timeout.connect(self._on_still)

    def owns(self, job: int) -> bool:
        """Tell whether this is the look or the reading on its way."""
        return job in (self._job, self.typed.job)

    @property
    def waiting(self) -> bool:
        """Whether a scope is still too young to be encoded."""
        return self._still.isActive()

    def set_scope(self, scope: Scope | None, splitting: bool = True) -> None:
        """Tell what is looked at now."""
        self._scope = _plain(scope)
        self._splitting = splitting
        self.poke()

    def type(self, text: str) -> None:
        """Tell what stands in the question line now."""
        self.typed.type(text)

    def poke(self) -> None:
        """Consider the scope again: the engine may have become idle."""
        if self._scope is None:
            self._still.stop()
        else:
            self._still.start()
            self.typed.poke()

    def forget(self) -> None:
        """Another model knows nothing of what was encoded."""
        self._known = None
        self.typed.forget()
        self.poke()

    def answered(self, scope: Scope) -> None:
        """Note that the engine has just read this scope for a question."""
        self._known = _plain(scope)

    def ended(self, job: int, well: bool) -> None:
        """Note the last event of a look or a reading."""
        self.typed.ended(job, well)
        if job != self._job or self._looking is None:
            return
        if well:
            self._known = self._looking
        else:
            self._failed.add(self._looking)
        self._job = self._looking = None
        self.typed.poke()

    def interrupted(self, job: int) -> None:
        """Note that a question or another look went first."""
        self.typed.interrupted(job)
        if job == self._job:
            self._job = self._looking = None

    def stop(self) -> None:
        """Do nothing any more."""
        self._scope = None
        self._still.stop()
        self.typed.stop()

    def _about(self) -> Question | None:
        """Return a question about what is in front, where the engine knows it and has time."""
        scope = self._scope
        if scope is None or scope.whole or scope != self._known or self._job is not None:
            return None
        if self._client.model is None or not self._client.idle:
            return None
        return Question("", scope.page, scope.box, splitting=self._splitting)

    @Slot()
    def _on_still(self) -> None:
        scope = self._scope
        if scope is None or scope in self._failed or scope in (self._known, self._looking):
            return
        if self._client.model is None or not self._client.idle:
            return
        self._looking = scope
        if scope.whole:
            self._job = self._client.prepare(scope.page.path)
        else:
            self._job = self._client.look(scope.page, scope.box, self._splitting)


def _plain(scope: Scope | None) -> Scope | None:
    """Return what there is to read ahead: of a whole document the page in front says nothing."""
    if scope is None or not scope.whole:
        return scope
    return Scope(PageRef(scope.page.path, 0), whole=True)
