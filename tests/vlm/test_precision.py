from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import AutoModelForImageTextToText, BitsAndBytesConfig

from tests import tiny
from tests.vlm.answering import EXACT, NEVER, Checkpoint, answered, in_float32, last, question
from vlm import packed, precision
from vlm.cancel import returned
from vlm.decoder import StockDecoder, text_model
from vlm.device import Placement
from vlm.engine import Engine
from vlm.llama import LlamaDecoder
from vlm.loader import load
from vlm.precision import DRIFT, drift, settle
from vlm.products import can_int8
from vlm.protocol import Load, Loaded
from vlm.types import ModelInfo, Precision

pytestmark = pytest.mark.skipif(not can_int8(), reason="this build has no 8-bit products")
GPU = Placement("cuda", torch.bfloat16, torch.bfloat16, "A card computes in bfloat16.")


@pytest.fixture(autouse=True)
def alone(one_thread: None) -> None:
    """Compute on one thread."""


def fresh() -> LlamaDecoder:
    return LlamaDecoder(text_model(tiny.build("marked")[0]))


def gaining(monkeypatch: pytest.MonkeyPatch, gain: float) -> None:
    """Let this machine write so many times as fast in 8 bits."""
    monkeypatch.setattr(precision, "_gain", lambda _: gain)


@pytest.mark.parametrize("wish", ["fast", "8bit"])
def test_8_bits_are_used_when_asked_for_and_never_when_exactness_is(
    monkeypatch: pytest.MonkeyPatch, wish: Precision
) -> None:
    gaining(monkeypatch, 1.3)
    text = fresh()
    assert not settle(text, "exact").reduced
    assert text.exact
    settled = settle(text, wish)
    assert settled.reduced
    assert settled.reason == "Answers are written in 8 bits, as you chose, 1.3 times as fast here."
    assert not text.exact


@pytest.mark.parametrize(
    ("gain", "ahead", "said"),
    [(0.4, 1.0, "no faster"), (1.1, 1.0, "only 1.1 times as fast"), (1.5, 1.5, "no faster")],
)
def test_a_person_who_chose_8_bits_where_they_are_no_faster_is_told_and_gets_exact_answers(
    monkeypatch: pytest.MonkeyPatch, gain: float, ahead: float, said: str
) -> None:
    gaining(monkeypatch, gain)
    monkeypatch.setattr(precision, "look_ahead", lambda _: ahead)
    text = fresh()
    settled = settle(text, "fast")
    assert not settled.reduced
    assert text.exact
    expected = f"8 bits, as you chose, would be {said} on this computer, so answers are exact."
    assert settled.reason == expected


@pytest.mark.parametrize(
    ("gain", "most", "reduced"), [(1.0, 9.0, False), (9.0, 9.0, True), (9.0, 0.0, False)]
)
def test_left_to_itself_8_bits_must_pay_and_change_little(
    monkeypatch: pytest.MonkeyPatch, gain: float, most: float, reduced: bool
) -> None:
    gaining(monkeypatch, gain)
    monkeypatch.setattr(precision, "DRIFT", most)
    text = fresh()
    ids = torch.arange(9, 29)
    with torch.inference_mode():
        before = text.extend(text.start(), text.embed(ids))
        settled = settle(text, "automatic")
        after = text.extend(text.start(), text.embed(ids))
    assert (settled.reduced, text.exact) == (reduced, not reduced)
    assert torch.equal(before, after) != reduced
    assert settled.reason


@pytest.mark.parametrize("small", [True, False])
def test_the_gain_is_measured(small: bool) -> None:
    text = fresh()
    text.small = small
    assert 0 < precision._gain(text) < 100  # pyright: ignore[reportPrivateUsage]


def test_where_8_bits_cannot_be_had_a_person_who_wants_them_is_told() -> None:
    stock = StockDecoder(text_model(tiny.build("marked")[0]))
    assert "exact" in settle(stock, "fast").reason
    assert settle(stock, "automatic").reason == ""


def test_drift_is_zero_for_equal_and_grows() -> None:
    logits = torch.randn(5, 30, generator=torch.Generator().manual_seed(0))
    assert drift(logits, logits + 7) == pytest.approx(0, abs=1e-6)
    assert DRIFT < drift(logits, logits * 2) < drift(logits, logits * 4)


def loaded(answerer: Engine, checkpoint: Checkpoint, wish: Precision) -> ModelInfo:
    event = last(answerer.load(Load(1, str(checkpoint("marked")), precision=wish), NEVER))
    assert isinstance(event, Loaded)
    return event.model


def test_the_person_is_told_and_nothing_kept_is_mixed(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.drawn import DrawnPages

    gaining(monkeypatch, 2.5)
    answerer = Engine(DrawnPages(), 2**24, in_float32)
    assert "8 bits" not in loaded(answerer, checkpoint, "exact").dtype
    exact = answered(answerer, question())
    info = loaded(answerer, checkpoint, "fast")
    assert info.dtype == "float32, writes in 8 bits"
    told = "Answers are written in 8 bits, as you chose, 2.5 times as fast here."
    assert info.reason == f"For comparison. {told}"
    fast = answered(answerer, question())
    assert fast.confidence != exact.confidence
    loaded(answerer, checkpoint, "exact")
    again = answered(answerer, question()).confidence
    assert again == pytest.approx(exact.confidence, rel=1e-4)


def test_a_card_packs_only_what_may_be_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert packed.choose(GPU, "automatic", tuned=False) == (GPU, {})
    cpu = Placement("cpu", torch.float32, torch.float32, "No GPU.")
    assert packed.choose(cpu, "fast", tuned=False) == (cpu, {})
    placement, given = packed.choose(GPU, "fast", tuned=True)
    assert given == {}
    assert "trained version" in placement.reason
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    placement, given = packed.choose(GPU, "fast", tuned=False)
    assert given == {}
    assert "bitsandbytes" in placement.reason


@pytest.mark.parametrize(("card", "packs"), [((9, 0), True), ((7, 0), False)])
def test_a_card_packs_in_8_bits_where_it_can_compute_in_them(
    monkeypatch: pytest.MonkeyPatch, card: tuple[int, int], packs: bool
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: card)
    placement, given = packed.choose(GPU, "8bit", tuned=False)
    assert bool(given) == packs
    assert ("packed in 8 bits" if packs else "too old") in placement.reason
    if packs:
        config = given["quantization_config"]
        assert isinstance(config, BitsAndBytesConfig)
        assert (config.load_in_8bit, config.load_in_4bit) == (True, False)
        assert "vision_model" in (config.llm_int8_skip_modules or ())
        assert packed.SHARES["fast"] < packed.SHARES["8bit"] < 1


@pytest.mark.parametrize("bits", ["4bit", "8bit"])
def test_what_packed_weights_made_of_pages_is_not_taken_for_the_exact_ones(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, bits: str
) -> None:
    exact = returned(load(checkpoint("marked"), None, EXACT))
    read: Any = AutoModelForImageTextToText.from_pretrained
    how_packed: dict[str, Any] = {f"load_in_{bits}": True}

    def packing(*given: Any, **how: Any) -> Any:
        both = read(*given, **how)
        both[0].config.quantization_config = BitsAndBytesConfig(**how_packed)
        return both

    monkeypatch.setattr(AutoModelForImageTextToText, "from_pretrained", packing)
    tight = returned(load(checkpoint("marked"), None, EXACT))
    assert tight.key != exact.key
    assert tight.sees != exact.sees
    assert tight.reads != exact.reads
