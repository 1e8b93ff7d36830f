from pathlib import Path

import pytest
import torch

from pretrain import checkpoint, export, model
from pretrain.grow import grow, grow_checkpoint
from pretrain.model import Preset
from pretrain.reader import Reader
from pretrain.train import train
from pretrain.widen import widen
from tests.pretrain.test_deepen import loss_of
from tests.pretrain.test_train import plan

TINY = model.PRESETS["tiny"]
WIDER = Preset(48, 2, 3, 48, 2, 3, 96, 1, longest_edge_px=256)
LARGER = Preset(48, 3, 3, 64, 3, 4, 96, 2, longest_edge_px=256)


@pytest.fixture(autouse=True)
def larger(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preset larger than "tiny" in every part."""
    torch.set_num_threads(1)
    monkeypatch.setitem(model.PRESETS, "larger", LARGER)


@pytest.mark.parametrize("target", [WIDER, LARGER])
def test_a_larger_model_computes_the_same(target: Preset) -> None:
    small = Reader.fresh("tiny", seed=4)
    with torch.no_grad():  # biases and norms as training leaves them, not as they start
        for name, one in small.named_parameters():
            if name.endswith("bias") or "norm" in name:
                one.add_(torch.randn(one.shape, generator=torch.Generator().manual_seed(3)) / 8)
    large = grow(small, TINY, target)
    assert model.parameters_of(large.model) > 1.5 * model.parameters_of(small.model)
    torch.testing.assert_close(loss_of(large), loss_of(small), rtol=1e-4, atol=1e-4)


def test_every_part_of_what_is_new_learns() -> None:
    large = grow(Reader.fresh("tiny", seed=4), TINY, LARGER)
    rate = 0.05
    for _ in range(2):  # what reads a new channel learns once something is written there
        loss = loss_of(large)
        torch.autograd.backward(loss)
        with torch.no_grad():
            for one in large.parameters():
                if one.grad is not None:
                    one.sub_(rate * one.grad)
                    one.grad = None
    torch.autograd.backward(loss_of(large))
    still = [
        name
        for name, one in large.named_parameters()
        if one.ndim == 2 and one.grad is not None and not one.grad[:, -1].any()
    ]
    assert still == []


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (Preset(16, 2, 1, 32, 2, 2, 64, 1, longest_edge_px=256), "narrower"),
        (Preset(64, 2, 2, 64, 2, 2, 128, 1, longest_edge_px=256), "of another width"),
        (Preset(48, 3, 3, 48, 2, 3, 96, 1, longest_edge_px=256), "not as deep"),
    ],
)
def test_what_is_no_wider_is_refused(target: Preset, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        widen(Reader.fresh("tiny", seed=0), target)


def test_it_trains_on_and_ships(tmp_path: Path) -> None:
    train(plan(tmp_path / "run", "lines", 1))
    at = grow_checkpoint(tmp_path / "run", tmp_path / "large", "larger")
    assert (at.stage, at.preset, at.step) == (checkpoint.ADOPTED, "larger", 0)
    before, _ = export.load_reader(tmp_path / "large")
    run = train(plan(tmp_path / "more", "encoder", 2, tmp_path / "large"))
    assert run.at.step == 2
    moved = [
        name
        for name, value in before.named_parameters()
        if not torch.equal(value, dict(run.reader.named_parameters())[name])
    ]
    assert any(".encoder.layers.2." in name for name in moved)
    export.export(tmp_path / "more", tmp_path / "model")
    assert (tmp_path / "model" / "model.safetensors").is_file()
