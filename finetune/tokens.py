"""Counts tokens as a model's own tokenizer does, without loading the model or its library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tokenizers import Tokenizer

from vlm.errors import ModelIncomplete


def counter(base: Path) -> Callable[[str], int]:
    """Return what counts the tokens of a text.

    Raises:
        ModelIncomplete: When the model has no readable `tokenizer.json`.
    """
    file = base / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # noqa: BLE001  # the library raises plain Exception
        raise ModelIncomplete(f"The model in {base} has no readable tokenizer.json.") from error

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    return count
