from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from tests import tiny
from vlm import llama_write
from vlm.decode import Rules, Token, generate
from vlm.decoder import text_model
from vlm.drafts import Drafts
from vlm.llama import LlamaDecoder
from vlm.llama_step import Choice, OneToken
from vlm.llama_write import AT_ONCE, MISSES, MOST, Writer, ahead_gain, look_ahead, writer_of
from vlm.products import can_int8, one_row_int8, one_rows_int8

needs_8_bits = pytest.mark.skipif(not can_int8(), reason="this build has no 8-bit products")
LIMIT = 40


@pytest.fixture(autouse=True)
def alone(one_thread: None) -> None:
    """Compute on one thread."""


def fresh(kind: tiny.Kind = "marked") -> LlamaDecoder:
    return LlamaDecoder(text_model(tiny.build(kind)[0]))


def said(
    decoder: LlamaDecoder, rules: Rules, limit: int = LIMIT, drafts: Drafts | None = None
) -> list[Token]:
    sequence = decoder.start()
    with torch.inference_mode():
        logits = decoder.extend(sequence, decoder.embed(torch.arange(9, 29)))
    found = list(generate(decoder, sequence, logits, rules, list(range(9, 29)), limit, drafts))
    assert sequence.length <= 20 + len(found)
    return found


def ids(tokens: list[Token]) -> list[int]:
    return [token.id for token in tokens]


