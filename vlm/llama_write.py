"""Writes an answer's tokens without returning to Python for each, and guesses them ahead.

Exact weights too large for the processor's caches are read from memory for every token, and that
takes nearly all of the time. Reading them once for several tokens costs little more, so the same
weights in 8 bits, a quarter of the bytes, guess the next tokens and the exact ones check them
together: the tokens are those of the exact weights.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

from vlm.decoder import Decoder
from vlm.llama import LlamaDecoder
from vlm.llama_room import LlamaSequence
from vlm.llama_step import Choice, OneToken
from vlm.products import can_int8, threads_for

AT_ONCE = 4
"""Tokens that a small model writes before the first are shown."""

MOST, SMOOTH_S = 16, 0.025
"""Most tokens that are written before they are shown, and how long that may take: less than the
window waits between two drawings of an answer."""

GUESSES = (2, 4, 8)
"""Fewest tokens of a guess, those of the first, and most."""

MISSES = 3
"""Guesses in a row of which nothing was right before an answer goes on without any."""

PAYS = 1.15
"""How much faster an answer must become for its tokens to be guessed ahead."""

EXPECTED = 0.9
"""How often a guessed token is taken to be right before any was checked."""

WORTHWHILE = 2**22
"""Numbers of all projections below which they stay in the caches, and nothing is tried."""

AFFORDABLE = 2**28
"""Numbers of all projections of which a copy in 8 bits is made for guesses only."""

PROBE = 64
"""Tokens before those that are timed."""


class Writer:
    """Writes one answer with a decoder.

    Args:
        decoder: Writes.
        choice: Which tokens.
    """

    def __init__(self, decoder: LlamaDecoder, choice: Choice) -> None:
        self._decoder = decoder
        self._choice = choice
        self._length = GUESSES[1]
        self._misses = 0
        self._at_once = AT_ONCE if decoder.small else 1

    @torch.inference_mode()
    def write(self, sequence: LlamaSequence, last: int, most: int) -> list[tuple[int, float]]:
        """Append a token and choose what follows, as many tokens as take `SMOOTH_S`.

        How long a token takes is known from the last ones.

        Args:
            sequence: Is extended by `last` and all chosen tokens but the last.
            last: The answer's last token.
            most: Tokens that may come now, at least 1.

        Returns:
            Ids with their probabilities.
        """
        one = self._decoder.one
        assert one is not None
        start = time.perf_counter()
        found = self._chosen(one, sequence, last, min(self._at_once, most))
        spent = time.perf_counter() - start
        self._at_once = min(max(1, int(SMOOTH_S * len(found) / max(spent, 1e-9))), MOST)
        sequence.length += len(found)
        return found

    @torch.inference_mode()
    def guess(self, sequence: LlamaSequence, last: int, most: int) -> list[int]:
        """Guess what follows a token; the sequence stays as long as it is.

        Args:
            sequence: To be extended by `last` and the guess, which are then to be checked.
            last: The answer's last token.
            most: Tokens that may be guessed.

        Returns:
            Ids; none where it does not pay.
        """
        count, ahead = min(self._length, most), self._decoder.ahead
        if ahead is None or count < GUESSES[0] or self._misses == MISSES:
            return []
        return [one for one, _ in self._chosen(ahead, sequence, last, count)]

    def checked(self, guessed: int, right: int) -> None:
        """Learn how many tokens of the last guess were right."""
        self._misses = 0 if right else self._misses + 1
        if right == guessed:
            self._length = min(2 * self._length, GUESSES[2])
        else:
            self._length = max(GUESSES[0], min(self._length, right))

    def _chosen(
        self, way: OneToken, sequence: LlamaSequence, last: int, count: int
    ) -> list[tuple[int, float]]:
        decoder, place = self._decoder, sequence.length
        with threads_for(decoder.work, decoder.device):
            buffer = decoder.room(sequence, place + count, decoder.embedding)
            return way.write(
                last, count, self._choice, decoder.embedding, decoder.angles, buffer, place
            )


def writer_of(decoder: Decoder, choice: Choice) -> Writer | None:
    """Return what writes an answer fastest; None where tokens are asked for one by one."""
    if isinstance(decoder, LlamaDecoder) and decoder.one is not None and decoder.replay is None:
        return Writer(decoder, choice)
    return None


def look_ahead(decoder: LlamaDecoder) -> float:
    """Let a decoder guess ahead where that is faster on the machine at hand.

    Args:
        decoder: Exact; changed in place.

    Returns:
        How much faster it writes now; 1 where nothing changed.
    """
    size = sum(weight.numel() for layer in decoder.weights for weight in layer)
    if not (decoder.plain and can_int8() and WORTHWHILE <= size <= AFFORDABLE):
        return 1.0
    decoder.look_ahead(True)
    gain = ahead_gain(decoder)
    if gain >= PAYS:
        return gain
    decoder.look_ahead(False)
    return 1.0


@torch.inference_mode()
def ahead_gain(decoder: LlamaDecoder, rounds: int = 5) -> float:
    """Measure how much faster guessing ahead is; the fastest round of each call counts."""
    ids = torch.arange(1, PROBE + 1) * 7919 % decoder.vocabulary
    sequence, count = decoder.start(), GUESSES[1]
    decoder.extend(sequence, decoder.embed(ids))
    rows, writer = decoder.embed(ids[: count + 1]), Writer(decoder, Choice())

    def checked() -> None:
        decoder.extend_all(sequence, rows)

    calls: tuple[Callable[[], object], ...] = (
        lambda: writer.write(sequence, 1, 1),
        lambda: writer.guess(sequence, 1, count),
        checked,
    )
    best = [float("inf")] * len(calls)
    for _ in range(rounds):
        for place, call in enumerate(calls):
            start = time.perf_counter()
            call()
            best[place] = min(best[place], time.perf_counter() - start)
            sequence.rewind(PROBE)
    alone, guess, check = best
    tokens = sum(EXPECTED**number for number in range(count + 1))
    return alone * tokens / (guess + check)
