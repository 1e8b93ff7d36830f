"""The step that a GPU repeats, computed here without being recorded."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator
from subprocess import CalledProcessError

import pytest
import torch
from torch import Tensor

from tests import tiny
from vlm import decode, graphs
from vlm.decode import Rules
from vlm.decoder import Decoder, StockDecoder, text_model
from vlm.graphs import Replay, Step
from vlm.llama import LlamaDecoder
from vlm.static_step import WAYS, StaticStep, Way, by_products, compiled, in_one

ROOMS = (16, 32, 64)


def as_it_is(step: Step) -> Step:
    """Record nothing: the step itself runs each time."""
    return step


@pytest.fixture(autouse=True)
def alone(one_thread: None) -> None:
    """Compute on one thread."""


@pytest.fixture
def decoder() -> LlamaDecoder:
    model, _ = tiny.build("marked")
    return LlamaDecoder(text_model(model))


BUILT = compiled("eager")  # traced as for a card, but not built for one
assert BUILT is not None
EVERY = (*WAYS, *(Way(way.attend, BUILT) for way in WAYS))


@pytest.fixture(params=EVERY, ids=["products", "one call", "products, built", "one call, built"])
def replay(request: pytest.FixtureRequest, decoder: LlamaDecoder) -> Iterator[Replay]:
    with torch.inference_mode():
        yield Replay(StaticStep(decoder, ROOMS[-1], request.param), as_it_is, ROOMS)


def ids(count: int, seed: int = 1) -> Tensor:
    return torch.randint(0, 200, (count,), generator=torch.Generator().manual_seed(seed))


def written(decoder: Decoder, prompt: Tensor, limit: int) -> list[int]:
    """Write an answer as the engine does; nothing ends it."""
    with torch.inference_mode():
        sequence = decoder.start()
        logits = decoder.extend(sequence, decoder.embed(prompt))
        tokens = decode.generate(
            decoder, sequence, logits, Rules(frozenset()), prompt.tolist(), limit
        )
        return [token.id for token in tokens]


def pieces(decoder: LlamaDecoder, *counts: int) -> Tensor:
    """Extend by pieces; return the logits after each single token."""
    given, found, sequence = ids(sum(counts), 5), list[Tensor](), decoder.start()
    start = 0
    for count in counts:
        logits = decoder.extend(sequence, decoder.embed(given[start : start + count]))
        start += count
        if count == 1:
            found.append(logits)
    assert sequence.length == start
    return torch.stack(found)


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_answers_are_the_models_own_through_every_room_and_beyond(kind: tiny.Kind) -> None:
    model, _ = tiny.build(kind)
    expected = written(StockDecoder(text_model(model)), ids(10), 80)
    decoder = LlamaDecoder(text_model(model))
    told = graphs.fit(decoder, as_it_is, ROOMS, clock=favouring(decoder))
    assert "times as fast" in told
    assert isinstance(decoder.replay, Replay)
    assert written(decoder, ids(10), 80) == expected, "10 + 80 tokens, 64 of them with room"


@torch.inference_mode()
def test_a_sequence_may_be_extended_in_any_way_between_steps(
    decoder: LlamaDecoder, replay: Replay
) -> None:
    counts = (3, 1, 1, 5, 1, 1, 7, 1, 30, 1, 1, 20, 1, 1)
    expected = pieces(decoder, *counts)
    decoder.replay = replay
    torch.testing.assert_close(pieces(decoder, *counts), expected, rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_a_rewound_sequence_forgets_what_the_room_still_holds(
    decoder: LlamaDecoder, replay: Replay
) -> None:
    def ways(text: LlamaDecoder) -> list[Tensor]:
        sequence = text.start()
        text.extend(sequence, text.embed(ids(9)))
        found = [text.extend(sequence, text.embed(ids(1, seed))) for seed in (2, 3, 4)]
        sequence.rewind(9)
        found += [text.extend(sequence, text.embed(ids(1, seed))) for seed in (5, 6)]
        sequence.rewind(4)
        text.extend(sequence, text.embed(ids(6, 7)))
        return [*found, text.extend(sequence, text.embed(ids(1, 8)))]

    expected = ways(decoder)
    decoder.replay = replay
    for found, wanted in zip(ways(decoder), expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_sequences_that_take_turns_do_not_see_each_other(
    decoder: LlamaDecoder, replay: Replay
) -> None:
    def ways(text: LlamaDecoder) -> list[Tensor]:
        both = [text.start(), text.start()]
        for seed, sequence in enumerate(both):
            text.extend(sequence, text.embed(ids(5 + 3 * seed, seed)))
        return [
            text.extend(both[turn % 2], text.embed(ids(1, 10 + turn)))
            for turn in (0, 1, 2, 4, 3, 5)
        ]

    expected = ways(decoder)
    decoder.replay = replay
    for found, wanted in zip(ways(decoder), expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_what_a_step_writes_is_kept_where_others_find_it(
    decoder: LlamaDecoder, replay: Replay
) -> None:
    saved = []
    for given in (None, replay):
        decoder.replay = given
        sequence = decoder.start()
        decoder.extend(sequence, decoder.embed(ids(6)))
        decoder.extend(sequence, decoder.embed(ids(1, 2)))
        saved.append(sequence.first(7))
    torch.testing.assert_close(saved[1], saved[0], rtol=1e-4, atol=1e-4)


def favouring(decoder: LlamaDecoder, faster: bool = True) -> Callable[[], float]:
    """A clock by which steps of a replay take a hundredth, or a hundred times, of the others'."""
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.01 if (decoder.replay is None) != faster else 1.0
        return now

    return clock


