from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from pretrain import borrowed, checkpoint, export
from pretrain.train import train
from tests.pretrain.test_train import plan


def test_the_job_leaves_weights_curves_report_and_samples(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    carried = tmp_path / "carried"
    train(plan(tmp_path / "start", "encoder", 1))
    checkpoint.carry(tmp_path / "start", carried)
    common = ["--minutes", "3", "--preset", "tiny", "--workers", "0", "--patches", "96"]
    for stage, steps in (("lines", 2), ("pages", 0)):
        out = tmp_path / stage
        job = [str(carried), str(out), "--stage", stage, *common, "--steps", str(steps)]
        assert borrowed.main([*job, "--lines", "1", "--pages", "0"]) == 0
        names = {file.name for file in out.iterdir()}
        assert {"carried-0.safetensors", "report.txt", "report.json", "samples.png"} <= names
        assert len(names) <= 8
        carried = out


def test_a_carried_checkpoint_comes_in_parts_and_starts_again(tmp_path: Path) -> None:
    train(plan(tmp_path / "run", "encoder", 1))
    parts = checkpoint.carry(tmp_path / "run", tmp_path / "carried", part_bytes=60_000)
    assert len(parts) > 2
    at = checkpoint.unpack(tmp_path / "carried", tmp_path / "again")
    assert (at.stage, at.step) == ("encoder", 1)
    first = load_file(tmp_path / "run" / checkpoint.FILE)
    reader, _ = export.load_reader(tmp_path / "again")
    for name, value in reader.named_parameters():
        assert torch.equal(value, first[f"average/{name}"].to(torch.bfloat16).float())
    assert train(plan(tmp_path / "again", "encoder", 2, tmp_path / "again")).at.step == 2


def test_a_model_in_the_format_that_ships_is_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)
    monkeypatch.setattr(borrowed, "HEADS_STEPS", 2)
    train(plan(tmp_path / "start", "lines", 0))
    export.export(tmp_path / "start", tmp_path / "model")
    job = [str(tmp_path / "model"), str(tmp_path / "out"), "--stage", "lines", "--steps", "0"]
    job += ["--preset", "tiny", "--workers", "0", "--minutes", "1", "--lines", "0"]
    assert borrowed.main(job) == 0
    checkpoint.unpack(tmp_path / "out", tmp_path / "again")
    before, _ = export.load_reader(tmp_path / "start")
    after, _ = export.load_reader(tmp_path / "again")
    theirs = dict(before.model.named_parameters())
    for name, value in after.model.named_parameters():
        assert torch.equal(value, theirs[name].to(torch.bfloat16).float()), name
    assert not torch.equal(after.patch_cell.weight, before.patch_cell.weight)


def test_nothing_to_unpack_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        checkpoint.unpack(tmp_path, tmp_path / "x")
