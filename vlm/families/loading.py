"""The parts of a processor, each loaded on its own: no torchvision, no video, no code from disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from transformers import AutoImageProcessor, AutoTokenizer


def image_processor(folder: Path) -> Any:
    """Load the image processor in its Pillow form, so that results do not depend on extras."""
    return AutoImageProcessor.from_pretrained(
        str(folder), backend="pil", local_files_only=True, trust_remote_code=False
    )


def tokenizer(folder: Path) -> Any:
    """Load the tokenizer."""
    return AutoTokenizer.from_pretrained(
        str(folder), local_files_only=True, trust_remote_code=False
    )


def chat_template(folder: Path, loaded: Any, fallback: str) -> str:
    """Return the folder's chat template, old file form included, else the fallback."""
    new, old = folder / "chat_template.jinja", folder / "chat_template.json"
    if new.is_file():
        return new.read_text(encoding="utf-8")
    if old.is_file():
        found = json.loads(old.read_text(encoding="utf-8")).get("chat_template")
        if isinstance(found, str):
            return found
    return loaded.chat_template if isinstance(loaded.chat_template, str) else fallback
