"""Which engine asks which document of a batch. Pure state, for the terminal and the window.

Documents are dealt one by one and not split beforehand: some take a hundred times as long as
others, and an engine that ends must not take its share with it.
"""

from __future__ import annotations

from collections import Counter

from vlm.batch import Table

MOST_ENDS = 2
"""Engines that a document may end before nobody is given it any more."""


class Dealing:
    """Deals documents with missing answers to engines, one document to one engine.

    So a page is read by one engine only. A document under which an engine ended is dealt once
    more, after all others.

    Args:
        table: The batch; documents whose answers come into it are not dealt again.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._held: dict[int, int] = {}
        self._ends: Counter[int] = Counter()

    def take(self, engine: int) -> int | None:
        """Give an engine that has none the next document; None when there is none to give."""
        held = set(self._held.values())
        later: int | None = None
        for row in self._table.todo():
            if row in held:
                continue
            if not self._ends[row]:
                self._held[engine] = row
                return row
            later = row if later is None else later
        if later is not None:
            self._held[engine] = later
        return later

    def done(self, engine: int) -> None:
        """Note that an engine asks its document no more, answered or given up."""
        self._held.pop(engine, None)

    def lost(self, engine: int) -> int | None:
        """Note that an engine has ended; its document goes to another.

        Returns:
            The document, when it has ended too many and is the caller's to fail.
        """
        row = self._held.pop(engine, None)
        if row is None:
            return None
        self._ends[row] += 1
        return row if self._ends[row] >= MOST_ENDS else None

    @property
    def asked(self) -> int:
        """How many documents are being asked."""
        return len(self._held)
