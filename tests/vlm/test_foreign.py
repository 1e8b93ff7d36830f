"""Models as people find them in other forms: each is refused with what to get instead."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.hub_server import safetensors, tiny_files
from vlm import foreign, safety
from vlm.errors import ModelIncomplete

# How each packer's own tools write it into `config.json`, cut to what tells it.
AWQ = {"quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 128}}
GPTQ = {"quantization_config": {"quant_method": "gptq", "bits": 8, "desc_act": True}}
FP8 = {"quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}
MLX = {"quantization": {"group_size": 64, "bits": 4}}
BNB4 = {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}}
BNB8 = {"quantization_config": {"load_in_8bit": True, "load_in_4bit": False}}
TENSORS = {"quantization_config": {"quant_method": "compressed-tensors", "config_groups": {}}}
NEWER = {"quantization_config": {"quant_method": "quark"}}
INNER = {"text_config": {"quantization_config": {"quant_method": "awq", "w_bit": 4}}}
EMPTY: dict[str, Any] = {"quantization_config": {}}


@pytest.mark.parametrize(
    ("settings", "how"),
    [
        (AWQ, "in 4 bits with AWQ"),
        (GPTQ, "in 8 bits with GPTQ"),
        (FP8, "with FP8"),
        (MLX, "in 4 bits with MLX"),
        (BNB4, "in 4 bits with bitsandbytes"),
        (BNB8, "in 8 bits"),
        (TENSORS, "with compressed-tensors"),
        (NEWER, "with quark"),
        (INNER, "in 4 bits with AWQ"),
        (EMPTY, "small"),
        ({"quantization_config": None}, ""),
        ({"text_config": {"hidden_size": 64}}, ""),
    ],
)
def test_how_weights_were_packed(settings: dict[str, Any], how: str) -> None:
    assert foreign.packing(settings) == how


def model(folder: Path, **changes: Any) -> Path:
    """Write a model's files, with changed settings."""
    folder.mkdir()
    for name, content in tiny_files(1000).items():
        if safety.is_allowed(name):
            (folder / name).write_bytes(content)
    settings = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(settings))
    return folder


def examined(folder: Path) -> None:
    """Look at a folder as is done before a model is loaded."""
    safety.examine(folder)
    safety.require_parts(folder)


def refused(folder: Path) -> str:
    """Return the sentence that refuses a folder."""
    with pytest.raises(ModelIncomplete) as found:
        examined(folder)
    text = str(found.value)
    assert str(folder) in text
    assert text.endswith(".")
    return text


def test_a_whole_model_is_not_refused(tmp_path: Path) -> None:
    examined(model(tmp_path / "m"))


@pytest.mark.parametrize("settings", [AWQ, GPTQ, FP8, MLX, BNB4, TENSORS, INNER, EMPTY])
def test_packed_weights_are_refused(tmp_path: Path, settings: dict[str, Any]) -> None:
    text = refused(model(tmp_path / "m", **settings))
    assert f"was packed {foreign.packing(settings)} by whoever published it" in text
    assert "Get the same model as it was published first" in text


def _no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def _old_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").rename(folder / "tokenizer.model")


def _no_preparing(folder: Path) -> None:
    (folder / "preprocessor_config.json").unlink()


def _adapter_beside(folder: Path) -> None:
    (folder / foreign.ADAPTER).write_text("{}")


def _without_model(folder: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        (folder / name).unlink()


def _adapter_only(folder: Path) -> None:
    _without_model(folder)
    (folder / foreign.ADAPTER).write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(safetensors(100))


def _gguf(folder: Path) -> None:
    _without_model(folder)
    (folder / "model-q4_k_m.gguf").write_bytes(b"GGUF")


def _gguf_with_settings(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-q4_k_m.gguf")


def _makers_own(folder: Path) -> None:
    _without_model(folder)
    (folder / "consolidated.safetensors").write_bytes(safetensors(100))
    (folder / "params.json").write_text("{}")


def _onnx(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "onnx").mkdir()
    (folder / "onnx" / "decoder_model_merged_q4.onnx").write_bytes(b"onnx")


def _for_mlx(folder: Path) -> None:
    weights = {"w": {"dtype": "U8", "shape": [2, 2], "data_offsets": [0, 4]}}
    header = json.dumps({"__metadata__": {"format": "mlx"}} | weights).encode()
    whole = struct.pack("<Q", len(header)) + header + bytes(4)
    (folder / "model.safetensors").write_bytes(whole)


def _pickles(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("spoil", "what", "then"),
    [
        (_no_tokenizer, "no tokenizer.json", "Copy it from the model"),
        (_old_tokenizer, "in an old form only", "with a tokenizer.json"),
        (_no_preparing, "no preprocessor_config.json", "Copy it from the model"),
        (_adapter_beside, "which of the two is meant", "to a folder of their own"),
        (_adapter_only, "on top of another model", "Get the model that it was made for"),
        (_gguf, "GGUF files", "Get the same model as it was published first"),
        (_gguf_with_settings, "GGUF files", "Get the same model as it was published first"),
        (_makers_own, "its maker's own form", "Get the one for transformers"),
        (_onnx, "ONNX files", "Get the same model as it was published first"),
        (_for_mlx, "was made for MLX", "Get the same model as it was published first"),
        (_pickles, "can hide programs", "look for a safetensors version"),
    ],
)
def test_other_forms_are_refused_with_what_to_do(
    tmp_path: Path, spoil: Callable[[Path], None], what: str, then: str
) -> None:
    folder = model(tmp_path / "m")
    spoil(folder)
    text = refused(folder)
    assert what in text
    assert then in text


def test_words_and_merges_are_a_tokenizer_too(tmp_path: Path) -> None:
    folder = model(tmp_path / "m")
    _no_tokenizer(folder)
    (folder / "vocab.json").write_text("{}")
    assert "no tokenizer.json" in refused(folder)
    (folder / "merges.txt").write_text("")
    safety.require_parts(folder)


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"model_type": "internvl_chat"}, "InternVL3-1B-hf"),
        ({"model_type": "florence2", "auto_map": {"AutoModel": "a.B"}}, "florence-community"),
        ({"model_type": "llava", "mm_vision_tower": "clip"}, "llava-hf"),
        ({"model_type": "florence2"}, ""),
        ({"model_type": "qwen2_vl"}, ""),
    ],
)
def test_older_forms_have_a_successor(settings: dict[str, Any], wanted: str) -> None:
    told = foreign.advice(settings)
    assert wanted in told
    assert bool(told) is bool(wanted)


def test_code_is_refused_with_the_form_that_needs_none(tmp_path: Path) -> None:
    mapped = {"auto_map": {"AutoModel": "modeling_internvl_chat.InternVLChatModel"}}
    text = refused(model(tmp_path / "m", model_type="internvl_chat", **mapped))
    assert "program code that came with the model" in text
    assert "InternVL3-1B-hf" in text
    assert "Choose one that works without" in refused(model(tmp_path / "n", **mapped))
