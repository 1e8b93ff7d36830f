from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
import torch
from accelerate import dispatch_model
from torch import Tensor

from tests import tiny
from vlm import cards, llama, loader
from vlm.cards import SEES, Seat
from vlm.decoder import Decoder, StockDecoder, text_model
from vlm.device import Placement

Checkpoint = Callable[[tiny.Kind], Path]
GIB = 2**30
CARD = Placement("cuda", torch.bfloat16, torch.bfloat16, "A card computes in bfloat16.")
CPU = Placement("cpu", torch.float32, torch.float32, "No GPU.")


def machine(monkeypatch: pytest.MonkeyPatch, *sizes: int) -> None:
    """Pretend that this machine has cards of these sizes."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(sizes))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(sizes))
    monkeypatch.setattr(cards, "sizes", lambda: sizes)


def where(*names: str) -> tuple[Seat, ...]:
    return tuple(Seat(((SEES, name),)) for name in names)


def test_one_engine_on_each_card_and_one_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(SEES, raising=False)
    machine(monkeypatch)
    assert cards.seats("auto", None, 10**9) == (Seat(),)
    machine(monkeypatch, 80 * GIB)
    assert cards.seats("auto", None, 10**9) == (Seat(),)
    machine(monkeypatch, 80 * GIB, 80 * GIB)
    assert cards.seats("auto", None, 10**9) == where("0", "1")
    assert cards.seats("cpu", None, 10**9) == (Seat(),)
    assert cards.seats("auto", 3, 10**9) == where("0", "1", "0")
    assert cards.seats("auto", 1, 10**9) == (Seat(),)


def test_only_cards_that_this_process_may_use_are_given_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine(monkeypatch, 80 * GIB, 80 * GIB)
    monkeypatch.setenv(SEES, "5, GPU-8a1c")
    assert cards.seats("cuda", None, 10**9) == where("5", "GPU-8a1c")


def test_a_large_model_gets_several_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SEES, raising=False)
    sizes = (24 * GIB,) * 5
    names = tuple("01234")
    assert cards.groups(names, sizes, 40 * GIB) == ("0,1", "2,3")
    assert cards.groups(names, sizes, 500 * GIB) == ("0,1,2,3,4",)
    machine(monkeypatch, *sizes)
    weights = 15 * 10**9
    assert cards.seats("auto", None, weights) == where("0,1", "2,3")


def test_processors_are_shared_among_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert cards.seats("cpu", 3, 10**9) == (Seat((("OMP_NUM_THREADS", "2"),)),) * 3


def test_a_model_is_laid_over_cards_only_where_it_must_and_can() -> None:
    two = {0: 20 * GIB, 1: 20 * GIB}
    assert cards.over_several(10 * GIB, two) is None
    assert cards.over_several(30 * GIB, {0: 20 * GIB}) is None
    assert cards.over_several(39 * GIB, two) is None, "nothing would be left to compute in"
    room = cards.over_several(30 * GIB, two)
    assert room == {0: 18 * GIB, 1: 18 * GIB}


def test_nothing_is_free_where_there_are_no_cards() -> None:
    if not torch.cuda.is_available():
        assert cards.free_bytes() == {}


def test_a_model_laid_over_cards_says_so_and_leaves_none_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(SEES, raising=False)
    machine(monkeypatch, 24 * GIB, 24 * GIB)
    free = {0: 23 * GIB, 1: 23 * GIB}
    monkeypatch.setattr(cards, "free_bytes", lambda: free)
    assert cards.lay_out(10**9, CARD) == (CARD, {})
    assert cards.lay_out(15 * 10**9, CPU) == (CPU, {})
    placement, given = cards.lay_out(15 * 10**9, CARD)
    assert given["device_map"] == "auto"
    assert set(given["max_memory"]) == {0, 1}, "the processor's memory is not for weights"
    assert "2 graphics cards" in placement.reason
    assert cards.elsewhere(CARD, laid_out=False) == ("1",)
    assert cards.elsewhere(placement, laid_out=True) == ()
    assert cards.elsewhere(CPU, laid_out=False) == ()


def tokens(decoder: Decoder) -> list[int]:
    with torch.inference_mode():
        sequence = decoder.start()
        found: list[int] = []
        logits: Tensor = decoder.extend(sequence, decoder.embed(torch.arange(5, 25)))
        for _ in range(8):
            found.append(int(logits.argmax()))
            logits = decoder.extend(sequence, decoder.embed(torch.tensor(found[-1:])))
        return found


def in_parts() -> dict[str, str | int | torch.device]:
    """Lay one layer in the other place that there is without a second card."""
    text = "model.text_model"
    parts = ["model.vision_model", "model.connector", f"{text}.embed_tokens", f"{text}.layers.0"]
    parts += [f"{text}.norm", f"{text}.rotary_emb", "lm_head"]
    where: dict[str, str | int | torch.device] = dict.fromkeys(parts, "cpu")
    where[f"{text}.layers.1"] = "disk"
    return where


def test_a_model_in_parts_that_accelerate_joins_writes_the_same(tmp_path: Path) -> None:
    model, _ = tiny.build("idefics3")
    expected = tokens(StockDecoder(text_model(model)))
    model = dispatch_model(model, in_parts(), offload_dir=tmp_path, skip_keys="past_key_values")
    decoder = llama.fast(text_model(model))
    assert isinstance(decoder, StockDecoder), "weights in several places cannot be stacked"
    assert tokens(decoder) == expected


def finished(steps: Generator[str, None, loader.LoadedModel]) -> loader.LoadedModel:
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            loaded: loader.LoadedModel = ended.value
            return loaded


def test_what_accelerate_is_told_reaches_it(
    checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Placement("cpu", torch.float32, torch.float32, "It lies on several cards.")
    given = {"device_map": in_parts(), "offload_folder": str(tmp_path)}
    monkeypatch.setattr(cards, "lay_out", lambda weights, placement: (told, given))
    found = finished(loader.load(checkpoint("idefics3"), None, CPU))
    assert found.info.reason == told.reason
    assert found.model.hf_device_map == in_parts()
    monkeypatch.undo()
    whole = finished(loader.load(checkpoint("idefics3"), None, CPU))
    assert tokens(found.family.decoder(found.model)) == tokens(whole.family.decoder(whole.model))
