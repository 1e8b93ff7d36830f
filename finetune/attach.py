"""Puts an adapter on a model as a plan says, and takes its weights out again."""

from __future__ import annotations

import re
from typing import Any

from peft import LoraConfig, get_peft_model
from torch import nn

from finetune.dora import use_factored_norm
from finetune.errors import NothingToTrain
from finetune.plan import TrainPlan
from vlm.family_names import PARTS, Parts

_NOTHING = "This model has no layer that an adapter can be put on."


def attach(model: nn.Module, plan: TrainPlan) -> Any:
    """Wrap a model so that only what the plan says learns.

    Args:
        model: Freshly loaded; its own layers are replaced by wrapped ones.
        plan: Method, rank and which parts learn.

    Returns:
        The peft model, in training mode.

    Raises:
        NothingToTrain: When the model has no layer that the plan names.
    """
    config = LoraConfig(
        r=plan.rank,
        lora_alpha=plan.alpha,
        lora_dropout=plan.dropout,
        use_dora=plan.method == "dora",
        target_modules=targets(model, plan),
        modules_to_save=_whole(model) if plan.connector == "full" else None,
    )
    wrapped: Any = get_peft_model(model, config)
    use_factored_norm(wrapped)
    if plan.gradient_checkpointing and _parts(model).merged:  # the others need keys and values
        model.activation_checkpointing_enable()  # type: ignore[operator]
    wrapped.train()
    return wrapped


def targets(model: nn.Module, plan: TrainPlan) -> str:
    """Return a pattern for all linear layers of the parts that learn by an adapter.

    Written out, because suffixes such as "q_proj" would also match layers of the connector.

    Raises:
        NothingToTrain: When there is none.
    """
    parts = _parts(model)
    places = [*parts.text]
    places += parts.vision if plan.trains_vision else ()
    places += parts.connector if plan.connector == "adapter" else ()
    patterns = [_pattern(model, place) for place in places]
    if not any(patterns):
        raise NothingToTrain(_NOTHING)
    return "|".join(pattern for pattern in patterns if pattern)


def _pattern(model: nn.Module, place: str) -> str:
    """Return a pattern for the linear layers below a module; "" when there is none."""
    below = re.compile(rf"{re.escape(place)}\.(?:.*\.)?([^.]+)")
    found = {
        match[1]
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and (match := below.fullmatch(name))
    }
    if isinstance(_module(model, place), nn.Linear):
        return re.escape(place)
    return rf"{re.escape(place)}\.(.*\.)?({'|'.join(sorted(found))})" if found else ""


def _whole(model: nn.Module) -> list[str]:
    """Return the names of the connector's modules, for peft to learn them without an adapter."""
    names: list[str] = []
    for place in _parts(model).connector:
        name, module = place.rpartition(".")[2], _module(model, place)
        if isinstance(module, nn.ModuleList):
            names += [f"{name}.{index}" for index in range(len(module))]
        elif module is not None:
            names.append(name)
    return names


def _module(model: nn.Module, place: str) -> nn.Module | None:
    """Return the module at a place; a checkpoint may lack a part that its family can have."""
    return dict(model.named_modules()).get(place)


def _parts(model: nn.Module) -> Parts:
    kind = getattr(getattr(model, "config", None), "model_type", "")
    if kind not in PARTS:
        raise NothingToTrain(_NOTHING)
    return PARTS[kind]


def learning(model: nn.Module) -> dict[str, nn.Parameter]:
    """Return the weights that learn, by name, in a fixed order."""
    chosen = {name: p for name, p in model.named_parameters() if p.requires_grad}
    return dict(sorted(chosen.items()))
