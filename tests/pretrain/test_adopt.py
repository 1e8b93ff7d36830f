from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from pretrain import adopt, checkpoint, export
from pretrain.train import train
from tests.pretrain.test_train import plan


def test_training_goes_on_from_a_saved_model(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    train(plan(tmp_path / "run", "lines", 1))
    export.export(tmp_path / "run", tmp_path / "model")
    at = adopt.adopt(tmp_path / "model", tmp_path / "again", None, steps=3)
    assert (at.stage, at.preset, at.step) == (checkpoint.ADOPTED, "tiny", 0)
    saved = load_file(tmp_path / "model" / "model.safetensors")
    reader, _ = export.load_reader(tmp_path / "again")
    weights = reader.model.state_dict()
    assert all(torch.equal(weights[name], value.float()) for name, value in saved.items())
    for stage in ("encoder", "lines"):
        assert train(plan(tmp_path / stage, stage, 1, tmp_path / "again")).at.step == 1


def test_the_heads_learn_and_nothing_else_does(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    train(plan(tmp_path / "run", "lines", 1))
    export.export(tmp_path / "run", tmp_path / "model")
    adopt.adopt(tmp_path / "model", tmp_path / "few", None, steps=1)
    adopt.adopt(tmp_path / "model", tmp_path / "more", None, steps=4)
    few, more = (load_file(tmp_path / name / checkpoint.FILE) for name in ("few", "more"))
    changed = {name for name in few if not torch.equal(few[name], more[name])}
    changed = {name.removeprefix("reader/").removeprefix("average/") for name in changed}
    assert "patch_characters.weight" in changed
    assert not any(name.startswith("model.") for name in changed)


def test_a_model_of_another_size_is_refused(tmp_path: Path) -> None:
    sizes = '{"hidden_size": 7, "num_hidden_layers": 1}'
    (tmp_path / "config.json").write_text(f'{{"text_config": {sizes}, "vision_config": {sizes}}}')
    with pytest.raises(ValueError, match="no preset"):
        adopt.preset_of(tmp_path)
