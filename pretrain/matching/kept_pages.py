"""Keeps the pages of sheets that were looked at: that takes longer than to learn from them once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from safetensors import safe_open
from safetensors.numpy import save_file

from pretrain.matching.rank_network import AskedPage
from pretrain.matching.sheets import Sheet
from vlm.option_numbers import Around

_TOLD = "told"


class _Texts(msgspec.Struct):
    """The texts of a page."""

    questions: list[str]
    answers: list[tuple[str, ...]]
    texts: list[str]
    values: list[str]


def file_of(folder: Path, sheet: Sheet, seed: int) -> Path:
    """Return where a page is kept: elsewhere as soon as its sheet or the seed is another."""
    told = hashlib.sha256(f"{seed} {sheet!r}".encode()).hexdigest()
    return folder / f"{told[:32]}.safetensors"


def keep(file: Path, page: AskedPage) -> None:
    """Keep a page.

    Raises:
        OSError: If it cannot be written.
    """
    texts = _Texts(page.questions, page.answers, page.stands.texts, page.stands.values)
    arrays = {"known": page.known, "right": page.right, "places": page.stands.places}
    half = file.with_suffix(".half")
    save_file(arrays, half, {_TOLD: msgspec.json.encode(texts).decode()})
    half.replace(file)


def kept(file: Path, name: str) -> AskedPage:
    """Return a page that was kept.

    Args:
        file: See `file_of`.
        name: Of its sheet.

    Raises:
        OSError: If it cannot be read.
    """
    with safe_open(file, "numpy") as page:
        texts = msgspec.json.decode(page.metadata()[_TOLD], type=_Texts)
        known, right, places = map(page.get_tensor, ("known", "right", "places"))
    stands = Around(texts.texts, places, texts.values)
    return AskedPage(name, texts.questions, stands, known, right, texts.answers)
