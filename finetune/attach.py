"""Puts an adapter on a model as a plan says, and takes its weights out again."""

from __future__ import annotations

import re
from typing import Any

from peft import LoraConfig, get_peft_model
from torch import nn

from finetune.dora import use_factored_norm
from finetune.errors import NothingToTrain
from finetune.plan import TrainPlan


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
        modules_to_save=["connector"] if plan.connector == "full" else None,
    )
    wrapped: Any = get_peft_model(model, config)
    use_factored_norm(wrapped)
    if plan.gradient_checkpointing:
        model.activation_checkpointing_enable()  # type: ignore[operator]
    wrapped.train()
    return wrapped


def targets(model: nn.Module, plan: TrainPlan) -> str:
    """Return a pattern for all linear layers of the parts that learn by an adapter.

    Written out, because suffixes such as "q_proj" would also match layers of the connector.

    Raises:
        NothingToTrain: When there is none.
    """
    parts = ["text_model"]
    parts += ["vision_model"] if plan.trains_vision else []
    parts += ["connector"] if plan.connector == "adapter" else []
    inside = re.compile(rf"model\.({'|'.join(parts)})\.(?:.*\.)?([^.]+)")
    found = {
        match[2]
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and (match := inside.fullmatch(name))
    }
    if not found:
        raise NothingToTrain("This model has no layer that an adapter can be put on.")
    return rf"model\.({'|'.join(parts)})\.(.*\.)?({'|'.join(sorted(found))})"


def learning(model: nn.Module) -> dict[str, nn.Parameter]:
    """Return the weights that learn, by name, in a fixed order."""
    chosen = {name: p for name, p in model.named_parameters() if p.requires_grad}
    return dict(sorted(chosen.items()))
