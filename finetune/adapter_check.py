"""Looks at an adapter folder from elsewhere before any library opens it.

Only weights in safetensors form and settings that change nothing but numbers are taken over; the
settings are written anew, so that nothing else of a foreign file survives.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from finetune.errors import AdapterInvalid
from vlm import file_hashes, weight_files
from vlm.errors import AdapterMismatch, ModelIncomplete

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
ALLOWED = frozenset(
    {
        "alpha_pattern",
        "bias",
        "fan_in_fan_out",
        "inference_mode",
        "init_lora_weights",
        "lora_alpha",
        "lora_dropout",
        "modules_to_save",
        "peft_type",
        "r",
        "rank_pattern",
        "target_modules",
        "task_type",
        "use_dora",
        "use_rslora",
    }
)
"""Settings that are taken over."""

HARMLESS = frozenset(
    {
        "auto_mapping",
        "base_model_name_or_path",
        "megatron_core",
        "monteclora_config",
        "peft_version",
        "qalora_group_size",
        "revision",
    }
)
"""Settings that are dropped whatever they say; any other must be off."""

_CONFIG_BYTES = 1 << 20
_PREFIX = "base_model.model."
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Checked:
    """An adapter that may be taken over.

    Attributes:
        settings: What to write as its `adapter_config.json`.
        shapes: Of its tensors, by name.
        rank: How many directions each layer moves in.
        method: "dora" or "lora".
    """

    settings: dict[str, object]
    shapes: Shapes
    rank: int
    method: str


def check(folder: Path) -> Checked:
    """Check the two files of an adapter folder, and that all are as they were saved.

    Raises:
        AdapterInvalid: With what is wrong.
    """
    if not (folder / WEIGHTS).is_file():
        other = (
            next((p.name for p in folder.glob("adapter_model.*")), None) if folder.is_dir() else ""
        )
        why = f"; {other} can hide programs and is not read" if other else ""
        raise AdapterInvalid(f"{folder.name} has no {WEIGHTS}{why}.")
    try:
        file_hashes.require(folder)
    except AdapterMismatch as error:
        raise AdapterInvalid(str(error)) from error
    settings = _settings(folder)
    shapes = tensor_shapes(folder / WEIGHTS)
    strange = next((name for name in shapes if not name.startswith(_PREFIX)), None)
    if strange is not None or not shapes:
        raise AdapterInvalid(f"{folder.name} holds something that is no adapter: {strange}.")
    rank = settings.get("r")
    if not isinstance(rank, int) or not 0 < rank <= 1024:
        raise AdapterInvalid(f"{folder.name} has no believable rank: {rank!r}.")
    return Checked(settings, shapes, rank, "dora" if settings.get("use_dora") else "lora")


def fits(checked: Checked, base: Path) -> None:
    """Compare an adapter of unknown origin with a model, layer by layer.

    Raises:
        AdapterMismatch: When a layer is missing or of another size.
    """
    layers: Shapes = {}
    for file in sorted(base.glob("*.safetensors")):
        layers.update(tensor_shapes(file))
    mismatch = AdapterMismatch("This adapter was made for another model than this one.")
    for name, shape in checked.shapes.items():
        layer, mark, part = name.removeprefix(_PREFIX).partition(".lora_")
        if not mark:
            if layers.get(layer) != shape:
                raise mismatch
            continue
        weight = layers.get(f"{layer}.weight")
        if weight is None or len(weight) != 2:
            raise mismatch
        side = {"A.weight": (1, 1), "B.weight": (0, 0)}.get(part, (0, 0))
        if not shape or shape[side[0] if len(shape) > 1 else 0] != weight[side[1]]:
            raise mismatch


def tensor_shapes(file: Path) -> Shapes:
    """Return the shapes of the tensors in a safetensors file, read from its header alone.

    Raises:
        AdapterInvalid: When it is damaged or cut short.
    """
    try:
        return dict(weight_files.read(file).shapes)
    except (OSError, ModelIncomplete) as error:
        raise AdapterInvalid(f"{file.name} is damaged or cut short.") from error


def _settings(folder: Path) -> dict[str, object]:
    file = folder / CONFIG
    try:
        if file.stat().st_size > _CONFIG_BYTES:
            raise AdapterInvalid(f"{CONFIG} is larger than any settings file.")
        found: object = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise AdapterInvalid(f"{folder.name} has no readable {CONFIG}.") from error
    if not isinstance(found, dict):
        raise AdapterInvalid(f"{CONFIG} does not hold settings.")
    settings = cast(dict[str, object], found)
    if settings.get("peft_type") != "LORA":
        raise AdapterInvalid(f"{folder.name} is no LoRA or DoRA adapter.")
    for key, value in settings.items():
        if key not in ALLOWED and key not in HARMLESS and value:
            raise AdapterInvalid(f"{CONFIG} sets {key}, which this program does not use.")
    if not isinstance(settings.get("init_lora_weights", True), bool):
        raise AdapterInvalid(f"{CONFIG} asks to start from computed weights, which is not done.")
    return {key: value for key, value in settings.items() if key in ALLOWED}
