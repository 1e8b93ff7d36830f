from __future__ import annotations

from typing import Any

import pytest
import torch

from tests import tiny
from vlm import llama
from vlm.decoder import StockDecoder, merge, text_model
from vlm.llama import LlamaDecoder
from vlm.products import can_int8


@pytest.fixture(autouse=True)
def alone(one_thread: None) -> None:
    """Compute on one thread."""


def logits(decoder: Any, pieces: list[int], seed: int = 3) -> torch.Tensor:
    """Extend a sequence by pieces of these lengths; return the last logits."""
    ids = torch.randint(0, 200, (sum(pieces),), generator=torch.Generator().manual_seed(seed))
    sequence = decoder.start()
    start, found = 0, torch.empty(0)
    with torch.inference_mode():
        for count in pieces:
            found = decoder.extend(sequence, decoder.embed(ids[start : start + count]))
            start += count
    assert sequence.length == start
    return found


@pytest.mark.parametrize("pieces", [[1], [7], [300], [5, 1, 1], [40, 13, 1], [1, 700, 2]])
@pytest.mark.parametrize("kind", tiny.KINDS)
def test_logits_are_the_models_own(kind: tiny.Kind, pieces: list[int]) -> None:
    model, _ = tiny.build(kind)
    expected = logits(StockDecoder(text_model(model)), pieces)
    fast = llama.fast(text_model(model))
    assert isinstance(fast, LlamaDecoder)
    torch.testing.assert_close(logits(fast, pieces), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("decoder", [StockDecoder, LlamaDecoder])
def test_a_rewound_sequence_is_as_if_the_rest_had_never_been(decoder: Any) -> None:
    model, _ = tiny.build("marked")
    text = decoder(text_model(model))
    first, other = torch.arange(9, 29), torch.arange(100, 140)
    with torch.inference_mode():
        sequence = text.start()
        text.extend(sequence, text.embed(first))
        text.extend(sequence, text.embed(other))
        sequence.rewind(20)
        assert sequence.length == 20
        again = text.extend(sequence, text.embed(first))
        fresh = text.start()
        expected = text.extend(fresh, text.embed(torch.cat([first, first])))
    torch.testing.assert_close(again, expected, rtol=1e-4, atol=1e-4)
    assert sequence.size_bytes > 0


def test_rewinding_never_lengthens() -> None:
    model, _ = tiny.build("marked")
    text = LlamaDecoder(text_model(model))
    sequence = text.start()
    with torch.inference_mode():
        text.extend(sequence, text.embed(torch.arange(5)))
    sequence.rewind(50)
    assert sequence.length == 5


def test_the_model_itself_still_works_and_shares_its_weights() -> None:
    model, _ = tiny.build("idefics3")
    before = logits(StockDecoder(text_model(model)), [6, 1])
    sizes = sum(weight.numel() for weight in model.parameters())
    decoder = llama.fast(text_model(model))
    torch.testing.assert_close(
        logits(StockDecoder(text_model(model)), [6, 1]), before, rtol=1e-4, atol=1e-4
    )
    assert sum(weight.numel() for weight in model.parameters()) == sizes
    layer = model.model.text_model.layers[0]
    assert isinstance(decoder, LlamaDecoder)
    stacked = decoder.weights[0][0]
    memory = layer.self_attn.k_proj.weight.untyped_storage().data_ptr()
    assert memory == stacked.untyped_storage().data_ptr()


def test_threads_are_as_before_afterwards() -> None:
    model, _ = tiny.build("marked")
    text = LlamaDecoder(text_model(model))
    torch.set_num_threads(2)
    try:
        with torch.inference_mode():
            text.extend(text.start(), text.embed(torch.arange(5)))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


@pytest.mark.parametrize("kind", ["idefics2", "idefics3"])
def test_another_shape_keeps_the_models_own_modules(kind: tiny.Kind) -> None:
    model, _ = tiny.build(kind)
    model.model.text_model.layers[1].mlp.up_proj.bias = torch.nn.Parameter(torch.ones(1))
    assert not llama.supports(text_model(model))
    model, _ = tiny.build(kind)
    model.model.text_model.config.hidden_act = "gelu"
    assert not llama.supports(text_model(model))


def test_a_result_that_differs_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = tiny.build("marked")
    monkeypatch.setattr(llama, "angles_of", _no_angles)
    assert isinstance(llama.fast(text_model(model)), StockDecoder)


def _no_angles(_rotary: Any, _like: Any, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    size = tiny.WIDTH // tiny.HEADS
    return torch.ones(count, size), torch.zeros(count, size)


def test_a_sequence_longer_than_the_window_is_refused() -> None:
    model, _ = tiny.build("marked")
    model.model.text_model.config.sliding_window = 16
    text = LlamaDecoder(text_model(model))
    assert text.limit == 16
    with torch.inference_mode(), pytest.raises(ValueError, match="17 tokens"):
        text.extend(text.start(), text.embed(torch.arange(17)))


def test_features_stand_where_the_image_tokens_were() -> None:
    model, _ = tiny.build("marked")
    text = StockDecoder(text_model(model))
    features = torch.full((2, tiny.WIDTH), 7.0)
    with torch.inference_mode():
        merged = merge(text, torch.tensor([3, 4, 5, 4]), 4, features)
        assert torch.equal(merged[[1, 3]], features)
        assert torch.equal(merged[[0, 2]], text.embed(torch.tensor([3, 5])))
        with pytest.raises(ValueError, match="2 image tokens but 1 features"):
            merge(text, torch.tensor([4, 4]), 4, features[:1])


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_all_positions_have_the_logits_of_one_by_one(kind: tiny.Kind) -> None:
    model, _ = tiny.build(kind)
    text = LlamaDecoder(text_model(model))
    ids = torch.arange(9, 20)
    with torch.inference_mode():
        together, alone = text.start(), text.start()
        text.extend(together, text.embed(ids[:4]))
        text.extend(alone, text.embed(ids[:4]))
        found = text.extend_all(together, text.embed(ids[4:]))
        each = [text.extend(alone, text.embed(one[None])) for one in ids[4:]]
    assert together.length == alone.length == len(ids)
    torch.testing.assert_close(found, torch.stack(each), rtol=1e-4, atol=1e-4)


@pytest.mark.skipif(not can_int8(), reason="this build has no 8-bit products")
def test_8_bits_are_close_and_leave_the_model_as_it_was() -> None:
    model, _ = tiny.build("marked")
    text = LlamaDecoder(text_model(model))
    expected = logits(text, [40, 1, 5])
    text.shrink()
    found = logits(text, [40, 1, 5])
    assert not torch.equal(found, expected)
    assert (found - expected).norm() / expected.norm() < 0.2  # without VNNI, rows have 7 bits
    stock = logits(StockDecoder(text_model(model)), [40, 1, 5])
    torch.testing.assert_close(stock, expected, rtol=1e-4, atol=1e-4)
