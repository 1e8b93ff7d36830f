"""An adapter goes into a model's weights and comes out again, without a second reading."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText

from tests import tiny
from tests.drawn import DrawnPages
from tests.vlm.answering import Checkpoint, answered, last, question
from vlm import adapters, loader, weight_files
from vlm.cancel import returned
from vlm.device import Placement
from vlm.engine import Engine
from vlm.errors import AdapterMismatch, ModelIncomplete
from vlm.loader import LoadedModel
from vlm.protocol import Failed, Load, Loaded
from vlm.weight_files import Weights

EXACT = Placement("cpu", torch.float32, torch.float32, "For comparison.")
MIXED = Placement("cpu", torch.float32, torch.bfloat16, "As on many processors.")
TEXT = r".*text_model.*\.(q_proj|v_proj|down_proj)"
BOTH = r".*(text_model|vision_model).*\.(q_proj|v_proj|fc1)"
IDS = torch.arange(5, 25)[None]


def made(folder: Path, base: Path, seed: int, **settings: Any) -> Path:
    """Save an adapter of which every weight was moved."""
    model: Any = AutoModelForImageTextToText.from_pretrained(str(base), local_files_only=True)
    kept: dict[str, Any] = {"r": 4, "lora_alpha": 8, "target_modules": TEXT, **settings}
    tuned = get_peft_model(model, LoraConfig(**kept))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in tuned.parameters():
            if weight.requires_grad:
                weight.add_(torch.randn(weight.shape, generator=generator), alpha=0.2)
    tuned.save_pretrained(str(folder), save_embedding_layers=False)
    return folder


def loaded(base: Path, adapter: Path | None = None, placement: Placement = EXACT) -> LoadedModel:
    return returned(loader.load(base, str(adapter) if adapter else None, placement))


def state(found: LoadedModel) -> dict[str, torch.Tensor]:
    """Return what the model answers with, and all it answers from."""
    pixels = torch.linspace(-1, 1, 3 * 64 * 64).view(1, 1, 3, 64, 64)
    inputs = {"pixel_values": pixels, "pixel_attention_mask": torch.ones(1, 1, 64, 64).bool()}
    with torch.no_grad():
        seen = found.family.encode(found.model, inputs)
        logits = found.model(input_ids=IDS).logits
    return {"seen": seen, "logits": logits, **dict(found.model.named_parameters())}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    "settings",
    [
        {"use_dora": False},
        {"use_dora": True},
        {"use_rslora": True},
        {"rank_pattern": {"q_proj": 2}, "alpha_pattern": {"layers.1.mlp.down_proj": 32}},
        {"target_modules": ["q_proj", "down_proj"]},
        {"target_modules": ["embed_tokens", "v_proj"]},
        {"modules_to_save": ["connector"]},
        {"target_modules": BOTH, "bias": "all", "use_dora": True},
    ],
    ids=str,
)
def test_what_it_makes_of_the_weights_is_what_peft_makes(
    checkpoint: Checkpoint, tmp_path: Path, settings: dict[str, Any]
) -> None:
    base = checkpoint("idefics2")
    folder = made(tmp_path / "tuned", base, 3, **settings)
    fresh: Any = AutoModelForImageTextToText.from_pretrained(str(base), local_files_only=True)
    plain = {name: weight.detach().clone() for name, weight in fresh.named_parameters()}
    theirs = PeftModel.from_pretrained(fresh, str(folder)).merge_and_unload().eval()
    expected = dict(theirs.named_parameters())
    moved = 0
    for name, weight in loaded(base, folder).model.named_parameters():
        torch.testing.assert_close(weight, expected[name].detach(), rtol=1e-5, atol=1e-6)
        moved += not torch.equal(weight, plain[name])
    assert moved > 1


@pytest.mark.parametrize("placement", [EXACT, MIXED], ids=["float32", "mixed"])
def test_one_after_the_other_is_bit_by_bit_as_loaded_afresh(
    checkpoint: Checkpoint, tmp_path: Path, placement: Placement
) -> None:
    base = checkpoint("marked")
    one = made(tmp_path / "one", base, 1, use_dora=True, modules_to_save=["connector"])
    two = made(tmp_path / "two", base, 2, target_modules=BOTH, use_dora=True)
    afresh = {a: loaded(base, a, placement) for a in (None, one, two)}
    states = {a: state(found) for a, found in afresh.items()}
    assert not same(states[None], states[one])
    assert not same(states[one], states[two])
    found = loaded(base, one, placement)
    for adapter in (two, None, one, one, None, two):
        found.family.decoder(found.model)  # lays the weights out anew, as in the engine
        found = returned(loader.switch(found, str(adapter) if adapter else None))
        assert same(state(found), states[adapter])
        assert found.key == afresh[adapter].key
        assert found.info == afresh[adapter].info


def test_only_an_adapter_of_the_encoder_makes_pages_look_different(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    base = checkpoint("marked")
    text = made(tmp_path / "text", base, 1)
    eyes = made(tmp_path / "eyes", base, 2, target_modules=BOTH)
    joint = made(tmp_path / "joint", base, 2, modules_to_save=["connector"])
    found = {a: loaded(base, a) for a in (None, text, eyes, joint)}
    assert found[text].sees == found[None].sees
    assert len({one.sees for one in found.values()}) == 3
    assert len({one.key for one in found.values()}) == 4


@pytest.fixture
def engine() -> Callable[[Path], Engine]:
    def start(base: Path) -> Engine:
        answerer = Engine(DrawnPages(), 2**26, lambda _: EXACT)
        assert isinstance(last(answerer.load(Load(1, str(base)), threading.Event())), Loaded)
        return answerer

    return start


def wear(answerer: Engine, base: Path, adapter: Path | None) -> object:
    load = Load(2, str(base), str(adapter) if adapter else None)
    return last(answerer.load(load, threading.Event()))


ASKED = question("What is the total?", splitting=False)


def test_the_engine_changes_the_adapter_and_reads_no_weights_of_the_base(
    checkpoint: Checkpoint,
    tmp_path: Path,
    engine: Callable[[Path], Engine],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = checkpoint("marked")
    one, two = made(tmp_path / "one", base, 1), made(tmp_path / "two", base, 2, use_dora=True)
    texts: dict[Path | None, str] = {}
    for adapter in (None, one, two):
        answerer = Engine(DrawnPages(), 2**26, lambda _: EXACT)
        wear(answerer, base, adapter)
        texts[adapter] = answered(answerer, ASKED).text
    assert len(set(texts.values())) == 3
    answerer = engine(base)
    read: list[Path] = []
    header = weight_files.read

    def noted(path: Path) -> Weights:
        read.append(path)
        return header(path)

    monkeypatch.setattr(weight_files, "read", noted)
    monkeypatch.setattr(AutoModelForImageTextToText, "from_pretrained", None)
    assert answered(answerer, ASKED).text == texts[None]
    for adapter in (one, two, None, two):
        event = wear(answerer, base, adapter)
        assert isinstance(event, Loaded)
        assert event.model.adapter == (str(adapter) if adapter else None)
        found = answered(answerer, ASKED)
        assert (found.text, found.adapter) == (texts[adapter], event.model.adapter)
        assert found.timings.encode == 0.0, "the encoder is the same, so are its features"
    assert not [path for path in read if path.is_relative_to(base)]


def test_an_adapter_that_does_not_fit_leaves_the_one_before_in_place(
    checkpoint: Checkpoint, tmp_path: Path, engine: Callable[[Path], Engine]
) -> None:
    base = checkpoint("marked")
    good, other = made(tmp_path / "good", base, 1), made(tmp_path / "other", base, 2)
    weights = load_file(other / adapters.WEIGHTS)
    wider = {name: torch.zeros(weight.shape[0], 99) for name, weight in weights.items()}
    save_file(wider, other / adapters.WEIGHTS)
    answerer = engine(base)
    wear(answerer, base, good)
    before = answered(answerer, ASKED)
    for wrong in (other, tmp_path / "nowhere"):
        event = wear(answerer, base, wrong)
        assert isinstance(event, Failed)
        assert event.code == AdapterMismatch.code
        after = answered(answerer, ASKED)
        assert (after.text, after.adapter) == (before.text, str(good))


def test_going_back_to_the_base_after_a_refusal_reads_nothing(
    checkpoint: Checkpoint,
    tmp_path: Path,
    engine: Callable[[Path], Engine],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = checkpoint("marked")
    answerer = engine(base)
    before = answered(answerer, ASKED).text
    monkeypatch.setattr(AutoModelForImageTextToText, "from_pretrained", None)
    assert isinstance(wear(answerer, base, tmp_path / "nowhere"), Failed)
    assert isinstance(wear(answerer, base, None), Loaded)
    assert answered(answerer, ASKED).text == before


def test_a_model_that_became_another_is_read_again(
    tmp_path: Path, one_thread: None, engine: Callable[[Path], Engine]
) -> None:
    base = tiny.save("marked", tmp_path / "base", seed=1)
    tuned = made(tmp_path / "tuned", base, 1)
    answerer = engine(base)
    tiny.save("marked", base, seed=2)
    wear(answerer, base, tuned)
    again = engine(base)
    wear(again, base, tuned)
    assert answered(answerer, ASKED).text == answered(again, ASKED).text


def test_without_memory_for_a_copy_the_base_is_read_again(
    checkpoint: Checkpoint,
    tmp_path: Path,
    engine: Callable[[Path], Engine],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = checkpoint("marked")
    tuned = made(tmp_path / "tuned", base, 1)
    answerer = engine(base)
    plain = answered(answerer, ASKED).text
    monkeypatch.setattr(adapters, "KEPT_SHARE", 0.0)
    wear(answerer, base, tuned)
    assert answered(answerer, ASKED).text != plain
    assert isinstance(wear(answerer, base, None), Loaded)
    assert answered(answerer, ASKED).text == plain


def test_a_fault_in_the_middle_leaves_the_base_as_it_was(
    checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = checkpoint("marked")
    tuned = made(tmp_path / "tuned", base, 1)
    found = loaded(base)
    before = {name: weight.clone() for name, weight in state(found).items()}
    fitted = adapters.fit(found.model, tuned)
    changed, left = adapters._changed, [2]  # pyright: ignore[reportPrivateUsage]

    def short(*arguments: Any) -> torch.Tensor:
        left[0] -= 1
        if left[0] < 0:
            raise MemoryError
        return changed(*arguments)

    monkeypatch.setattr(adapters, "_changed", short)
    with pytest.raises(MemoryError):
        adapters.put_on(found.model, fitted)
    assert same(state(found), before)


def _drop(name: str) -> Callable[[dict[str, torch.Tensor]], None]:
    def change(weights: dict[str, torch.Tensor]) -> None:
        for key in [key for key in weights if name in key]:
            del weights[key]

    return change


def _add(name: str) -> Callable[[dict[str, torch.Tensor]], None]:
    def change(weights: dict[str, torch.Tensor]) -> None:
        weights[name] = torch.zeros(4)

    return change


@pytest.mark.parametrize(
    "change",
    [
        _drop("layers.1.self_attn.v_proj"),
        _drop("lora_magnitude_vector"),
        _drop("layers.0.self_attn.q_proj.lora_B"),
        _drop(""),
        _add("base_model.model.model.text_model.norm.weight"),
        _add("something"),
        _add("base_model.model.model.text_model.layers.0.self_attn.q_proj.lora_B.bias"),
    ],
)
def test_an_adapter_that_lacks_something_or_brings_more_is_refused(
    checkpoint: Checkpoint, tmp_path: Path, change: Callable[[dict[str, torch.Tensor]], None]
) -> None:
    base = checkpoint("marked")
    folder = made(tmp_path / "tuned", base, 1, use_dora=True)
    weights = load_file(folder / adapters.WEIGHTS)
    change(weights)
    save_file(weights, folder / adapters.WEIGHTS)
    with pytest.raises(AdapterMismatch, match="another model"):
        adapters.fit(tiny.build("marked")[0], folder)


def test_settings_of_the_wrong_kind_are_refused(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = made(tmp_path / "tuned", checkpoint("marked"), 1)
    settings = json.loads((folder / adapters.CONFIG).read_text())
    strange: list[tuple[str, Any]] = [("r", "many"), ("rank_pattern", {"(": 3})]
    strange += [("target_modules", 7), ("rank_pattern", [4]), ("r", float("inf"))]
    endless = r"(.*)(.*)(.*)(.*)(.*)(.*)\1\2[0-9]"  # takes years
    strange += [("target_modules", endless), ("rank_pattern", {endless: 3})]
    for key, value in strange:
        (folder / adapters.CONFIG).write_text(json.dumps(settings | {key: value}))
        with pytest.raises(AdapterMismatch):
            adapters.fit(tiny.build("marked")[0], folder)


def test_weights_that_the_library_does_not_read_are_refused(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    base = checkpoint("marked")
    file = made(tmp_path / "tuned", base, 1) / adapters.WEIGHTS
    file.write_bytes(file.read_bytes().replace(b'"F32"', b'"X32"'))
    with pytest.raises(AdapterMismatch, match="damaged"):
        adapters.fit(tiny.build("marked")[0], file.parent)


def test_a_model_whose_weights_the_library_does_not_read_is_refused(tmp_path: Path) -> None:
    file = tiny.save("marked", tmp_path / "m") / "model.safetensors"
    file.write_bytes(file.read_bytes().replace(b'"F32"', b'"X32"'))
    with pytest.raises(ModelIncomplete, match="cannot be loaded"):
        loaded(file.parent)
