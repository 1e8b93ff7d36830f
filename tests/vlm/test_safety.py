from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vlm import family_names, safety
from vlm.errors import ModelIncomplete, ModelMissing, ModelUnsupported


def weights(path: Path, numbers: int = 4, cut: int = 0) -> None:
    row = {"dtype": "F32", "shape": [numbers], "data_offsets": [0, 4 * numbers]}
    header = json.dumps({"__metadata__": {"format": "pt"}, "w": row}).encode()
    whole = struct.pack("<Q", len(header)) + header + bytes(4 * numbers)
    path.write_bytes(whole[: len(whole) - cut])


def config(folder: Path, **changes: Any) -> None:
    found = {"model_type": "idefics2", "text_config": {"hidden_size": 64, "vocab_size": 300}}
    (folder / "config.json").write_text(json.dumps(found | changes))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    config(tmp_path)
    weights(tmp_path / "model.safetensors")
    return tmp_path


def shards(folder: Path, names: list[str]) -> None:
    (folder / "model.safetensors").unlink()
    index = {"weight_map": {f"w{i}": name for i, name in enumerate(names)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def test_a_complete_folder_is_measured(folder: Path) -> None:
    found = safety.examine(folder)
    assert (found.model_type, found.weights, found.weight_bytes) == ("idefics2", 4, 16)


def test_shards_are_added_up(folder: Path) -> None:
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    shards(folder, names)
    for name in names:
        weights(folder / name, 5)
    assert safety.examine(folder).weights == 10


def _no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def _half_config(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "idef')


def _deep_config(folder: Path) -> None:
    (folder / "config.json").write_text("[" * 100_000)


def _list_config(folder: Path) -> None:
    (folder / "config.json").write_text("[1]")


def _huge_config(folder: Path) -> None:
    config(folder, filler="x" * (safety.SETTINGS_BYTES + 1))


def _no_type(folder: Path) -> None:
    config(folder, model_type=None)


def _absurd_width(folder: Path) -> None:
    config(folder, text_config={"hidden_size": 10**9})


def _negative_layers(folder: Path) -> None:
    config(folder, vision_config={"num_hidden_layers": -1})


def _text_for_a_number(folder: Path) -> None:
    config(folder, vision_config={"image_size": "980"})


def _code_in_config(folder: Path) -> None:
    config(folder, auto_map={"AutoModel": "evil.Model"})


def _code_in_processor(folder: Path) -> None:
    inner = {"image_processor": {"auto_map": {"AutoImageProcessor": "evil.Processor"}}}
    (folder / "processor_config.json").write_text(json.dumps(inner))


def _code_in_tokenizer(folder: Path) -> None:
    (folder / "tokenizer_config.json").write_text('{"auto_map": {"AutoTokenizer": "evil.T"}}')


def _code_for_attention(folder: Path) -> None:
    config(folder, _attn_implementation="evil/attention")


def _code_for_one_parts_attention(folder: Path) -> None:
    config(folder, attn_implementation={"vision_config": "sdpa", "text_config": "evil/attention"})


def _pickle_only(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def _cut_weights(folder: Path) -> None:
    weights(folder / "model.safetensors", cut=5)


def _cut_header(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\x40\x00\x00")


def _endless_header(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", 2**62) + b"{}")


def _no_header(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", 4) + b"nope")


def _index_outside(folder: Path) -> None:
    shards(folder, ["../../secret.safetensors"])


def _index_absolute(folder: Path) -> None:
    shards(folder, ["/etc/passwd"])


def _index_number(folder: Path) -> None:
    shards(folder, [7])  # type: ignore[list-item]


def _index_list(folder: Path) -> None:
    shards(folder, [["model-00001-of-00001.safetensors"]])  # type: ignore[list-item]


def _index_mixed(folder: Path) -> None:
    shards(folder, ["model-00001-of-00001.safetensors", None])  # type: ignore[list-item]
    weights(folder / "model-00001-of-00001.safetensors")


def _offset_of_text(folder: Path) -> None:
    header = b'{"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, "16"]}}'
    whole = struct.pack("<Q", len(header)) + header + bytes(16)
    (folder / "model.safetensors").write_bytes(whole)


def _shard_missing(folder: Path) -> None:
    shards(folder, ["model-00001-of-00001.safetensors"])


def _empty_index(folder: Path) -> None:
    shards(folder, [])


@pytest.mark.parametrize(
    "spoil",
    [
        _no_config,
        _half_config,
        _deep_config,
        _list_config,
        _huge_config,
        _no_type,
        _absurd_width,
        _negative_layers,
        _text_for_a_number,
        _code_in_config,
        _code_in_processor,
        _code_in_tokenizer,
        _code_for_attention,
        _code_for_one_parts_attention,
        _pickle_only,
        _cut_weights,
        _cut_header,
        _endless_header,
        _no_header,
        _index_outside,
        _index_absolute,
        _index_number,
        _index_list,
        _index_mixed,
        _offset_of_text,
        _shard_missing,
        _empty_index,
    ],
)
def test_a_spoiled_folder_is_refused_with_a_sentence(
    folder: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(folder)
    with pytest.raises(ModelIncomplete, match=r"\.$"):
        safety.examine(folder)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no model folder .* drive that is not connected"):
        safety.examine(tmp_path / "gone")


@pytest.mark.parametrize("name", ["config.json", safety.SINGLE])
def test_a_model_that_was_not_fetched_to_the_end(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelIncomplete, match=f"not all here: {name} is missing .* fetch it again"):
        safety.examine(folder)


def test_another_family_is_named(folder: Path) -> None:
    config(folder, model_type="clip")
    with pytest.raises(ModelUnsupported, match="clip"):
        safety.require_type(safety.examine(folder), ("idefics2",))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"model_type": "pixtral", "vision_config": {}}, "does not run. It runs BLIP-2"),
        ({"model_type": "vision-encoder-decoder"}, "does not run. It runs BLIP-2"),
        ({"model_type": "llama", "hidden_size": 64}, "reads text only and cannot look at a page"),
        ({}, "reads text only"),
    ],
)
def test_what_another_model_is(settings: dict[str, Any], said: str) -> None:
    assert said in family_names.stranger(settings)


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("model.safetensors", True),
        ("model-00001-of-00007.safetensors", True),
        ("tokenizer.json", True),
        ("qformer_tokenizer/tokenizer.json", True),
        ("qformer_tokenizer/evil.py", False),
        ("chat_template.jinja", True),
        ("pytorch_model.bin", False),
        ("modeling_evil.py", False),
        ("../model.safetensors", False),
        ("model-1-of-2.safetensors", False),
        ("x/model.safetensors", False),
    ],
)
def test_only_weights_and_settings_are_allowed(name: str, allowed: bool) -> None:
    assert safety.is_allowed(name) is allowed
