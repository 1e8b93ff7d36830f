"""The average of saved models."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from pretrain.cli import main
from pretrain.mix import WEIGHTS, mix


def saved(folder: Path, **weights: torch.Tensor) -> Path:
    folder.mkdir()
    save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})
    (folder / "config.json").write_text(f'{{"name": "{folder.name}"}}')
    return folder


def test_weights_lie_in_the_middle_and_the_rest_is_the_last_ones(tmp_path: Path) -> None:
    one = saved(tmp_path / "one", a=torch.tensor([1.0, 2.0]), b=torch.ones(1, dtype=torch.bfloat16))
    two = saved(
        tmp_path / "two", a=torch.tensor([3.0, 6.0]), b=torch.zeros(1, dtype=torch.bfloat16)
    )
    assert main(["mix", str(tmp_path / "out"), str(one), str(two)]) == 0
    mean = load_file(tmp_path / "out" / WEIGHTS)
    assert mean["a"].tolist() == [2.0, 4.0]
    assert mean["b"].dtype == torch.bfloat16
    assert mean["b"].tolist() == [0.5]
    assert (tmp_path / "out" / "config.json").read_text() == '{"name": "two"}'
    mix([one, one, two, two], tmp_path / "out")
    assert load_file(tmp_path / "out" / WEIGHTS)["a"].tolist() == [2.0, 4.0]


def test_one_may_count_more(tmp_path: Path) -> None:
    one = saved(tmp_path / "one", a=torch.tensor([1.0]))
    two = saved(tmp_path / "two", a=torch.tensor([5.0]))
    command = ["mix", str(tmp_path / "out"), str(one), str(two), "--shares", "3", "1"]
    assert main(command) == 0
    assert load_file(tmp_path / "out" / WEIGHTS)["a"].tolist() == [2.0]
    for shares in ([1.0], [1.0, 0.0]):
        with pytest.raises(ValueError, match="shares"):
            mix([one, two], tmp_path / "none", shares)


@pytest.mark.parametrize("other", [{"a": torch.ones(3)}, {"b": torch.ones(2)}])
def test_models_of_other_weights_have_no_average(
    tmp_path: Path, other: dict[str, torch.Tensor]
) -> None:
    one, two = saved(tmp_path / "one", a=torch.ones(2)), saved(tmp_path / "two", **other)
    with pytest.raises(ValueError, match="no average"):
        mix([one, two], tmp_path / "out")
    assert not (tmp_path / "out").exists()
