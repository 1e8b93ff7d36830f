import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from transformers import AutoModelForImageTextToText, AutoProcessor

from pretrain import checkpoint, export
from pretrain.quick import fuse_norms
from pretrain.reader import Reader
from pretrain.train import COOLEST, Run, TrainPlan, train


def plan(out: Path, stage: str, steps: int, resume: Path | None = None) -> TrainPlan:
    return TrainPlan(
        stage,
        out,
        resume,
        preset="tiny",
        minutes=5,
        most_steps=steps,
        workers=0,
        patches_per_batch=160,
        log_every=1,
        lr=5e-3,
    )


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    torch.set_num_threads(1)


def curve(out: Path, name: str) -> list[float]:
    lines = (out / "curves.jsonl").read_text().splitlines()
    return [json.loads(line)[name] for line in lines]


def test_the_tiny_model_learns(tmp_path: Path) -> None:
    train(plan(tmp_path, "encoder", 40))
    loss = curve(tmp_path, "loss")
    assert sum(loss[-5:]) < 0.7 * sum(loss[:5])


@pytest.mark.parametrize("stage", ["encoder", "lines"])
def test_a_resumed_run_is_the_same_run(tmp_path: Path, stage: str) -> None:
    train(plan(tmp_path / "whole", stage, 6))
    train(plan(tmp_path / "half", stage, 3))
    train(plan(tmp_path / "half", stage, 6, tmp_path / "half"))
    whole = load_file(tmp_path / "whole" / checkpoint.FILE)
    half = load_file(tmp_path / "half" / checkpoint.FILE)
    assert whole.keys() == half.keys()
    assert all(torch.equal(whole[name], half[name]) for name in whole)
    at = checkpoint.position_of(tmp_path / "half")
    assert (at.step, at.batch) == (6, 6)


def test_a_broken_write_leaves_the_last_checkpoint(tmp_path: Path) -> None:
    train(plan(tmp_path, "encoder", 2))
    (tmp_path / f"{checkpoint.FILE}.new").write_bytes(b"half a file")
    assert train(plan(tmp_path, "encoder", 3, tmp_path)).at.step == 3


def test_the_next_stage_starts_from_the_averaged_weights(tmp_path: Path) -> None:
    train(plan(tmp_path / "a", "encoder", 2))
    run = train(plan(tmp_path / "b", "lines", 0, tmp_path / "a"))
    assert run.at.step == 0
    before = load_file(tmp_path / "a" / checkpoint.FILE)
    name = "model.model.vision_model.encoder.layers.0.mlp.fc1.weight"
    assert torch.equal(dict(run.reader.named_parameters())[name], before[f"average/{name}"])
    heads = run.reader.latent_characters.weight[: run.reader.patch_characters.out_features]
    assert torch.equal(heads, run.reader.patch_characters.weight)


def test_the_saved_folder_is_plain_transformers(tmp_path: Path) -> None:
    train(plan(tmp_path / "run", "lines", 1))
    export.export(tmp_path / "run", tmp_path / "model")
    size = sum(file.stat().st_size for file in (tmp_path / "model").iterdir())
    assert size < 1_000_000
    processor: Any = AutoProcessor.from_pretrained(tmp_path / "model", backend="pil")
    both: Any = AutoModelForImageTextToText.from_pretrained(
        tmp_path / "model", dtype=torch.float32, output_loading_info=True
    )
    loaded, info = both
    assert not any(info.values())
    content = [{"type": "image"}, {"type": "text", "text": "Read this."}]
    text = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )
    inputs = processor(text=text, images=[Image.new("RGB", (160, 32))], return_tensors="pt")
    made = loaded.generate(**inputs, max_new_tokens=3)
    assert made.shape[1] == inputs["input_ids"].shape[1] + 3 or made[0, -1] == 1


def test_the_rate_falls_at_the_end_alone(tmp_path: Path) -> None:
    run = Run(replace(plan(tmp_path, "encoder", 1), cooldown=0.5))
    heats = []
    for left in (1.0, 0.6, 0.25, 0.0):
        run.cool(left)
        heats.append(run.heat)
    assert heats == [1.0, 1.0, 0.5, COOLEST]
    usual = Run(plan(tmp_path, "encoder", 1))
    usual.cool(0.0)
    assert usual.heat == 1.0


def test_fused_norms_compute_the_same() -> None:
    usual, fused = Reader.fresh("tiny", seed=1), Reader.fresh("tiny", seed=1)
    fuse_norms(fused.model)
    features = torch.randn(2, 5, 32, generator=torch.Generator().manual_seed(0))
    norms = [one for one in fused.modules() if type(one).__name__.endswith("RMSNorm")]
    assert norms
    assert all("forward" in vars(one) for one in norms)
    torch.testing.assert_close(fused.latents(features), usual.latents(features))
