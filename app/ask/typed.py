"""Has the engine read a question while it is typed, so that the answer comes sooner.

Each finished word goes, and after a pause all that is typed: it may be the whole question. One
piece is on its way at a time, so that slow reading is not begun again with every word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import structs
from PySide6.QtCore import QObject, QTimer, Slot

from vlm.types import Question

PAUSE_MS = 300
"""How long nothing is typed before the question may be complete."""


class Reader(Protocol):
    """What this needs of the engine client."""

    def typing(self, question: Question, paused: bool) -> int:
        """Read a question ahead; return the job."""
        ...


class TypedAhead(QObject):
    """Sends what is typed about a page that the engine has encoded already.

    Args:
        client: Reads.
        about: Returns a question without words about what is in front, or None while there is
            nothing to read or the engine has something better to do.
        pause_ms: See `PAUSE_MS`.
    """

    def __init__(
        self,
        client: Reader,
        about: Callable[[], Question | None],
        parent: QObject | None = None,
        pause_ms: int = PAUSE_MS,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._about = about
        self._text = ""
        self._paused = False
        self._job: int | None = None
        self._sent: tuple[Question, bool] | None = None
        self._failed: set[Question] = set()
        self._pause = QTimer(self, singleShot=True, interval=pause_ms)
        self._pause.timeout.connect(self._on_pause)

    @property
    def job(self) -> int | None:
        """The reading on its way."""
        return self._job

    @property
    def waiting(self) -> bool:
        """Whether it waits for the person to pause."""
        return self._pause.isActive()

    def type(self, text: str) -> None:
        """Tell what stands in the question line now."""
        self._text, self._paused = text, False
        if not text.strip():
            self._pause.stop()
            self._drop()
            return
        self._pause.start()
        if text[-1].isspace():
            self._send()

    def poke(self) -> None:
        """Consider what is typed again: the page or the engine may have become ready for it."""
        if self._text.strip():
            self._send()

    def forget(self) -> None:
        """Another model has read nothing."""
        self._sent = self._job = None

    def ended(self, job: int, well: bool) -> None:
        """Note the last event of a reading."""
        if job != self._job:
            return
        self._job = None
        if not well and self._sent is not None:
            self._failed.add(_wordless(self._sent[0]))
        self.poke()

    def interrupted(self, job: int) -> None:
        """Note that something else went first."""
        if job == self._job:
            self._sent = self._job = None

    def stop(self) -> None:
        """Do nothing any more."""
        self._text = ""
        self._pause.stop()

    @Slot()
    def _on_pause(self) -> None:
        self._paused = True
        self._send()

    def _send(self) -> None:
        """Have the engine read what is known of the question, unless it does or has done so."""
        about = self._about()
        text = self._text if self._paused else _finished(self._text)
        if about is None or about in self._failed or not text.strip():
            return
        wanted = structs.replace(about, text=text), self._paused
        if wanted == self._sent:
            return
        if self._job is not None and self._sent is not None:
            before = self._sent[0]
            if _wordless(before) == about and text.startswith(before.text):
                return  # what is being read stays true; the rest follows when it has ended
        self._sent = wanted
        self._job = self._client.typing(*wanted)

    def _drop(self) -> None:
        """Have the engine forget what it read; a question or another page does so by itself."""
        sent, self._sent = self._sent, None
        if sent is not None and self._about() is not None:
            self._job = self._client.typing(_wordless(sent[0]), False)


def _wordless(question: Question) -> Question:
    return structs.replace(question, text="")


def _finished(text: str) -> str:
    """Return the words that have a space behind them."""
    end = len(text)
    while end and not text[end - 1].isspace():
        end -= 1
    return text[:end]
