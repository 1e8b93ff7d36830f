from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText

from tests import tiny
from vlm import adapters, loader, paths
from vlm.cancel import returned
from vlm.device import Placement
from vlm.errors import AdapterMismatch, DeskError, ModelIncomplete, ModelUnsupported, OutOfMemory

Checkpoint = Callable[[tiny.Kind], Path]
EXACT = Placement("cpu", torch.float32, torch.float32, "For comparison.")
TARGETS = r".*text_model.*\.(q_proj|v_proj|down_proj)"


def loaded(folder: Path, adapter: str | None = None, placement: Placement = EXACT) -> Any:
    return returned(loader.load(folder, adapter, placement))


@pytest.fixture
def copy(checkpoint: Checkpoint, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(checkpoint("marked"), folder)
    return folder


def read(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "config.json").read_text()))


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_what_is_loaded_says_what_it_is(checkpoint: Checkpoint, kind: tiny.Kind) -> None:
    found = loaded(checkpoint(kind))
    families = {"idefics3": "Idefics3", "smolvlm": "SmolVLM"}
    assert found.info.family == families.get(kind, "Idefics2")
    assert found.info.parameters == sum(p.numel() for p in tiny.build(kind)[0].parameters())
    assert (found.info.device, found.info.dtype, found.info.small) == ("cpu", "float32", False)
    assert found.info.reason == EXACT.reason
    assert not found.model.training
    assert not any(weight.requires_grad for weight in found.model.parameters())


def test_the_encoder_may_look_in_another_format(checkpoint: Checkpoint) -> None:
    mixed = Placement("cpu", torch.float32, torch.bfloat16, "Because.")
    model = loaded(checkpoint("marked"), placement=mixed).model
    assert {weight.dtype for weight in model.model.vision_model.parameters()} == {torch.bfloat16}
    assert {weight.dtype for weight in model.model.connector.parameters()} == {torch.bfloat16}
    assert {weight.dtype for weight in model.model.text_model.parameters()} == {torch.float32}


