"""Tiny models of the real class of every other family, built in code and saved as real folders.

Random weights: answers mean nothing, but every path of the engine runs as with a large model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests import tiny
from tests.small import llava

BUILDERS: Mapping[str, Callable[[], tuple[Any, Any]]] = {
    "llava": llava.build,
}
"""By kind: what makes a model and its processor, or the parts of one to save."""

INPUTS: Mapping[str, Callable[[Any, str, list[Any], Any], dict[str, Any]]] = {
    "llava": llava.inputs,
}
"""By kind: what plain transformers makes of a prompt and images that have their final size."""


def save(kind: str, folder: Path) -> Path:
    """Build a tiny model and save it to `folder` as a checkpoint."""
    model, processor = BUILDERS[kind]()
    tokenizer = processor.tokenizer
    tiny.spread(model, 0)
    model.tie_weights()
    if model.generation_config.eos_token_id is None:
        model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
