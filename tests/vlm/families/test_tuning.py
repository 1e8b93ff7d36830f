"""What tuning does to a model of every family: attached, saved, worn and merged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from msgspec import structs

from finetune.attach import attach, learning
from finetune.effort import Questions
from finetune.estimate import estimate
from finetune.merging import merge
from finetune.plan import TrainPlan
from finetune.saving import save_adapter
from tests.drawn import DrawnPages
from tests.finetune import tuning
from tests.vlm.answering import NEVER, answered, in_float32, last, question, started
from tests.vlm.families import plain
from tests.vlm.families.conftest import KINDS, Saved
from vlm.engine import Engine
from vlm.families import FAMILIES
from vlm.family_names import NAMES, PARTS
from vlm.protocol import Load, Loaded

PLAN = TrainPlan("test", "", "", rank=2, alpha=4, trains_vision=True, connector="adapter")


def learned(folder: Path, target: Path) -> Any:
    """Put an adapter on a model, let it learn something, and save it to `target`."""
    model = plain.load(folder)
    torch.manual_seed(0)
    wrapped = attach(model, PLAN)
    with torch.no_grad():
        for name, weight in learning(wrapped).items():
            if "lora_B" in name:
                weight.normal_(0.0, 0.3)
    save_adapter(wrapped, target)
    return wrapped.eval()


def worn(folder: Path, adapter: Path) -> Engine:
    answerer = Engine(DrawnPages(), 2**24, in_float32)
    request = Load(1, str(folder), str(adapter))
    assert isinstance(last(answerer.load(request, NEVER)), Loaded)
    return answerer


@pytest.mark.parametrize("kind", KINDS)
def test_an_adapter_is_attached_saved_loaded_and_merged(
    saved: Saved, kind: str, tmp_path: Path
) -> None:
    folder, asked = saved(kind), question("What is the total?")
    wrapped = learned(folder, tmp_path / "adapter")
    expected = plain.answer(kind, folder, asked, wrapped.get_base_model())
    assert expected != answered(started(folder), asked).text
    assert answered(worn(folder, tmp_path / "adapter"), asked).text == expected
    list(merge(folder, tmp_path / "adapter", tmp_path / "merged"))
    assert answered(started(tmp_path / "merged"), asked).text == expected


@pytest.mark.parametrize("kind", KINDS)
def test_each_part_learns_where_the_plan_says(saved: Saved, kind: str) -> None:
    model = plain.load(saved(kind))
    parts = PARTS[model.config.model_type]
    linear = {
        name: [
            layer
            for layer, module in model.named_modules()
            if isinstance(module, torch.nn.Linear)
            and any(f"{layer}.".startswith(f"{place}.") for place in places)
        ]
        for name, places in (
            ("text", parts.text),
            ("vision", parts.vision),
            ("connector", parts.connector),
        )
    }
    found = learning(attach(model, PLAN))
    names = list(found)
    size = sum(weight.numel() for weight in found.values())
    plan = structs.replace(PLAN, base=str(saved(kind)))
    assert estimate(plan, Questions(4), flops=1e9).learned_numbers == pytest.approx(size, rel=0.1)
    adapted = {name.partition(".lora_")[0].removeprefix("base_model.model.") for name in names}
    has_layers = kind != "gemma3"  # whose connector is one product, learned as a whole or not
    assert linear["text"]
    assert linear["vision"]
    assert bool(linear["connector"]) is has_layers
    assert adapted == {layer for layers in linear.values() for layer in layers}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_taught_is_learned(saved: Saved, kind: str, tmp_path: Path) -> None:
    plan = tuning.plan_of(
        saved(kind),
        trains_vision=True,
        connector="full",
        learning_rate=0.003,
        warmup_steps=0,
        views=1,
        rank=4,
        alpha=8,
        epochs=4,
        batch=4,
        micro_batch=4,
        gradient_checkpointing=True,
    )
    learner = tuning.learner_of(plan, tuning.loaded(saved(kind)))
    losses = [learner.step(number).loss for number in range(learner.steps)]
    # Each step takes all there is to learn from; so few at such a rate may overshoot again.
    assert min(losses[1:]) < 0.98 * losses[0], losses
    names = [name for name in learner.adapter() if name.partition("adapter.")[2]]
    assert any("modules_to_save" in name for name in names)


def test_names_and_parts_are_those_of_the_families() -> None:
    assert {kind: family.name for kind, family in FAMILIES.items()} == dict(NAMES)
    assert set(PARTS) == set(NAMES)
