"""Drawn pages as what is kept of them: picture files and hashes. Any thread."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from finetune.lookalike import page_hash_of

RGB = QImage.Format.Format_RGB888


def png(image: QImage) -> bytes:
    """Return a picture as a PNG file without an alpha channel."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image.convertToFormat(RGB))
    return bytes(data.data())


def look_of(image: QImage) -> str:
    """Return the perceptual hash of a page drawn for it; some 60 ms of work."""
    plain = image.convertToFormat(RGB)
    width, height, line = plain.width(), plain.height(), plain.bytesPerLine()
    rows = bytes(plain.constBits())
    packed = b"".join(rows[y * line : y * line + 3 * width] for y in range(height))
    return page_hash_of(width, height, packed)
