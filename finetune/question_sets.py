"""Sets of questions that are asked of every page of a kind: shipped ones, and the person's own.

All sets are in one file from the first change on; the shipped ones may be changed and removed like
the others, and come back with `restored`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from finetune.errors import StoreTooNew, StoreUnusable
from vlm import whole_file
from vlm.question_sets import NAME, SHIPPED, NewerSets, QuestionSet, decode, encode, named, plain
from vlm.system_refusals import reason

__all__ = ["NAME", "SHIPPED", "QuestionSet", "load", "named", "plain", "restored", "save"]


def load(file: Path) -> tuple[QuestionSet, ...]:
    """Return the person's sets; the shipped ones while there is no file.

    Raises:
        StoreTooNew: When the file was written by a newer program.
        StoreUnusable: When it cannot be read or understood.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return SHIPPED
    except OSError as error:
        raise StoreUnusable(f"The question sets cannot be read: {reason(error)}.") from error
    try:
        return decode(content)
    except NewerSets as error:
        raise StoreTooNew(str(error)) from error
    except ValueError as error:
        raise StoreUnusable(str(error)) from error


def save(file: Path, sets: Sequence[QuestionSet]) -> None:
    """Write all sets; a crash leaves the old file or the new.

    Raises:
        StoreUnusable: When it cannot be written.
    """
    content = encode(sets)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        whole_file.write(file, content)
    except OSError as error:
        raise StoreUnusable(f"The question sets could not be saved: {reason(error)}.") from error


def restored(sets: Sequence[QuestionSet]) -> tuple[QuestionSet, ...]:
    """Return the sets with those shipped ones added whose name is not there."""
    names = {plain(one.name) for one in sets}
    return (*sets, *(one for one in SHIPPED if plain(one.name) not in names))
