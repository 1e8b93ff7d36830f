"""Keeps one page process loaded, jailed and waiting, so that the next document need not wait."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait

from vlm.errors import PageCrashed
from vlm.pages.jobs import memory_is_short
from vlm.pages.reader import Gone, Late, Reader

HOLD_SECONDS = 1.0
"""How long a new spare lets the document that was just handed out have the processors."""

STOPPED = "The page reader has been stopped because the program is closing."
BROKEN = "The page reader does not start. Install the program again."
STARVED = "There is too little memory for the page reader. Close other programs and try again."


class Pool:
    """Page processes: a spare one, and those handed out. `stop` may be called from any thread."""

    def __init__(self) -> None:
        self.jail = ""
        self._lock = threading.Lock()
        self._running: set[Reader] = set()
        self._wanted = threading.Event()
        self._wanted.set()
        self._stopped = False
        # A thread of our own starts them, because Linux ends a child with the thread that did.
        self._starter = ThreadPoolExecutor(1, "page-processes")
        self._spare: Future[Reader] = self._order()

    def take(self) -> Reader:
        """Hand out a process that is ready for a document; soon after, the next spare starts.

        Raises:
            PageCrashed: Page processes do not start, or the pool is stopped.
        """
        self.hurry()
        try:
            reader = self._spare.result()
            if not reader.alive:  # ended by the system while it waited
                self.give_back(reader)
                reader = self._order().result()
        except (Gone, Late, OSError, RuntimeError) as error:
            why = STARVED if memory_is_short() else BROKEN
            raise PageCrashed(STOPPED if self._stopped else why) from error
        finally:
            self._wanted.clear()
            self._spare = self._order()
        self.jail = reader.jail
        return reader

    def hurry(self) -> None:
        """Start the spare now: the document that was handed out last is on screen."""
        self._wanted.set()

    def settle(self) -> None:
        """Wait until the spare process is ready or has failed."""
        self.hurry()
        wait([self._spare])

    def give_back(self, reader: Reader) -> None:
        """End a process; one that has seen a document never sees another."""
        reader.end()
        with self._lock:
            self._running.discard(reader)

    def stop(self) -> None:
        """End all processes for good, those at work too."""
        with self._lock:
            self._stopped = True
            running = tuple(self._running)
        self.hurry()
        for reader in running:
            reader.end()
        self._starter.shutdown(wait=True)

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def _order(self) -> Future[Reader]:
        try:
            return self._starter.submit(self._start)
        except RuntimeError as error:  # stopped meanwhile
            refused: Future[Reader] = Future()
            refused.set_exception(error)
            return refused

    def _start(self) -> Reader:
        self._wanted.wait(HOLD_SECONDS)
        if self._stopped:
            raise RuntimeError("stopped")
        reader = Reader()
        with self._lock:
            wanted = not self._stopped
            if wanted:
                self._running.add(reader)
        if not wanted:
            reader.end()
            raise RuntimeError("stopped")
        try:
            reader.get_ready()
        except (Gone, Late):
            self.give_back(reader)
            raise
        return reader
