"""What is kept of pages seen before, within a budget: the longest unused goes first.

Knows keys and sizes. A key must hold everything that the value depends on.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Beyond:
    """What a kept prefix holds beyond itself, because it was read ahead of a question.

    Attributes:
        key: Of the prefix.
        prefix: How many tokens it has.
        ids: All tokens that are held, the prefix's first.
    """

    key: Hashable
    prefix: int
    ids: tuple[int, ...]


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """Count the tokens with which both begin."""
    for place, (first, second) in enumerate(zip(one, other, strict=False)):
        if first != second:
            return place
    return min(len(one), len(other))


class Kept(Generic[V]):
    """A store with a budget in bytes.

    Args:
        budget_bytes: Values are dropped, least recently used first, until the rest fits. The
            newest value stays even when it is larger.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self._values: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self.used_bytes = 0

    def get(self, key: Hashable) -> V | None:
        """Return what is kept under `key`, which counts as use, or None."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def put(self, key: Hashable, value: V, size_bytes: int) -> None:
        """Keep a value; one under the same key is replaced."""
        self.drop(key)
        self._values[key] = (value, size_bytes)
        self.used_bytes += size_bytes
        while self.used_bytes > self.budget_bytes and len(self._values) > 1:
            self.drop(next(iter(self._values)))

    def drop(self, key: Hashable) -> None:
        """Forget what is kept under `key`, if anything."""
        if key in self._values:
            self.used_bytes -= self._values.pop(key)[1]

    def keep(self, which: Callable[[Hashable], bool]) -> None:
        """Forget everything but the keys of which `which` says true."""
        for key in [key for key in self._values if not which(key)]:
            self.drop(key)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self.used_bytes = 0

    def __len__(self) -> int:
        return len(self._values)
