"""Keeps one page process loaded, jailed and waiting, so that the next document need not wait."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from vlm.errors import PageCrashed
from vlm.pages.reader import Gone, Late, Reader

STOPPED = "The page reader has been stopped because the program is closing."
BROKEN = "The page reader does not start. Install the program again."


class Pool:
    """Page processes: a spare one, and those handed out. `stop` may be called from any thread."""

    def __init__(self) -> None:
        self.jail = ""
        self._lock = threading.Lock()
        self._running: set[Reader] = set()
        self._stopped = False
        # A thread of our own starts them, because Linux ends a child with the thread that did.
        self._starter = ThreadPoolExecutor(1, "page-processes")
        self._spare: Future[Reader] = self._starter.submit(self._start)

    def take(self) -> Reader:
        """Hand out a process that is ready for a document; the next spare starts meanwhile.

        Raises:
            PageCrashed: Page processes do not start, or the pool is stopped.
        """
        reader = self._next()
        try:
            self.jail = reader.ready().jail
        except (Gone, Late) as error:
            self.give_back(reader)
            raise self._cause() from error
        return reader

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
        for reader in running:
            reader.end()
        self._starter.shutdown(wait=True)

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def _next(self) -> Reader:
        try:
            reader = self._spare.result()
            if not reader.alive:  # e.g. ended by the system while it waited
                self.give_back(reader)
                reader = self._starter.submit(self._start).result()
            self._spare = self._starter.submit(self._start)
        except (OSError, RuntimeError) as error:  # a failed start; or stopped
            if not self._stopped:
                self._spare = self._starter.submit(self._start)
            raise self._cause() from error
        return reader

    def _start(self) -> Reader:
        reader = Reader()
        with self._lock:
            if not self._stopped:
                self._running.add(reader)
                return reader
        reader.end()
        raise RuntimeError("stopped")

    def _cause(self) -> PageCrashed:
        return PageCrashed(STOPPED if self._stopped else BROKEN)