def _lose_a_tensor(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    weights.pop(next(name for name in weights if "resampler.latents" in name))
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def _shrink_a_tensor(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if "down_proj" in name)
    weights[name] = weights[name][:, :3].contiguous()
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def _ask_for_more(folder: Path) -> None:
    config = read(folder)
    config["text_config"]["num_hidden_layers"] = 300
    (folder / "config.json").write_text(json.dumps(config))


def _no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")


def _no_processor(folder: Path) -> None:
    (folder / "processor_config.json").unlink()


def _cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def _nonsense_heads(folder: Path) -> None:
    config = read(folder)
    config["text_config"]["num_attention_heads"] = 7
    (folder / "config.json").write_text(json.dumps(config))


def _word_for_a_number(folder: Path) -> None:
    config = read(folder)
    config["text_config"]["rms_norm_eps"] = "small"
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    "spoil",
    [
        _lose_a_tensor,
        _shrink_a_tensor,
        _ask_for_more,
        _no_tokenizer,
        _no_processor,
        _cut,
        _nonsense_heads,
        _word_for_a_number,
    ],
)
def test_an_incomplete_model_is_refused_with_a_sentence(
    copy: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(copy)
    with pytest.raises(ModelIncomplete) as found:
        loaded(copy)
    assert str(copy) in str(found.value)


def test_code_in_the_folder_is_never_run(copy: Path) -> None:
    (copy / "evil.py").write_text("raise SystemExit('ran')")
    config = read(copy) | {"auto_map": {"AutoConfig": "evil.Config"}}
    (copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelIncomplete, match="program code"):
        loaded(copy)


def test_another_type_of_model_is_unsupported(copy: Path) -> None:
    (copy / "config.json").write_text(json.dumps(read(copy) | {"model_type": "clip"}))
    with pytest.raises(
        ModelUnsupported, match="'clip', which .* not run. It runs BLIP-2, .*SmolVLM"
    ):
        loaded(copy)


def test_a_model_that_cannot_fit_is_not_read(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vlm.device.free_bytes", lambda _: 1000)
    monkeypatch.setattr(AutoModelForImageTextToText, "from_pretrained", None)
    with pytest.raises(OutOfMemory):
        loaded(checkpoint("marked"))


def adapter(folder: Path, checkpoint: Path, dora: bool, seed: int = 5) -> Path:
    """Train nothing, but save an adapter whose weights are not zero."""
    base: Any = AutoModelForImageTextToText.from_pretrained(str(checkpoint), local_files_only=True)
    config = LoraConfig(r=4, lora_alpha=8, target_modules=TARGETS, use_dora=dora)
    tuned = get_peft_model(base, config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in tuned.named_parameters():
            if "lora_B" in name:
                weight.normal_(0, 0.5, generator=generator)
    tuned.save_pretrained(str(folder))
    return folder


@pytest.mark.parametrize("dora", [False, True])
def test_an_adapter_is_merged_and_found_by_name(checkpoint: Checkpoint, dora: bool) -> None:
    from peft import PeftModel

    folder = adapter(paths.data_dir() / "adapters" / "receipts", checkpoint("marked"), dora)
    found = loaded(checkpoint("marked"), "receipts")
    base: Any = AutoModelForImageTextToText.from_pretrained(
        str(checkpoint("marked")), local_files_only=True
    )
    expected = PeftModel.from_pretrained(base, str(folder)).eval()
    ids = torch.arange(20)[None]
    with torch.no_grad():
        theirs = expected(input_ids=ids).logits
        ours = found.model(input_ids=ids).logits
        plain = loaded(checkpoint("marked")).model(input_ids=ids).logits
    torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)
    assert (ours - plain).abs().max() > 0.1
    assert found.info.adapter == "receipts"
    assert found.key != loaded(checkpoint("marked")).key
    assert loaded(checkpoint("marked"), str(folder)).key == found.key


def _no_weights(folder: Path) -> None:
    (folder / adapters.WEIGHTS).rename(folder / "adapter_model.bin")


def _not_lora(folder: Path) -> None:
    settings = json.loads((folder / adapters.CONFIG).read_text())
    (folder / adapters.CONFIG).write_text(json.dumps(settings | {"peft_type": "PREFIX_TUNING"}))


def _damaged(folder: Path) -> None:
    (folder / adapters.CONFIG).write_text("{")


def _other_rank(folder: Path) -> None:
    settings = json.loads((folder / adapters.CONFIG).read_text())
    (folder / adapters.CONFIG).write_text(json.dumps(settings | {"r": 8}))


def _other_names(folder: Path) -> None:
    weights = load_file(folder / adapters.WEIGHTS)
    renamed = {name.replace("text_model", "language_model"): w for name, w in weights.items()}
    save_file(renamed, folder / adapters.WEIGHTS)


def _cut_weights(folder: Path) -> None:
    path = folder / adapters.WEIGHTS
    path.write_bytes(path.read_bytes()[:-50])


@pytest.mark.parametrize(
    "spoil", [_no_weights, _not_lora, _damaged, _other_rank, _other_names, _cut_weights]
)
def test_an_adapter_that_does_not_fit_is_refused(
    checkpoint: Checkpoint, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    folder = adapter(tmp_path / "a1", checkpoint("marked"), dora=False)
    spoil(folder)
    with pytest.raises(DeskError) as found:
        loaded(checkpoint("marked"), str(folder))
    assert isinstance(found.value, AdapterMismatch)


def test_an_adapter_of_another_model_is_refused(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = adapter(tmp_path / "a1", checkpoint("idefics3"), dora=False)
    weights = load_file(folder / adapters.WEIGHTS)
    save_file(dict(list(weights.items())[:2]), folder / adapters.WEIGHTS)
    with pytest.raises(AdapterMismatch, match="another model"):
        loaded(checkpoint("marked"), str(folder))


def test_an_adapter_that_nobody_knows() -> None:
    with pytest.raises(AdapterMismatch, match="no adapter called nobody"):
        adapters.find("nobody")
