"""In how many bits the text model computes on the CPU: exactly, or in 8 where that pays.

Measured on the model and the machine at hand, not decided by their names.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from msgspec import structs
from torch import Tensor

from vlm.decoder import Decoder
from vlm.llama import LlamaDecoder
from vlm.llama_write import look_ahead
from vlm.loader import LoadedModel
from vlm.products import Product, can_int8, exact, int8, one_row, one_row_int8, one_rows_int8
from vlm.types import Precision

PAYS = 2.0
"""How much faster a token must be in 8 bits for them to be chosen without being asked for.

Than in the fastest exact way. Exact answers are also guessed from the page's words and several
written together, which for a small model saves as much time.
"""

FASTER = 1.15
"""How much faster a token must be in 8 bits to be written so for a person who chose them.

A question read while it is typed and guesses from the page's words, both given up for 8 bits, are
worth as much.
"""

Call = Callable[[], object]

DRIFT = 0.02
"""Most that 8 bits may change the probabilities of the next token when nobody asked for them.

The mean Kullback-Leibler divergence from the exact ones, in nats, over the places of a probe text.
"""

PROBE = 64
"""Tokens of the probe text."""

SAMPLE_BYTES = 2**26
"""Weights that are timed; more than a processor's caches hold, as in a real answer."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided.

    Attributes:
        reduced: Whether the text model computes in 8 bits now.
        reason: A sentence for people; "" where there was nothing to decide.
    """

    reduced: bool
    reason: str = ""


def settle(decoder: Decoder, wish: Precision) -> Settled:
    """Let a decoder compute in 8 bits where that is faster here, and asked for or of little cost.

    Args:
        decoder: Changed in place.
        wish: What the person wants.
    """
    if wish == "exact":
        return _exactly(decoder)
    chosen = wish in ("fast", "8bit")
    if not isinstance(decoder, LlamaDecoder) or not decoder.plain or not can_int8():
        told = "Answers cannot be written in 8 bits here, so they are exact."
        return Settled(False, told if chosen else "")
    gain, wanted = _gain(decoder), FASTER if chosen else PAYS
    if gain >= wanted:
        gain /= look_ahead(decoder)  # what would be given up, if nothing else
    if gain < wanted:
        return _exactly(decoder, _no_faster(gain, chosen))
    if chosen:
        decoder.shrink()
        told = f"Answers are written in 8 bits, as you chose, {gain:.1f} times as fast here."
        return Settled(True, told)
    expected = _probe(decoder)
    undo = decoder.shrink()
    moved = drift(expected, _probe(decoder))
    if moved > DRIFT:
        undo()
        return _exactly(decoder, "8 bits would change this model's answers, so it is exact.")
    return Settled(True, f"Answers are written in 8 bits, {gain:.1f} times as fast here.")


def _no_faster(gain: float, chosen: bool) -> str:
    much = f"only {gain:.1f} times as fast" if gain >= 1.05 else "no faster"
    if not chosen:
        return f"8 bits would write {much}, so it is exact."
    return f"8 bits, as you chose, would be {much} on this computer, so answers are exact."


def _exactly(decoder: Decoder, reason: str = "") -> Settled:
    if isinstance(decoder, LlamaDecoder) and decoder.ahead is None:
        look_ahead(decoder)
    return Settled(False, reason)


def written_in(loaded: LoadedModel, settled: Settled, more: str = "") -> LoadedModel:
    """Say of a model what was decided, for people and in the key of what is kept.

    Args:
        loaded: The model.
        settled: About its bits.
        more: A sentence about something else that changes no answer.
    """
    placement = loaded.placement
    reason = " ".join(part for part in (placement.reason, settled.reason, more) if part)
    dtype, key = placement.dtype_name, loaded.key
    if settled.reduced:
        dtype, key = f"{dtype}, writes in 8 bits", (*key, "8 bits")
    return replace(loaded, info=structs.replace(loaded.info, dtype=dtype, reason=reason), key=key)


def drift(expected: Tensor, found: Tensor) -> float:
    """Return the mean divergence of the next token's probabilities, in nats.

    Args:
        expected: Exact logits ``(places, vocab)``.
        found: The others.
    """
    known, other = expected.float().log_softmax(-1), found.float().log_softmax(-1)
    return float((known.exp() * (known - other)).sum(-1).mean())


@torch.inference_mode()
def _probe(decoder: LlamaDecoder) -> Tensor:
    """Return the logits at every place of a text that is the same for every model."""
    vocabulary = decoder.vocabulary
    ids = torch.arange(1, PROBE + 1) * 7919 % vocabulary
    return decoder.extend_all(decoder.start(), decoder.embed(ids))


@torch.inference_mode()
def _gain(decoder: LlamaDecoder, rounds: int = 9) -> float:
    """Measure how much faster 8 bits write a token; the fastest round of each way counts."""
    weights: list[Sequence[Tensor]] = []
    for layer in decoder.weights:
        weights.append(layer)
        if sum(weight.nbytes for layer in weights for weight in layer) >= SAMPLE_BYTES:
            break
    calls = _tokens(decoder, weights) if decoder.small else _products(weights)
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for place, call in enumerate(calls):
            start = time.perf_counter()
            call()
            best[place] = min(best[place], time.perf_counter() - start)
    return best[0] / best[1]


def _tokens(decoder: LlamaDecoder, weights: Sequence[Sequence[Tensor]]) -> list[Call]:
    """Return both ways to compute a token after `PROBE` others with the first layers."""
    shape = (len(weights), 2, decoder.kv_heads, PROBE + 1, decoder.size)
    buffer, embedded = torch.zeros(shape), decoder.embed(torch.ones(1, dtype=torch.long))
    cos, sin = (table[PROBE] for table in decoder.angles)
    exactly = decoder.one_token(decoder.rows[: len(weights)], one_row)
    ways = exactly, decoder.one_token(one_rows_int8(weights), one_row_int8)
    return [partial(way, embedded, buffer, PROBE, cos, sin) for way in ways]


def _products(weights: Sequence[Sequence[Tensor]]) -> list[Call]:
    """Return both ways to compute a token's products, which is nearly all of a large model's."""
    flat = [weight for layer in weights for weight in layer]
    rows = [torch.ones(1, weight.shape[1]) for weight in flat]

    def all_of(products: list[Product]) -> None:
        for product, row in zip(products, rows, strict=True):
            product(row)

    ways = [exact(weight) for weight in flat], [int8(weight) for weight in flat]
    return [partial(all_of, way) for way in ways]
