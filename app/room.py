"""How large a window opens: as it wants to be, but never larger than the screen."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

FRAME = QSize(16, 44)
"""Logical pixels that a desk puts around a window: its edges, and the bar with its name."""


def open_at(window: QWidget, width: int, height: int) -> None:
    """Size a window that has not been shown yet.

    Args:
        window: On the screen of its parent.
        width: Logical pixels that it wants.
        height: The same downwards.
    """
    free = window.screen().availableSize() - FRAME
    window.resize(QSize(width, height).boundedTo(free))
