"""Guesses how an answer goes on, by what stands on the page, in the question and earlier answers.

A guess costs nothing but time: whoever uses one lets the model check each token of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

PAIR = 2
"""Tokens by which places are looked up."""

PLACES = 48
"""Places of one pair that are compared, the latest first."""

LONGEST_MATCH = 24
"""Tokens before a place that are compared."""

LENGTHS = (4, 16)
"""Fewest and most tokens of a guess."""

NEEDED = (2, 6)
"""Tokens that must match before a guess: fewest while guesses are right, most while they fail."""

EDGE = -1
"""Stands before each text and before the answer: both may begin alike."""


class Places:
    """Texts as token ids, and where each pair of tokens stands in them."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._found: dict[tuple[int, int], list[int]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Sequence[int]) -> None:
        """Take a text in; no guess runs from one text into the next."""
        start = len(self._ids)
        self._ids += [EDGE, *ids]
        for end in range(start + PAIR, len(self._ids)):
            pair = (self._ids[end - 2], self._ids[end - 1])
            self._found.setdefault(pair, []).append(end)

    def after(self, ids: Sequence[int], least: int) -> tuple[int, int]:
        """Find where the end of `ids` stands.

        Args:
            ids: `EDGE` and the answer so far.
            least: Fewest tokens that must match, the edge included.

        Returns:
            The place after the longest match and how many tokens match, or -1 and 0.
        """
        if len(ids) < PAIR:
            return -1, 0
        best, length, kept = -1, 0, self._ids
        for end in self._found.get((ids[-2], ids[-1]), ())[-PLACES:][::-1]:
            match = PAIR
            most = min(end, len(ids), LONGEST_MATCH)
            while match < most and kept[end - match - 1] == ids[-match - 1]:
                match += 1
            if match > length:
                best, length = end, match
        return (best, length) if length >= least else (-1, 0)

    def following(self, place: int, count: int) -> list[int]:
        """Return at most `count` ids from a place on, up to the end of its text."""
        found = self._ids[place : place + count]
        return found[: found.index(EDGE)] if EDGE in found else found


class Drafts:
    """The guesses for one answer; becomes bolder while they are right.

    Args:
        sources: Returns where to look, the most likely first. Asked once the answer has begun,
            so that its first token does not wait for it.
    """

    def __init__(self, sources: Callable[[], Sequence[Places]]) -> None:
        self._find_sources = sources
        self._sources: Sequence[Places] | None = None
        self._needed = NEEDED[0]
        self._length = LENGTHS[0]
        self._last: tuple[Places, int] | None = None
        self._on: tuple[Places, int] | None = None

    def propose(self, ids: Sequence[int], most: int) -> list[int]:
        """Guess the next tokens.

        Args:
            ids: Of the answer so far.
            most: Tokens that may still come.

        Returns:
            At most `most` ids; none without a good reason.
        """
        if self._sources is None:
            self._sources = self._find_sources()
        recent = [EDGE, *ids] if len(ids) < LONGEST_MATCH else ids[-LONGEST_MATCH:]
        longest = self._needed - 1
        found, self._on = self._on, None
        for source in self._sources:
            place, length = source.after(recent, longest + 1)
            if place >= 0:
                found, longest = (source, place), length
        self._last = found
        return [] if found is None else found[0].following(found[1], min(self._length, most))

    def checked(self, proposed: int, right: int) -> None:
        """Learn how many tokens of the last guess were right."""
        if right == proposed:
            self._length = min(2 * self._length, LENGTHS[1])
            self._needed = max(self._needed - 1, NEEDED[0])
            return
        self._length = max(self._length // 2, LENGTHS[0])
        if right == 0:
            self._needed = min(self._needed + 1, NEEDED[1])
        elif self._last is not None:  # one token may only have been read as another
            source, place = self._last
            self._on = source, place + right + 1
