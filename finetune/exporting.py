"""Writes examples for other programs: JSONL with pictures, or a folder that `datasets` loads.

Both take the pictures kept with the examples, so that documents that moved lose nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from finetune.examples import ExampleStore
from finetune.types import Example

_MOST_OF_ID = 40
"""Characters of an id in a file's name; up to four bytes each, of the 255 that disks take."""
_ENDINGS = {b"\x89PNG": ".png", b"RIFF": ".webp"}


def export_jsonl(store: ExampleStore, examples: Iterable[Example], target: Path) -> int:
    """Write one row an example to `target` and the pictures to a folder beside it.

    The rows have the form that `importing.read` takes: importing them gives the same questions,
    answers and documents again, with the crop as the page.

    Returns:
        How many rows were written.
    """
    folder = target.with_name(target.stem + "_images")
    rows: list[str] = []
    for number, example in enumerate(examples):
        image = _picture(store, example, folder, number)
        row = {"id": example.id, "file": f"{folder.name}/{image}", "page": 0, **_fields(example)}
        rows.append(json.dumps(row, ensure_ascii=False))
    _write(target, rows)
    return len(rows)


def export_folder(store: ExampleStore, examples: Iterable[Example], folder: Path) -> int:
    """Write `folder`/metadata.jsonl and `folder`/images for ``load_dataset("imagefolder")``.

    Returns:
        How many rows were written.
    """
    rows: list[str] = []
    for number, example in enumerate(examples):
        image = _picture(store, example, folder / "images", number)
        row = {"file_name": f"images/{image}", "id": example.id, **_fields(example)}
        rows.append(json.dumps(row, ensure_ascii=False))
    _write(folder / "metadata.jsonl", rows)
    return len(rows)


def _fields(example: Example) -> dict[str, object]:
    box = example.box
    return {
        "question": example.question,
        "answers": list(example.answers),
        "said": example.said,
        "verdict": example.verdict,
        "kind": example.kind,
        "document": example.document,
        "page_hash": example.page_hash,
        "source_page": example.page.page,
        "source_box": [box.x0, box.y0, box.x1, box.y1] if box else None,
    }


def _picture(store: ExampleStore, example: Example, folder: Path, number: int) -> str:
    data = store.crop(example.id).picture
    name = f"{number:06}-{_safe(example.id)}{_ENDINGS.get(data[:4], '.jpg')}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return name


def _safe(id: str) -> str:
    """Keep an id from naming a place outside the folder, and from being too long for a name."""
    return "".join(mark if mark.isalnum() or mark in "-_" else "_" for mark in id[:_MOST_OF_ID])


def _write(file: Path, rows: list[str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(row + "\n" for row in rows), encoding="utf-8")