def passes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by the rows of every pass of the exact weights."""
    counts: list[int] = []
    write, extend = Writer.write, LlamaDecoder.extend_all

    def written(self: Writer, *given: Any) -> Any:
        counts.append(1)
        return write(self, *given)

    def extended(self: LlamaDecoder, sequence: Any, embedded: torch.Tensor) -> torch.Tensor:
        counts.append(len(embedded))
        return extend(self, sequence, embedded)

    monkeypatch.setattr(Writer, "write", written)
    monkeypatch.setattr(LlamaDecoder, "extend_all", extended)
    return counts


@needs_8_bits
@pytest.mark.parametrize("kind", tiny.KINDS)
def test_guessed_ahead_the_tokens_are_those_of_the_exact_weights_in_fewer_passes(
    monkeypatch: pytest.MonkeyPatch, kind: tiny.Kind
) -> None:
    decoder, rules = fresh(kind), Rules(frozenset(), (5, 6))
    expected = said(decoder, rules)
    decoder.look_ahead(True)
    counts = passes(monkeypatch)
    found = said(decoder, rules)
    assert ids(found) == ids(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.probability == pytest.approx(other.probability, rel=1e-3)
    assert len(counts) < LIMIT * 2 / 3
    assert max(counts) > 2


@needs_8_bits
def test_wrong_guesses_change_no_token_and_soon_end(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder, rules = fresh(), Rules(frozenset())
    expected = said(decoder, rules)
    other = [[weight.flip(0) for weight in layer] for layer in decoder.weights]
    decoder.ahead = decoder.one_token(one_rows_int8(other), one_row_int8)
    counts = passes(monkeypatch)
    assert ids(said(decoder, rules)) == ids(expected)
    assert sum(rows > 1 for rows in counts) == MISSES


@pytest.mark.parametrize("reduced", [False, pytest.param(True, marks=needs_8_bits)])
def test_written_several_at_once_or_one_by_one_tokens_are_the_same(
    monkeypatch: pytest.MonkeyPatch, reduced: bool
) -> None:
    decoder = fresh()
    if reduced:
        decoder.shrink()
    whole = said(decoder, Rules(frozenset()))
    ends = frozenset({whole[9].id})
    place = ids(whole).index(whole[9].id)
    stopped = said(decoder, Rules(ends))
    monkeypatch.setattr(llama_write, "writer_of", lambda *_: None)
    monkeypatch.setattr("vlm.decode.writer_of", lambda *_: None)
    single = said(decoder, Rules(frozenset()))
    assert ids(single) == ids(whole)
    for one, other in zip(single, whole, strict=True):
        assert one.probability == pytest.approx(other.probability, rel=1e-4)
    assert ids(stopped) == ids(whole)[: place + 1]
    assert stopped[-1].ends


def slow(monkeypatch: pytest.MonkeyPatch, token_s: float) -> None:
    """Let a written token take so many seconds."""
    clock, write = [0.0], OneToken.write

    def written(self: OneToken, *given: Any) -> list[tuple[int, float]]:
        found = write(self, *given)
        clock[0] += token_s * len(found)
        return found

    monkeypatch.setattr(OneToken, "write", written)
    monkeypatch.setattr("vlm.llama_write.time.perf_counter", lambda: clock[0])


@pytest.mark.parametrize("reduced", [False, pytest.param(True, marks=needs_8_bits)])
@pytest.mark.parametrize(
    ("small", "token_s", "counts"),
    [(True, 0.0, [AT_ONCE, MOST]), (True, 0.004, [AT_ONCE, 6]), (True, 0.1, [AT_ONCE, 1]),
     (False, 0.1, [1, 1]), (False, 0.01, [1, 2])],
)  # fmt: skip
def test_as_many_tokens_are_written_before_they_are_shown_as_nobody_waits_for(
    monkeypatch: pytest.MonkeyPatch, small: bool, token_s: float, counts: list[int], reduced: bool
) -> None:
    decoder = fresh()
    if reduced:
        decoder.shrink()
    decoder.small = small
    sequence = decoder.start()
    with torch.inference_mode():
        decoder.extend(sequence, decoder.embed(torch.arange(9, 29)))
    slow(monkeypatch, token_s)
    writer = writer_of(decoder, Choice())
    assert writer is not None
    assert [len(writer.write(sequence, 7, 99)) for _ in counts] == counts
    assert len(writer.write(sequence, 7, 1)) == 1
    assert sequence.length == 20 + sum(counts) + 1


@pytest.mark.parametrize("patience", [0, 3, 99])
def test_the_pages_words_are_asked_for_a_while_before_tokens_are_written_together(
    monkeypatch: pytest.MonkeyPatch, patience: int
) -> None:
    """The tokens are the same; `Nothing` never knows how an answer goes on."""

    class Nothing(Drafts):
        def propose(self, ids: Sequence[int], most: int) -> list[int]:
            return []

    decoder, rules = fresh(), Rules(frozenset())
    expected = ids(said(decoder, rules))
    monkeypatch.setattr("vlm.decode.PATIENCE", patience)
    wanted, write = list[int](), Writer.write

    def written(self: Writer, sequence: Any, last: int, count: int) -> Any:
        wanted.append(count)
        return write(self, sequence, last, count)

    monkeypatch.setattr(Writer, "write", written)
    assert ids(said(decoder, rules, drafts=Nothing(list))) == expected
    assert wanted[:patience] == [1] * min(patience, len(wanted))
    assert max(wanted) == max(1, LIMIT - 1 - patience)


def test_rules_that_look_back_are_asked_about_every_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts, rules = passes(monkeypatch), Rules(frozenset(), penalty=1.3)
    assert rules.looks_back
    said(fresh(), rules)
    assert not counts


@needs_8_bits
@pytest.mark.parametrize("gain", [1.0, 2.0])
def test_it_is_guessed_ahead_only_where_that_is_faster(
    monkeypatch: pytest.MonkeyPatch, gain: float
) -> None:
    decoder = fresh()
    assert look_ahead(decoder) == 1.0
    assert decoder.ahead is None, "so small a model stays in the caches"
    monkeypatch.setattr(llama_write, "WORTHWHILE", 0)
    monkeypatch.setattr(llama_write, "ahead_gain", lambda _: gain)
    assert look_ahead(decoder) == gain
    assert (decoder.ahead is not None) == (gain > 1)
    decoder.shrink()
    assert decoder.ahead is None


@needs_8_bits
def test_the_gain_of_guessing_is_measured() -> None:
    decoder = fresh()
    decoder.look_ahead(True)
    assert 0 < ahead_gain(decoder, rounds=1) < 100
