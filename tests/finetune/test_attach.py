from __future__ import annotations

from pathlib import Path

import pytest
from torch import nn

from finetune.attach import attach, learning
from finetune.errors import NothingToTrain
from tests import tiny
from tests.finetune import tuning


@pytest.mark.parametrize("kind", ["idefics2", "idefics3"])
def test_each_part_learns_as_the_plan_says(tmp_path: Path, kind: tiny.Kind) -> None:
    def learns(**changes: object) -> set[str]:
        model, _ = tiny.build(kind)
        attach(model, tuning.plan_of(tmp_path, **changes))
        names = set(learning(model))
        assert all("lora_" in name or "connector" in name for name in names)
        return {
            part for part in ("text_model", "vision_model", "connector") for n in names if part in n
        }

    assert learns() == {"text_model"}
    assert learns(trains_vision=True) == {"text_model", "vision_model"}
    assert learns(connector="adapter") == {"text_model", "connector"}
    assert learns(connector="full", method="lora") == {"text_model", "connector"}


def test_a_fully_trained_connector_has_no_adapter_and_every_weight(tmp_path: Path) -> None:
    model, _ = tiny.build("idefics2")
    expected = {name for name, _ in model.model.connector.named_parameters()}
    attach(model, tuning.plan_of(tmp_path, connector="full"))
    names = {name for name in learning(model) if "connector" in name}
    assert {name.partition("default.")[2] for name in names} == expected
    assert not any("lora_" in name for name in names)
    assert "perceiver_resampler.latents" in expected


def test_every_linear_layer_of_the_backbones_is_adapted(tmp_path: Path) -> None:
    model, _ = tiny.build("idefics2")
    parts = model.model.text_model, model.model.vision_model
    linear = sum(isinstance(m, nn.Linear) for part in parts for m in part.modules())
    attach(model, tuning.plan_of(tmp_path, trains_vision=True))
    assert sum(name.endswith("lora_A.default.weight") for name in learning(model)) == linear == 26


def test_a_model_without_layers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToTrain):
        attach(nn.Sequential(nn.Linear(2, 2)), tuning.plan_of(tmp_path))
