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
        self._ids += ids
        for end in range(start + PAIR, len(self._ids)):
            pair = (self._ids[end - 2], self._ids[end - 1])
            self._found.setdefault(pair, []).append(end)
        self._ids.append(-1)

    def after(self, ids: Sequence[int], count: int) -> tuple[list[int], int]:
        """Find where the end of `ids` stands, and what follows there.

        Args:
            ids: Of the answer so far.
            count: Most tokens to return.

        Returns:
            What follows at the place where the most tokens match, and how many match.
        """
        if len(ids) < PAIR:
            return [], 0
        best, length, kept = -1, 0, self._ids
        for end in self._found.get((ids[-2], ids[-1]), ())[-PLACES:][::-1]:
            match = PAIR
            most = min(end, len(ids), LONGEST_MATCH)
            while match < most and kept[end - match - 1] == ids[-match - 1]:
                match += 1
            if match > length:
                best, length = end, match
        if best < 0:
            return [], 0
        following = kept[best : best + count]
        return following[: following.index(-1)] if -1 in following else following, length


class Drafts:
    """The guesses for one answer; becomes bolder while they are right.

    Args:
        sources: Returns where to look, the most likely first. Asked once the answer has begun,
            so that its first token does not wait for it.
    """

    def __init__(self, sources: Callable[[], Sequence[Places]]) -> None:
        self._find_sources = sources
        self._sources: Sequence[Places] | None = None
        self._needed = NEEDED[0] + 1
        self._length = LENGTHS[0]

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
        best: list[int] = []
        longest = self._needed - 1
        for source in self._sources:
            following, length = source.after(ids, min(self._length, most))
            if following and length > longest:
                best, longest = following, length
        return best

    def checked(self, proposed: int, right: int) -> None:
        """Learn how many tokens of the last guess were right."""
        if right == proposed:
            self._length = min(2 * self._length, LENGTHS[1])
            self._needed = max(self._needed - 1, NEEDED[0])
        else:
            self._length = max(self._length // 2, LENGTHS[0])
            if right == 0:
                self._needed = min(self._needed + 1, NEEDED[1])
