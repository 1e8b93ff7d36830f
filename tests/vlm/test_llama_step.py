from __future__ import annotations

from typing import Any

import pytest
import torch

from tests import tiny
from vlm import llama_few, llama_step
from vlm.decoder import text_model
from vlm.llama import LlamaDecoder
from vlm.llama_step import normed, scripted, step, write
from vlm.products import can_int8


@pytest.fixture(autouse=True)
def alone(one_thread: None) -> None:
    """Compute on one thread."""


def written(decoder: LlamaDecoder, tokens: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the logits of tokens one by one after a prompt, and the keys and values."""
    ids = torch.arange(9, 29)
    with torch.inference_mode():
        sequence = decoder.start()
        decoder.extend(sequence, decoder.embed(ids))
        rows = [decoder.extend(sequence, decoder.embed(one[None])) for one in ids[:tokens]]
    return torch.stack(rows), sequence.first(sequence.length)


@pytest.mark.parametrize("reduced", [False, True])
def test_without_sources_the_same_is_computed_call_by_call(
    monkeypatch: pytest.MonkeyPatch, reduced: bool
) -> None:
    model, _ = tiny.build("marked")
    fast = LlamaDecoder(text_model(model))
    if reduced:
        fast.shrink()

    def no_sources(_: Any) -> Any:
        raise OSError("could not get source code")

    calls = (*scripted(), llama_few.scripted())
    assert all(isinstance(one, torch.jit.ScriptFunction) for one in calls)
    with monkeypatch.context() as here:
        here.setattr(torch.jit, "script", no_sources)
        scripted.cache_clear()
        llama_few.scripted.cache_clear()
        slow = LlamaDecoder(text_model(model))
        if reduced:
            slow.shrink()
        assert (scripted(), llama_few.scripted()) == ((step, write, normed), llama_few.read)
    scripted.cache_clear()
    llama_few.scripted.cache_clear()
    tolerance = 1e-1 if reduced else 1e-4  # in 8 bits a rounding may fall to the other side
    for found, expected in zip(written(fast), written(slow), strict=True):
        torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)


def test_a_token_is_computed_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = LlamaDecoder(text_model(tiny.build("idefics3")[0]))
    places: list[int] = []
    usual = llama_step.OneToken.__call__

    def counted(self: Any, x: Any, buffer: Any, place: int, *angles: Any) -> torch.Tensor:
        places.append(place)
        return usual(self, x, buffer, place, *angles)

    monkeypatch.setattr(llama_step.OneToken, "__call__", counted)
    written(decoder, tokens=3)
    assert places == [20, 21, 22]


@pytest.mark.skipif(not can_int8(), reason="this build has no 8-bit products")
def test_a_large_model_in_8_bits_holds_one_layout_and_writes_the_same() -> None:
    model, _ = tiny.build("marked")
    large, small = LlamaDecoder(text_model(model)), LlamaDecoder(text_model(model))
    expected, _ = written(small)
    large.small = False
    large.shrink()
    found, _ = written(large)
    assert not torch.equal(found, expected)
    assert (found - expected).norm() / expected.norm() < 0.2  # without VNNI, rows have 7 bits
