"""Looks at a model folder before any library opens it: only weights and settings, all complete.

Knows file formats, not models. What is not allow-listed is never read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from vlm import family_names, foreign, weight_files
from vlm.errors import ModelIncomplete, ModelMissing, ModelUnsupported
from vlm.weight_files import Weights

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
SETTINGS = (
    "config.json",
    "generation_config.json",
    "processor_config.json",
    "preprocessor_config.json",
    "tokenizer_config.json",
    "chat_template.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "qformer_tokenizer/tokenizer_config.json",
    "qformer_tokenizer/special_tokens_map.json",
    "qformer_tokenizer/added_tokens.json",
)
"""Small JSON files that may be read; none may name code."""

OTHERS = (
    "chat_template.jinja",
    "tokenizer.json",
    "tokenizer.model",
    "qformer_tokenizer/tokenizer.json",
    "qformer_tokenizer/vocab.txt",
    "vocab.json",
    "merges.txt",
    "README.md",
    "LICENSE",
)

OTHER_WEIGHTS = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.h5", "*.gguf", "*.msgpack")
"""Weights in formats that are not read."""

PREPARING = ("preprocessor_config.json", "processor_config.json")
"""Say how a page is prepared; a model has one of them at least."""

CODE = ("auto_map", "custom_pipelines")
"""Settings that name program code."""

KERNELS = "_implementation"
"""How settings end that name a way to compute: the library's own, or a repository of programs."""

SETTINGS_BYTES = 4 * 1024 * 1024
INDEX_BYTES = 32 * 1024 * 1024
LIMITS = {
    "hidden_size": 65_536,
    "intermediate_size": 524_288,
    "num_hidden_layers": 512,
    "num_attention_heads": 1024,
    "num_key_value_heads": 1024,
    "head_dim": 4096,
    "vocab_size": 4_000_000,
    "max_position_embeddings": 16_777_216,
    "image_size": 16_384,
    "patch_size": 1024,
    "resampler_n_latents": 4096,
    "resampler_depth": 64,
    "scale_factor": 16,
    "depth": 512,
    "depths": 512,
    "num_heads": 1024,
    "embed_dim": 65_536,
    "out_hidden_size": 65_536,
    "d_model": 65_536,
    "ffn_dim": 524_288,
    "encoder_layers": 512,
    "decoder_layers": 512,
    "encoder_ffn_dim": 524_288,
    "decoder_ffn_dim": 524_288,
    "encoder_attention_heads": 1024,
    "decoder_attention_heads": 1024,
    "word_embed_proj_dim": 65_536,
    "projection_dim": 65_536,
    "num_query_tokens": 4096,
    "num_global_layers": 512,
    "max_num_tiles": 64,
    "vision_output_dim": 524_288,
    "density_router_hidden_size": 65_536,
    "spatial_merge_size": 16,
    "temporal_patch_size": 16,
}
"""Largest believable values; a larger one would ask for absurd memory before anything fails."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """What is known of a model folder without loading it.

    Attributes:
        folder: Where it is.
        model_type: As `config.json` says.
        config: All of `config.json`.
        weight_bytes: Of all tensors as stored.
        weights: Number of numbers in all tensors.
    """

    folder: Path
    model_type: str
    config: dict[str, Any]
    weight_bytes: int
    weights: int


def is_allowed(name: str) -> bool:
    """Tell whether a file may be read from, or fetched into, a model folder.

    Args:
        name: Below the folder, with "/" where it lies deeper.
    """
    known = (SINGLE, INDEX, *SETTINGS, *OTHERS)
    return name in known or SHARD.fullmatch(name) is not None


def allowed_below(folder: Path) -> list[str]:
    """Return the names, as `is_allowed` takes them, of the files of a model in a folder."""
    places = [*folder.iterdir(), *(folder / "qformer_tokenizer").glob("*")]
    names = [place.relative_to(folder).as_posix() for place in places if place.is_file()]
    return sorted(name for name in names if is_allowed(name))


def examine(folder: Path) -> ModelFolder:
    """Check a model folder.

    Raises:
        ModelMissing: If there is no such folder.
        ModelIncomplete: If something is missing, cut short or unsafe.
    """
    if not folder.is_dir():
        raise ModelMissing(
            f"There is no model folder {folder}: it was moved or deleted, or it is on a drive that "
            "is not connected."
        )
    config = settings_of(folder)
    weights = [weights_in(folder / name) for name in _weight_files(folder)]
    if (folder / foreign.ADAPTER).is_file():
        raise ModelIncomplete(
            f"{folder} holds a model and what was learned on top of it, and it is not clear which "
            "of the two is meant. Move the files whose names begin with “adapter” to a folder of "
            "their own; that can be added to the trained versions."
        )
    return ModelFolder(
        folder,
        str(config["model_type"]),
        config,
        sum(one.size for one in weights),
        sum(one.numbers for one in weights),
    )


def settings_of(folder: Path) -> dict[str, Any]:
    """Check the small files of a model folder, which may still lack its weights.

    Returns:
        All of `config.json`, which names a `model_type`.

    Raises:
        ModelIncomplete: If they are missing, cut short or unsafe, or for a form of the model that
            is not read.
    """
    for name in SETTINGS:
        if (folder / name).exists():
            _refuse_code(folder / name, read_settings(folder / name))
    place = folder / "config.json"
    if not place.is_file() and (told := foreign.files(str(folder), names_in(folder))):
        raise ModelIncomplete(told)
    config = read_settings(place)
    if not isinstance(config.get("model_type"), str):
        raise ModelIncomplete(f"{place} does not say which model it is for.")
    if how := foreign.packing(config):
        raise ModelIncomplete(
            f"The model in {folder} was packed {how} by whoever published it, which this program "
            "cannot unpack. Get the same model as it was published first; where there is a "
            "graphics card, this program can pack it itself."
        )
    _check_limits(config, place)
    return config


def require_parts(folder: Path) -> None:
    """Refuse a model folder without what reads text and pictures: a library would make it up.

    Raises:
        ModelIncomplete: Then.
    """
    alone = (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file()
    if not alone and not (folder / "tokenizer.json").is_file():
        if (folder / "tokenizer.model").is_file():
            raise ModelIncomplete(
                f"The model in {folder} has its tokenizer in an old form only, tokenizer.model. "
                "Get a version of it with a tokenizer.json."
            )
        raise _left_out(folder, "tokenizer.json", "it cannot read")
    if not any((folder / name).is_file() for name in PREPARING):
        raise _left_out(folder, PREPARING[0], "it is not known how to show it a page")


def _left_out(folder: Path, name: str, without: str) -> ModelIncomplete:
    return ModelIncomplete(
        f"The model in {folder} has no {name}, and without that file {without}. Copy it from the "
        "model that this one was made from, or get another version of it."
    )


def names_in(folder: Path) -> list[str]:
    """Return the names of the files in a folder and in the folders in it."""
    places = [*folder.glob("*"), *folder.glob("*/*")]
    return [place.relative_to(folder).as_posix() for place in places if place.is_file()]


def read_settings(path: Path, limit: int = SETTINGS_BYTES) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ModelIncomplete: If it is missing, too large or no JSON object.
    """
    if not path.is_file():
        raise _lacking(path.parent, path.name)
    if path.stat().st_size > limit:
        raise ModelIncomplete(f"{path} is larger than any settings file.")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelIncomplete(f"{path} cannot be read: it is damaged or cut short.") from error
    if not isinstance(found, dict):
        raise ModelIncomplete(f"{path} does not hold settings.")
    return cast(dict[str, Any], found)


