from pathlib import Path

import pytest
import torch

from pretrain import checkpoint, deepen, export, fonts, model, stages
from pretrain.reader import Reader, Weights, to_device
from pretrain.train import choose_attention, train
from tests.pretrain.test_train import plan

DEEPER = model.Preset(32, 3, 2, 32, 3, 2, 64, 2, longest_edge_px=256)
READ = Weights(patch=0.3, latent=0.5, answer=1.0)


@pytest.fixture(autouse=True)
def deeper(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preset with one more layer in each part than "tiny" has."""
    torch.set_num_threads(1)
    monkeypatch.setitem(model.PRESETS, "deeper", DEEPER)


def loss_of(reader: Reader) -> torch.Tensor:
    choose_attention(reader.model, guided=False, device=torch.device("cpu"))
    source = stages.Source(stages.STAGES["lines"].levels[1], fonts.load(None).seen, 3, 64)
    reader.eval()
    loss, _ = reader.forward(to_device(source.draw(0), torch.device("cpu")), READ)
    return loss


def test_a_deeper_model_computes_the_same_and_every_new_weight_can_learn() -> None:
    shallow = Reader.fresh("tiny", seed=4)
    deep = deepen.deepen(shallow, "deeper")
    assert model.parameters_of(deep.model) > model.parameters_of(shallow.model)
    loss = loss_of(deep)
    assert torch.equal(loss, loss_of(shallow))
    torch.autograd.backward(loss)
    ends = [one for name, one in deep.named_parameters() if "out_proj.weight" in name]
    assert all(one.grad is not None and one.grad.abs().sum() > 0 for one in ends)


def test_it_trains_on_and_ships(tmp_path: Path) -> None:
    train(plan(tmp_path / "run", "lines", 1))
    at = deepen.deepen_checkpoint(tmp_path / "run", tmp_path / "deep", "deeper")
    assert (at.stage, at.preset, at.step) == (checkpoint.ADOPTED, "deeper", 0)
    before, _ = export.load_reader(tmp_path / "deep")
    run = train(plan(tmp_path / "more", "encoder", 2, tmp_path / "deep"))
    assert run.at.step == 2
    moved = [
        name
        for name, value in before.named_parameters()
        if not torch.equal(value, dict(run.reader.named_parameters())[name])
    ]
    assert any(".encoder.layers.2." in name for name in moved)
    export.export(tmp_path / "more", tmp_path / "model")
    assert (tmp_path / "model" / "model.safetensors").is_file()


@pytest.mark.parametrize(
    ("preset", "says"),
    [
        (model.Preset(32, 1, 2, 32, 2, 2, 64, 1, longest_edge_px=256), "shallower"),
        (model.Preset(64, 3, 2, 64, 3, 2, 128, 2, longest_edge_px=256), "not as wide"),
    ],
)
def test_what_is_no_deeper_is_refused(
    monkeypatch: pytest.MonkeyPatch, preset: model.Preset, says: str
) -> None:
    monkeypatch.setitem(model.PRESETS, "deeper", preset)
    with pytest.raises(ValueError, match=says):
        deepen.deepen(Reader.fresh("tiny", seed=0), "deeper")