def test_the_faster_way_of_looking_back_is_taken(decoder: LlamaDecoder) -> None:
    ticks = itertools.count()
    seconds = {"plain": 8.0, "products": 4.0, "one": 2.0}
    asked: list[str] = []

    def products(*given: object) -> Tensor:
        asked.append("products")
        return by_products(*given)  # type: ignore[arg-type]

    def one(*given: object) -> Tensor:
        asked.append("one")
        return in_one(*given)  # type: ignore[arg-type]

    now = 0.0

    def clock() -> float:
        nonlocal now
        if next(ticks) % 2:  # the end of a step
            now += seconds[asked[-1] if decoder.replay is not None else "plain"]
        return now

    told = graphs.fit(decoder, as_it_is, ROOMS, (Way(products), Way(one)), clock)
    assert "4.0 times as fast" in told
    asked.clear()
    written(decoder, ids(4), 3)
    assert set(asked) == {"one"}


def test_what_is_not_faster_is_not_used(decoder: LlamaDecoder) -> None:
    told = graphs.fit(decoder, as_it_is, ROOMS, clock=favouring(decoder, faster=False))
    assert "not faster here" in told
    assert decoder.replay is None


def test_what_chooses_other_tokens_is_not_used(
    decoder: LlamaDecoder, caplog: pytest.LogCaptureFixture
) -> None:
    def forgetful(
        query: Tensor, keys: Tensor, values: Tensor, mask: Tensor, scale: float
    ) -> Tensor:
        return values[:, :1].expand_as(query)

    with caplog.at_level(logging.WARNING):
        told = graphs.fit(decoder, as_it_is, ROOMS, (Way(forgetful),), favouring(decoder))
    assert "would change answers" in told
    assert decoder.replay is None
    assert len(caplog.records) == 1


def test_a_card_that_cannot_record_costs_one_line_and_no_answer(
    decoder: LlamaDecoder, caplog: pytest.LogCaptureFixture
) -> None:
    expected = written(decoder, ids(5), 20)

    def fails(step: Step) -> Step:
        raise RuntimeError("operation not permitted when stream is capturing\nmore lines")

    with caplog.at_level(logging.WARNING):
        told = graphs.fit(decoder, fails, ROOMS)
    assert "cannot repeat a recorded step" in told
    assert [record.getMessage() for record in caplog.records] == [
        "Steps cannot be recorded: operation not permitted when stream is capturing"
    ]
    assert decoder.replay is None
    assert written(decoder, ids(5), 20) == expected


def test_only_a_decoder_on_a_card_is_equipped(decoder: LlamaDecoder) -> None:
    assert graphs.equip(decoder) == ""
    assert decoder.replay is None


def test_a_model_that_holds_less_than_a_room_has_none(decoder: LlamaDecoder) -> None:
    decoder.limit = 8
    assert graphs.fit(decoder, as_it_is, ROOMS) == ""
    assert decoder.replay is None


@pytest.mark.parametrize(
    "error", [RuntimeError("no kernel image is available"), CalledProcessError(1, ["gcc"])]
)
def test_one_way_that_fails_leaves_the_others(
    decoder: LlamaDecoder, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def broken(*given: object) -> Tensor:
        raise error

    ways = (Way(broken), Way(in_one))
    with caplog.at_level(logging.WARNING):
        told = graphs.fit(decoder, as_it_is, ROOMS, ways, favouring(decoder))
    assert "times as fast" in told
    assert not caplog.records


def test_what_cannot_be_built_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert compiled() is None