def _walk(value: Any) -> Iterator[tuple[str, Any]]:
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            yield from current.items()
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)


def _refuse_code(path: Path, settings: dict[str, Any]) -> None:
    for key, value in _walk(settings):
        if (key in CODE and value) or (key.endswith(KERNELS) and _is_repository(value)):
            wanted = foreign.advice(settings) or "Choose one that works without."
            raise ModelIncomplete(
                f"{path} wants to run program code that came with the model. Such models are not "
                f"loaded. {wanted}"
            )


def _is_repository(value: Any) -> bool:
    """Tell whether a way to compute, for the model or one of its parts, is to be fetched."""
    names = value.values() if isinstance(value, dict) else [value]
    return any(isinstance(name, str) and "/" in name for name in names)


def _check_limits(config: dict[str, Any], path: Path) -> None:
    for key, value in _walk(config):
        limit = LIMITS.get(key)
        if limit is None or value is None:
            continue
        numbers = value if isinstance(value, list) else [value]
        for number in numbers:
            if not isinstance(number, int) or not 0 < number <= limit:
                raise ModelIncomplete(f"{path} says {key} is {number!r}, which no model has.")


def _weight_files(folder: Path) -> list[str]:
    if (folder / SINGLE).is_file():
        return [SINGLE]
    if not (folder / INDEX).is_file():
        if told := foreign.files(str(folder), names_in(folder)):
            raise ModelIncomplete(told)
        if not any(True for kind in OTHER_WEIGHTS for _ in folder.glob(kind)):
            raise _lacking(folder, SINGLE)
        raise ModelIncomplete(
            f"The model folder {folder} has no {SINGLE}. Other weight formats can hide programs "
            "and are not read; look for a safetensors version of this model."
        )
    found = read_settings(folder / INDEX, INDEX_BYTES).get("weight_map")
    named = list(found.values()) if isinstance(found, dict) else []
    if not named:
        raise ModelIncomplete(f"{folder / INDEX} names no weights.")
    for name in named:
        if not isinstance(name, str) or not SHARD.fullmatch(name):
            raise ModelIncomplete(f"{folder / INDEX} names {name!r}, which is no weights file.")
        if not (folder / name).is_file():
            raise _lacking(folder, name)
    return sorted(set(named))


def _lacking(folder: Path, name: str) -> ModelIncomplete:
    return ModelIncomplete(
        f"The model is not all here: {name} is missing in {folder}. Most likely it was not fetched "
        "to the end; fetch it again."
    )


def weights_in(path: Path) -> Weights:
    """Read what a weights file says of itself.

    Raises:
        ModelIncomplete: If the file is cut short or damaged, or laid out for another library.
    """
    found = weight_files.read(path)
    if found.maker == "mlx":
        raise ModelIncomplete(foreign.FOR_MLX.format(path))
    return found


def require_type(found: ModelFolder, known: tuple[str, ...]) -> None:
    """Refuse a model of a family that this program does not run.

    Raises:
        ModelUnsupported: If its type is not among `known`.
    """
    if found.model_type not in known:
        raise ModelUnsupported(f"{found.folder.name} is {family_names.stranger(found.config)}")
