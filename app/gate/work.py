"""The long work behind the gate, as generators that run off the window's thread."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import msgspec
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from app.gate.values import Kept, Story, lines_of
from app.task import CancelToken, Work
from finetune import runs
from finetune.adapters import AdapterLibrary
from finetune.errors import RunDamaged
from finetune.gate import Gate
from finetune.runs import RunRow

PICTURE_PX = QSize(1600, 1600)
"""Largest picture that is handed to the window."""


def read(run: Path) -> Work:
    """Read a measured run. Yields one `Story`."""

    def work(token: CancelToken) -> Generator[Story, None, None]:
        plan, rows = runs.read_plan(run), runs.read_rows(run)
        try:
            gate = msgspec.json.decode((run / runs.GATE).read_bytes(), type=Gate)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise RunDamaged(f"“{plan.name}” has no measure that can be read.") from error
        known = AdapterLibrary().adopted(run)
        yield Story(run, plan, gate, lines_of(gate, rows), known.name if known else "")

    return work


def picture(run: Path, row: RunRow) -> Work:
    """Read the kept picture of a question. Yields one `Kept`."""

    def work(token: CancelToken) -> Generator[Kept, None, None]:
        try:
            image = QImage.fromData(runs.read_picture(run, row))
        except RunDamaged:
            image = QImage()
        if image.width() > PICTURE_PX.width() or image.height() > PICTURE_PX.height():
            smooth = Qt.TransformationMode.SmoothTransformation
            image = image.scaled(PICTURE_PX, Qt.AspectRatioMode.KeepAspectRatio, smooth)
        yield Kept(row.id, image if not image.isNull() else None)

    return work
