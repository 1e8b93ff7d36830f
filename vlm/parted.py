"""Which models are asked about whole pages part by part: the one that comes with the program.

And what was made of it here: a merged model is the same to ask. It is told by a file that merging
writes beside it, which names the very settings and tokenizer it was written with. Models from a
server never bring that file, see `vlm.safety.is_allowed`, and where it was put beside another model
it does not count.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import msgspec

from vlm import learned_names, models, whole_file
from vlm.errors import AdapterMismatch, ModelIncomplete
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.types import Value

MARK = "reads_parts.json"
"""The file, in a merged model's folder."""

VERSION: Literal[1] = 1
_MOST_BYTES = 4096
_NAMED = ("config.json", "tokenizer.json")


class _Mark(Value, frozen=True):
    """SHA-256 of the files that say what a model is, by their names."""

    files: dict[str, str]
    version: Literal[1] = VERSION


def reads_parts(folder: Path) -> bool:
    """Tell whether the model in a folder is asked about whole pages part by part."""
    return models.is_shipped(folder) or _is_marked(folder)


def mark(folder: Path) -> None:
    """Say of a model that was written here that it is asked part by part, as its base is.

    Raises:
        OSError: When a file cannot be read or written.
    """
    whole_file.write(folder / MARK, msgspec.json.encode(_Mark(_prints(folder))))


def names_of(folder: Path) -> LearnedNames:
    """Return what was learned of names beside the weights that were merged; none elsewhere.

    Raises:
        ModelIncomplete: When their file is damaged.
    """
    if not _is_marked(folder):
        return NO_NAMES
    try:
        return learned_names.read(folder)
    except AdapterMismatch as error:
        raise ModelIncomplete(
            f"What the model in {folder} was taught of names ({learned_names.NAMES}) is damaged. "
            "Write the full model again, or remove that file."
        ) from error


def _is_marked(folder: Path) -> bool:
    try:
        with (folder / MARK).open("rb") as stream:
            said = msgspec.json.decode(stream.read(_MOST_BYTES), type=_Mark)
        return said.files == _prints(folder)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _prints(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in _NAMED}
