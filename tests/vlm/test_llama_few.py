from __future__ import annotations

from typing import Any

import pytest
import torch

from tests import tiny
from vlm.decoder import text_model
from vlm.llama import LlamaDecoder
from vlm.llama_few import MOST
from vlm.products import can_int8


@pytest.fixture(autouse=True)
def alone(one_thread: None) -> None:
    """Compute on one thread."""


def read(decoder: LlamaDecoder, count: int, before: int = 9) -> tuple[torch.Tensor, torch.Tensor]:
    """Return all logits of a few tokens after others, and the keys and values."""
    ids = torch.arange(before + count) * 7 % decoder.vocabulary
    with torch.inference_mode():
        sequence = decoder.start()
        if before:
            decoder.extend(sequence, decoder.embed(ids[:before]))
        rows = decoder.extend_all(sequence, decoder.embed(ids[before:]))
    return rows, sequence.first(before + count)


@pytest.mark.parametrize("before", [0, 9])
@pytest.mark.parametrize("count", [2, 20, MOST])
@pytest.mark.parametrize("kind", ["marked", "idefics3"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_few_tokens_are_read_in_one_call_and_as_layer_by_layer(
    kind: tiny.Kind, count: int, before: int, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vlm.products.PAYS", 0.0 if packed else float("inf"))
    decoder = LlamaDecoder(text_model(tiny.build(kind)[0]))
    assert {weight.is_mkldnn for layer in decoder.layers for weight in layer.ready} == {packed}
    found = read(decoder, count, before)
    layers: list[int] = []
    decoder.between = lambda: layers.append(1)  # whoever may stop between layers needs them
    expected = read(decoder, count, before)
    assert len(layers) == len(decoder.layers) * (2 if before else 1)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_only_a_few_and_only_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = LlamaDecoder(text_model(tiny.build("marked")[0]))
    usual, counts = decoder.few, list[int]()
    assert usual is not None

    def counted(x: torch.Tensor, *rest: Any) -> torch.Tensor:
        counts.append(len(x))
        return usual(x, *rest)

    monkeypatch.setattr(decoder, "few", counted)
    read(decoder, MOST, 0)
    read(decoder, MOST + 1, 0)
    read(decoder, 1, 0)
    assert counts == [MOST]
    if can_int8():
        undo = decoder.shrink()
        read(decoder, 5, 0)
        assert counts == [MOST]
        undo()
        read(decoder, 5, 0)
        assert counts == [MOST, 5]


def test_a_large_model_holds_its_weights_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vlm.llama.TWICE", 1000)
    decoder = LlamaDecoder(text_model(tiny.build("marked")[0]))
    assert decoder.few is None
    for layer, weights in zip(decoder.layers, decoder.weights, strict=True):
        assert all(one is other for one, other in zip(layer.ready, weights, strict=True))
