"""An adapter folder that somebody else wrote is checked before it is taken over."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from finetune.adapters import CARD, AdapterLibrary
from finetune.errors import AdapterInvalid
from vlm.errors import AdapterMismatch
from vlm.file_hashes import HASHES


def _edited(library: AdapterLibrary, run: Path, target: Path) -> Path:
    library.adopt(run, "source")
    library.export("source", target)
    for own in (CARD, HASHES):  # others write neither
        (target / own).unlink()
    return target


def test_a_foreign_adapter_is_checked_layer_by_layer(
    library: AdapterLibrary, run: Path, folder: Path, tmp_path: Path
) -> None:
    source = _edited(library, run, tmp_path / "out")
    brought = library.bring(source, folder, "foreign")
    assert brought.card.passed is None
    weights = load_file(source / "adapter_model.safetensors")
    for change in _wrong_weights():
        save_file(change(dict(weights)), source / "adapter_model.safetensors")
        with pytest.raises(AdapterMismatch):
            library.bring(source, folder, "wrong")


def _wrong_weights() -> list[Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]]:
    def first(weights: dict[str, torch.Tensor], part: str) -> str:
        return next(name for name in weights if part in name)

    def widen(weights: dict[str, torch.Tensor], part: str) -> dict[str, torch.Tensor]:
        name = first(weights, part)
        shape = [side + 1 for side in weights[name].shape]
        return {**weights, name: torch.zeros(shape)}

    return [
        lambda w: widen(w, "lora_A"),
        lambda w: widen(w, "lora_B"),
        lambda w: widen(w, "magnitude"),
        lambda w: widen(w, "latents"),
        lambda w: {**w, "base_model.model.model.no_such.lora_A.weight": torch.zeros(2, 3)},
    ]


def test_an_adapter_for_another_model_is_refused_by_its_card(
    library: AdapterLibrary, run: Path, folder: Path, tmp_path: Path
) -> None:
    from tests import tiny

    other = tiny.save("idefics2", tmp_path / "other", seed=5)
    library.adopt(run, "one")
    library.export("one", tmp_path / "out")
    with pytest.raises(AdapterMismatch, match="idefics2"):
        library.bring(tmp_path / "out", other, "two")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"peft_type": "PROMPT_TUNING"}, "no LoRA"),
        ({"r": 10**9}, "rank"),
        ({"target_parameters": ["x"]}, "target_parameters"),
        ({"loftq_config": {"x": 1}}, "loftq_config"),
        ({"init_lora_weights": "pissa"}, "computed weights"),
        ({"my_code": "os.system"}, "my_code"),
    ],
)
def test_settings_that_do_more_than_numbers_are_refused(
    library: AdapterLibrary,
    run: Path,
    folder: Path,
    tmp_path: Path,
    change: dict[str, object],
    says: str,
) -> None:
    source = _edited(library, run, tmp_path / "out")
    file = source / "adapter_config.json"
    settings = json.loads(file.read_text())
    file.write_text(json.dumps({**settings, **change}))
    with pytest.raises(AdapterInvalid, match=says):
        library.bring(source, folder, "wrong")


def test_settings_are_written_anew(
    library: AdapterLibrary, run: Path, folder: Path, tmp_path: Path
) -> None:
    source = _edited(library, run, tmp_path / "out")
    file = source / "adapter_config.json"
    mapping = {"parent_library": "evil", "base_model_class": "Evil"}
    file.write_text(json.dumps({**json.loads(file.read_text()), "auto_mapping": mapping}))
    adapter = library.bring(source, folder, "clean")
    assert "evil" not in (Path(adapter.folder) / "adapter_config.json").read_text().lower()


def test_only_whole_safetensors_files_are_taken(
    library: AdapterLibrary, run: Path, folder: Path, tmp_path: Path
) -> None:
    source = _edited(library, run, tmp_path / "out")
    weights = source / "adapter_model.safetensors"
    data = weights.read_bytes()
    for cut in (0, 4, 100, len(data) - 1):
        weights.write_bytes(data[:cut])
        with pytest.raises(AdapterInvalid, match="damaged"):
            library.bring(source, folder, "wrong")
    weights.rename(source / "adapter_model.bin")
    with pytest.raises(AdapterInvalid, match=r"adapter_model\.bin can hide programs"):
        library.bring(source, folder, "wrong")
    with pytest.raises(AdapterInvalid):
        library.bring(tmp_path / "nowhere", folder, "wrong")
