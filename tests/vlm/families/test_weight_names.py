"""Weights are found under every name that a family's checkpoints were published with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.vlm.families.conftest import Saved
from tests.vlm.families.test_ends import loaded

SINGLE = "model.safetensors"
TOWERS = ("gemma3", "llava", "llava_next", "llava_onevision", "paligemma")
"""Kinds whose published vision towers have one more name in them than the library writes now."""

KINDS = (*TOWERS, "internvl", "qwen2_vl", "qwen2_5_vl")


def older(name: str) -> str:
    """Return a weight's name as most were published: each part a model of its own."""
    inner, tower = "vision_tower.vision_model.", "vision_tower."
    return name if name.startswith(inner) else name.replace(tower, inner, 1)


def newer(name: str) -> str:
    """Return a weight's name as it is in the model: what some programs save after training."""
    if name.startswith("language_model.lm_head."):
        return name.removeprefix("language_model.")
    if name.startswith("lm_head."):
        return name
    for before, after in (
        ("language_model.model.", "model.language_model."),
        ("model.", "model.language_model."),
    ):
        if name.startswith(before):
            return after + name.removeprefix(before)
    return f"model.{name}"


def renamed(source: Path, folder: Path, names: dict[str, str]) -> Path:
    """Copy a model, its weights under other names."""
    shutil.copytree(source, folder)
    weights = load_file(folder / SINGLE)
    assert {names[name] for name in weights} != set(weights)
    save_file({names[name]: weight for name, weight in weights.items()}, folder / SINGLE)
    return folder


def is_same(one: Path, other: Path) -> bool:
    """Tell whether two folders load to the same weights."""
    first, second = (dict(loaded(folder).model.named_parameters()) for folder in (one, other))
    return first.keys() == second.keys() and all(
        torch.equal(weight, second[name]) for name, weight in first.items()
    )


@pytest.mark.parametrize("kind", TOWERS)
def test_older_names(saved: Saved, kind: str, tmp_path: Path) -> None:
    names = {name: older(name) for name in load_file(saved(kind) / SINGLE)}
    assert is_same(saved(kind), renamed(saved(kind), tmp_path / kind, names))


@pytest.mark.parametrize("kind", KINDS)
def test_names_as_they_are_in_the_model(saved: Saved, kind: str, tmp_path: Path) -> None:
    names = {name: newer(name) for name in load_file(saved(kind) / SINGLE)}
    assert is_same(saved(kind), renamed(saved(kind), tmp_path / kind, names))


def test_weights_in_several_files(saved: Saved, tmp_path: Path) -> None:
    kind = "qwen2_vl"
    folder = Path(shutil.copytree(saved(kind), tmp_path / kind))
    (folder / SINGLE).unlink()
    model = loaded(saved(kind)).model
    model.save_pretrained(folder, max_shard_size="200KB")
    assert len(list(folder.glob("model-*-of-*.safetensors"))) > 1
    assert not (folder / SINGLE).exists()
    assert is_same(saved(kind), folder)
