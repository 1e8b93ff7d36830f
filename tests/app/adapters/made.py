"""Models, versions and documents made by the tests: real files, random numbers, no torch."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import msgspec
import pymupdf

from finetune.adapters import CARD, Card
from finetune.fingerprint import base_fingerprint
from finetune.gate import Interval, Score
from tests.finetune.made import png_of
from vlm import paths

BETTER = Score(0.62, 0.81, Interval(0.19, 0.09, 0.28))
SIDE, RANK = 4, 2
_PAIR = "base_model.model.layer.lora_"


def _save(file: Path, shapes: dict[str, tuple[int, int]], fill: int) -> None:
    header: dict[str, object] = {}
    end = 0
    for name, (rows, columns) in shapes.items():
        start, end = end, end + 4 * rows * columns
        entry = {"dtype": "F32", "shape": [rows, columns], "data_offsets": [start, end]}
        header[name] = entry
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + bytes([fill]) * end)


def model(folder: Path, fill: int = 0) -> Path:
    """Make a folder that is a model as far as its files are looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "idefics2"}))
    _save(folder / "model.safetensors", {"layer.weight": (SIDE, SIDE)}, fill)
    return folder


def peft(folder: Path, side: int = SIDE, **settings: object) -> Path:
    """Make an adapter folder as peft saves it."""
    folder.mkdir(parents=True, exist_ok=True)
    _save(
        folder / "adapter_model.safetensors",
        {f"{_PAIR}A.weight": (RANK, side), f"{_PAIR}B.weight": (side, RANK)},
        1,
    )
    given = {"peft_type": "LORA", "r": RANK, "target_modules": ["layer"], **settings}
    (folder / "adapter_config.json").write_text(json.dumps(given))
    return folder


def version(
    name: str,
    base: Path,
    passed: bool | None = True,
    looks: tuple[str, ...] = (),
    made_at: float = 0.0,
) -> Path:
    """Put a version of a model into the library."""
    folder = peft(paths.data_dir() / "adapters" / name)
    card = Card(
        base.name,
        base_fingerprint(base),
        "d" * 64,
        "dora",
        RANK,
        made_at,
        examples=24,
        documents=12,
        passed=passed,
        anls=None if passed is None else BETTER,
        exact=None if passed is None else BETTER,
        looks=looks,
    )
    (folder / CARD).write_bytes(msgspec.json.encode(card))
    return folder


def paper(file: Path, seed: int) -> str:
    """Draw a one-page document of large random blocks: two seeds never look alike."""
    with pymupdf.open() as document:
        page = document.new_page(width=400, height=400)
        page.insert_image(page.rect, stream=png_of(seed))
        document.save(file)
    return str(file)
