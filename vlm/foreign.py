"""Models in forms that this program does not read, told by their settings and the names of files.

Each is named in a sentence that says what to get instead. Knows names only and reads no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, cast

ADAPTER = "adapter_config.json"
"""What every folder with an adapter of the usual library has."""

PACKERS: Mapping[str, str] = {
    "awq": "AWQ",
    "bitsandbytes": "bitsandbytes",
    "compressed-tensors": "compressed-tensors",
    "fbgemm_fp8": "FP8",
    "fp8": "FP8",
    "gptq": "GPTQ",
    "mlx": "MLX",
}
"""Names of ways to pack weights, by what settings call them; others keep their name."""

FOR_MLX = (
    "{} was made for MLX, which lays weights out in another way. Get the same model as it was "
    "published first."
)
"""What is told of such a file, whose name goes in."""

_BITS = ("bits", "w_bit", "num_bits")


def packing(settings: Mapping[str, Any]) -> str:
    """Say how a model's weights were packed by whoever published it; "" when they were not.

    Args:
        settings: Of its `config.json`.

    Returns:
        A clause like "in 4 bits with AWQ".
    """
    for named, given in _all(settings):
        if named not in ("quantization", "quantization_config") or not isinstance(given, dict):
            continue
        how = cast(dict[str, Any], given)
        method = str(how.get("quant_method") or ("mlx" if named == "quantization" else ""))
        bits = next((how[key] for key in _BITS if isinstance(how.get(key), int)), None)
        if bits is None:
            bits = 4 if how.get("load_in_4bit") else 8 if how.get("load_in_8bit") else None
        name = PACKERS.get(method, method)
        parts = (f"in {bits} bits" if bits else "", f"with {name}" if name else "")
        return " ".join(part for part in parts if part) or "small"
    return ""


def advice(settings: Mapping[str, Any]) -> str:
    """Say which form of a model to get where its settings show another one; "" when none is known.

    Args:
        settings: Of its `config.json`.
    """
    kind = settings.get("model_type")
    if kind == "internvl_chat":
        wanted = "InternVL whose name ends in “-hf”, like OpenGVLab/InternVL3-1B-hf"
    elif kind == "florence2" and settings.get("auto_map"):
        wanted = "Florence-2 from florence-community, like florence-community/Florence-2-base"
    elif "mm_vision_tower" in settings:
        wanted = "LLaVA from llava-hf, like llava-hf/llava-1.5-7b-hf"
    else:
        return ""
    return f"This is an older form of the model; get {wanted}."


def files(subject: str, names: Iterable[str]) -> str:
    """Say what files are that make no model this program reads; "" when that cannot be told.

    Args:
        subject: What people call where they lie.
        names: Theirs, with "/" where they lie deeper.
    """
    found = [PurePosixPath(name) for name in names]
    bare, kinds = {one.name for one in found}, {one.suffix.lower() for one in found}
    if ADAPTER in bare:
        return (
            f"{subject} holds what was learned on top of another model, not a model of its own. "
            "Get the model that it was made for, then add this to its trained versions."
        )
    if ".gguf" in kinds:
        return (
            f"{subject} holds GGUF files, which this program does not read. Get the same model "
            "as it was published first; its name is usually the same without “GGUF”."
        )
    if any(name.startswith("consolidated.") for name in bare):
        return (
            f"{subject} holds a model in its maker's own form. Get the one for transformers, which "
            "has a config.json and files whose names begin with “model” and end in “.safetensors”."
        )
    if ".onnx" in kinds:
        return (
            f"{subject} holds ONNX files, which this program does not read. Get the same model as "
            "it was published first."
        )
    return ""


def _all(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of settings and of those for a model's parts."""
    yield from settings.items()
    for part in settings.values():
        if isinstance(part, dict):
            yield from cast(dict[str, Any], part).items()
