"""Adapters: what fine-tuning learned, kept beside a model and merged into it when it is loaded.

Merged, because an unmerged DoRA adapter makes every token several times slower. Another adapter,
or none, therefore means loading the model again, which its files in the page cache make quick.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from safetensors import safe_open

from vlm import paths, safety
from vlm.errors import AdapterMismatch, ModelIncomplete

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def find(name: str) -> Path:
    """Find an adapter by folder or by the name it has in the program's own folder.

    Raises:
        AdapterMismatch: If there is none, or it is incomplete.
    """
    for folder in (Path(name), paths.data_dir() / "adapters" / name):
        if (folder / CONFIG).is_file():
            if not (folder / WEIGHTS).is_file():
                raise AdapterMismatch(f"The adapter {name} has no {WEIGHTS}.")
            return folder
    raise AdapterMismatch(f"There is no adapter called {name}.")


def identity(folder: Path | None) -> str:
    """Return a text that changes when the adapter does; "" for none."""
    if folder is None:
        return ""
    stat = (folder / WEIGHTS).stat()
    return f"{folder.resolve()} {stat.st_mtime_ns} {stat.st_size}"


def merge(model: Any, folder: Path) -> Any:
    """Merge an adapter into a model.

    Args:
        model: Freshly loaded; it is changed.
        folder: As `find` returned it.

    Returns:
        The model with the adapter's changes in its own weights.

    Raises:
        AdapterMismatch: If the adapter does not fit the model.
    """
    # Importing it takes a second, and most questions need no adapter.
    from peft import PeftConfig, PeftModel, get_peft_model_state_dict

    try:
        settings = safety.read_settings(folder / CONFIG)
        safety.tensors(folder / WEIGHTS)
    except ModelIncomplete as error:
        raise AdapterMismatch(str(error)) from error
    if settings.get("peft_type") != "LORA":
        raise AdapterMismatch(f"{folder.name} is no LoRA or DoRA adapter.")
    mismatch = AdapterMismatch(
        f"The adapter {folder.name} was made for another model than this one. Choose that model, "
        "or no adapter."
    )
    try:
        config = PeftConfig.from_pretrained(str(folder), local_files_only=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it warns of is an error here, found below
            tuned = PeftModel.from_pretrained(
                model, str(folder), config=config, local_files_only=True, use_safetensors=True
            )
    except (ValueError, RuntimeError, KeyError, TypeError) as error:
        raise mismatch from error
    with safe_open(folder / WEIGHTS, framework="pt") as file:
        given = set(file.keys())
    if given != set(get_peft_model_state_dict(tuned, save_embedding_layers=False)):
        raise mismatch
    return tuned.merge_and_unload()
