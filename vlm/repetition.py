"""Tells when a model has begun to repeat itself without end. Pure; knows token ids and text."""

from __future__ import annotations

LONGEST = 64
"""Tokens of the longest repeated piece that is looked for."""

REPEATS = 4
TOKENS = 64
"""A piece is runaway when it stands at least `REPEATS` times and fills `TOKENS` tokens."""

LETTERS = 24
"""So often one letter or digit in a row stands in no document: IBANs have twelve zeros, hidden card
numbers sixteen crosses. Lines of dots or dashes are longer."""


class Repetition:
    """Watches an answer grow, token by token."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._runs = [0] * (LONGEST + 1)

    def add(self, token: int) -> int | None:
        """Look at the next token.

        Returns:
            None, or when the answer runs away, how many of its tokens to keep: those before the
            repetition and the repeated piece once.
        """
        ids, runs = self._ids, self._runs
        ids.append(token)
        last = len(ids) - 1
        for period in range(1, min(LONGEST, last) + 1):
            if ids[last - period] != token:
                runs[period] = 0
                continue
            runs[period] += 1
            length = runs[period] + period
            if length >= TOKENS and length >= REPEATS * period:
                return len(ids) - runs[period]
        return None


def endless_from(text: str) -> int | None:
    """Return where the letter or digit begins that a text ends with again and again.

    None when it stands there less than `LETTERS` times, as in real numbers and words.
    """
    if len(text) < LETTERS or not text[-1].isalnum() or text[-LETTERS:] != text[-1] * LETTERS:
        return None
    return len(text.rstrip(text[-1]))
