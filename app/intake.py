"""What was dropped, pasted or named: which of it can be opened, and a sentence for the rest."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage, QImageWriter

from app import safe_file
from vlm.pages.files import shown_name
from vlm.pages.kinds import SUFFIXES

KINDS = (
    "PDF and pictures (" + " ".join(f"*{suffix}" for suffix in SUFFIXES) + ")"
    ";;PDF (*.pdf);;Pictures ("
    + " ".join(f"*{suffix}" for suffix in SUFFIXES[1:])
    + ");;All files (*)"
)
"""What the file dialog offers."""
NOTHING_TO_PASTE = "There is no picture or file on the clipboard. Copy one, then paste again."
ONLY_LOCAL = (
    "That was an address, not a file. Copy the picture itself and paste it here with Ctrl+V, "
    "or save it on this computer first."
)


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in: absolute paths that can be tried, and plain sentences about the rest.

    `folders` cannot be opened, but all their documents can be asked.
    """

    files: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def sort_out(paths: Iterable[str]) -> Intake:
    """Divide paths into what can be tried and what cannot, keeping their order."""
    files: list[str] = []
    refused: list[str] = []
    folders: list[str] = []
    for given in dict.fromkeys(os.path.abspath(path) for path in paths):  # noqa: PTH100 - no links resolved
        path = Path(given)
        if path.is_dir():
            folders.append(given)
        elif path.suffix and path.suffix.lower() not in SUFFIXES and path.exists():
            refused.append(
                f"“{shown_name(given)}” is neither a PDF nor a picture. "
                "Print or export it to PDF, then open that."
            )
        else:
            files.append(given)
    return Intake(tuple(files), tuple(refused), tuple(folders))


def can_take(data: QMimeData) -> bool:
    """Tell whether something is worth dropping here."""
    return data.hasUrls() or data.hasImage()


def take(data: QMimeData, pasted: Path) -> Intake:
    """Read what was dropped or pasted; a picture is kept as a PNG file in `pasted` first.

    Raises:
        OSError: When the picture cannot be written.
    """
    urls = data.urls() if data.hasUrls() else []
    local = [url.toLocalFile() for url in urls if url.isLocalFile()]
    if local:
        return sort_out(local)
    if data.hasImage():
        image = data.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return Intake((str(keep_picture(image, pasted)),))
    return Intake(refused=(ONLY_LOCAL if urls else NOTHING_TO_PASTE,))


def keep_picture(image: QImage, folder: Path) -> Path:
    """Write a picture as a PNG file that only its owner can read; return the file."""
    folder.mkdir(mode=0o700, exist_ok=True)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d %H.%M.%S.%f")[:-3]
    file = folder / f"Pasted {stamp}.png"
    safe_file.write(file, bytes(content.data()))
    return file
