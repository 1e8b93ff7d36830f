"""What a person may change of a plan: the kinds of its fields, what they are called, how typed.

Made from the plan itself, so that a new field of it appears by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

import msgspec

from app import figures
from finetune.plan import LIMITS, TrainPlan, explain

Value = str | bool | int | float

_NAMES = {
    "weights": "The model itself learns",
    "method": "Way of learning",
    "rank": "Rank",
    "alpha": "Strength (alpha)",
    "trains_vision": "Learn to see",
    "connector": "Between seeing and reading",
    "learning_rate": "Length of a step",
    "warmup_steps": "Gentle steps at the start",
    "weight_decay": "Pull towards nothing",
    "clip": "Longest step",
    "neftune": "Noise on words",
    "epochs": "Times every example is seen",
    "batch": "Examples in a step",
    "micro_batch": "Examples at once",
    "views": "Copies of each picture",
    "watch_every": "Steps between looks",
    "patience": "Looks without gain before the end",
    "splitting": "Read small text",
    "longest_answer": "Longest answer",
    "gradient_checkpointing": "Save memory",
    "precision": "Kind of numbers",
    "replay": "Against forgetting",
    "four_bit": "4-bit numbers",
    "on_battery": "Also on battery",
    "threads": "Processor threads",
    "seed": "Chance",
}
_CHOICES = {
    "dora": "DoRA",
    "lora": "LoRA",
    "frozen": "Left alone",
    "adapter": "Adapter",
    "full": "Completely",
    "auto": "Choose for me",
    "float32": "32 bits",
    "bfloat16": "16 bits",
}
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("What learns", ("weights", "method", "rank", "alpha", "trains_vision", "connector")),
    ("How long", ("epochs", "watch_every", "patience")),
    ("How it steps", ("learning_rate", "warmup_steps", "batch", "clip", "weight_decay")),
    ("Against learning by heart", ("replay", "views", "dropout", "neftune")),
    ("What the model is shown", ("splitting", "longest_answer")),
    (
        "Memory and machine",
        (
            "micro_batch",
            "gradient_checkpointing",
            "four_bit",
            "precision",
            "threads",
            "on_battery",
        ),
    ),
)
MORE = "More"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a plan.

    Attributes:
        key: Its name in the plan.
        name: What a person reads.
        words: A sentence about it.
        kind: What it holds.
        choices: All there are for a choice, in the plan's words and in a person's.
        limits: Smallest and largest number, both included; None when there are none.
    """

    key: str
    name: str
    words: str
    kind: Literal["yes or no", "choice", "whole", "number"]
    choices: tuple[tuple[str, str], ...] = ()
    limits: tuple[float, float] | None = None

    def read(self, text: str) -> int | float:
        """Turn what was typed into a number.

        Raises:
            ValueError: With a sentence, when it is none or outside its limits.
        """
        number = figures.number(text)
        if number is None:
            raise ValueError("This is not a number.")
        if self.kind == "whole" and number != int(number):
            raise ValueError("This is a whole number.")
        if self.limits is not None and not self.limits[0] <= number <= self.limits[1]:
            low, high = map(written, self.limits)
            raise ValueError(f"Between {low} and {high}.")
        return int(number) if self.kind == "whole" else number


def written(number: float) -> str:
    """Write a number as a person types it: "8", "0.0002", in Germany "0,0002"."""
    if number == int(number):
        return str(int(number))
    return figures.as_here(f"{number:.10f}".rstrip("0"))


def shown(field: Field, value: Value) -> str:
    """Return a value in a person's words."""
    match field.kind:
        case "yes or no":
            return "Yes" if value else "No"
        case "choice":
            return dict(field.choices).get(str(value), str(value))
        case _:
            return written(float(value))


def all_fields(plan: TrainPlan) -> tuple[Field, ...]:
    """Return every field that a person may change."""
    types = {field.name: field.type for field in msgspec.structs.fields(plan)}
    return tuple(_field(key, words, types[key]) for key, _, words in explain(plan))


def grouped(fields: tuple[Field, ...]) -> tuple[tuple[str, tuple[Field, ...]], ...]:
    """Return the fields under headings; those that no heading names come last."""
    left = {field.key: field for field in fields}
    groups = [
        (title, tuple(left.pop(key) for key in keys if key in left)) for title, keys in GROUPS
    ]
    groups.append((MORE, tuple(left.values())))
    return tuple((title, inside) for title, inside in groups if inside)


def value(plan: TrainPlan, key: str) -> Value:
    """Return what a field holds."""
    found: Value = getattr(plan, key)
    return found


def changed(plan: TrainPlan, values: Mapping[str, Value]) -> TrainPlan:
    """Return a plan with other values.

    Raises:
        ValueError: With a sentence, when they do not go together.
    """
    try:
        return msgspec.structs.replace(plan, **values)
    except ValueError as error:
        raise ValueError(sentence(str(error), plan)) from error


def sentence(text: str, plan: TrainPlan) -> str:
    """Return a complaint about a plan with its fields called as a person reads them."""
    for field in sorted(all_fields(plan), key=lambda one: -len(one.key)):
        text = text.replace(field.key, f"“{field.name}”")
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def named(text: str) -> str:
    """Return a sentence about a plan with its fields called as a person reads them."""
    for key in sorted(_NAMES, key=len, reverse=True):
        if "_" in key:  # a single word may be meant as such
            text = text.replace(key, f"“{_NAMES[key]}”")
    return text


def differences(plans: tuple[TrainPlan, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the fields in which plans differ, each with what it is in every plan."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for field in all_fields(plans[0]) if plans else ():
        values = tuple(shown(field, value(plan, field.key)) for plan in plans)
        if len(set(values)) > 1:
            found.append((field.name, values))
    return tuple(found)


def _field(key: str, words: str, kind: Any) -> Field:
    name = _NAMES.get(key, key.replace("_", " ").capitalize())
    if kind is bool:
        return Field(key, name, words, "yes or no")
    if get_origin(kind) is Literal:
        options = tuple((str(one), _CHOICES.get(str(one), str(one))) for one in get_args(kind))
        return Field(key, name, words, "choice", options)
    whole = kind is int
    return Field(key, name, words, "whole" if whole else "number", limits=LIMITS.get(key))
