"""Examples with pictures, and lists to import, made by the tests."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from app.examples.pictures import png
from finetune.examples import ExampleStore
from finetune.types import Crop, Example, ExampleKind
from vlm.types import Box, PageRef, PageSize


def picture(width: int = 320, height: int = 200) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.cyan)
    return png(image)


def example(
    number: int,
    path: str = "",
    document: str = "",
    question: str = "What is the total?",
    answer: str = "",
    said: str = "9.99",
    kind: ExampleKind = "correction",
) -> Example:
    return Example(
        id=f"e{number}",
        document=document or f"{number:064x}",
        page=PageRef(path or f"/papers/invoice {number}.pdf", 0),
        question=question,
        answers=(answer or f"{number}.00",),
        kind=kind,
        made_at=1_700_000_000.0 + number,
        box=Box(0.5, 0.0, 1.0, 0.2),
        said=said,
        verdict="wrong",
    )


def fill(file: Path, *examples: Example) -> None:
    """Keep examples in a file, each with a picture."""
    with ExampleStore(file) as store:
        for one in examples:
            store.add(one, Crop(picture(), PageSize(595, 842)))


def stored(file: Path) -> list[Example]:
    with ExampleStore(file) as store:
        return list(store.all())
