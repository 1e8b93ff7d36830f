"""The chip that says what the next question reads, and changes it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ask import words
from app.ask.button import IconButton, Look
from app.ask.icons import Icon
from app.ask.values import Scope
from vlm.types import Document


class ScopeChip(QWidget):
    """Hidden without a page. A cross beside it clears a crop.

    Signals:
        crop_cleared(): Read the whole page again.
        crop_wanted(): The person wants to draw a box.
    """

    crop_cleared = Signal()
    crop_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope: Scope | None = None
        self.chip = IconButton(Icon.PAGE, "", Look.TINT)
        self.chip.clicked.connect(self._on_clicked)
        self.draw = IconButton(Icon.CROP, "Draw a box to read only a part")
        self.draw.clicked.connect(self.crop_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.chip)
        layout.addWidget(self.draw)
        layout.addStretch()
        self.set_scope(None, None)

    def set_scope(self, document: Document | None, scope: Scope | None) -> None:
        """Say what will be read; None hides the chip."""
        self._scope = scope
        self.setVisible(scope is not None)
        if scope is None:
            return
        cropped = scope.box is not None
        self.chip.set_words(words.scope(scope, document))
        self.chip.setAccessibleName(f"Reads: {self.chip.text()}")
        whole = "picture" if document is not None and document.kind == "image" else "page"
        self.chip.setToolTip(
            f"Only this part is read, at full sharpness. Click to read the whole {whole}."
            if cropped
            else f"The whole {whole} is read. Click, then draw a box to read only a part of it."
        )
        self.chip.set_icon(Icon.CROSS if cropped else Icon.PAGE)
        self.chip.set_accent(cropped)
        self.draw.setVisible(not cropped)

    @Slot()
    def _on_clicked(self) -> None:
        if self._scope is not None and self._scope.box is not None:
            self.crop_cleared.emit()
        else:
            self.crop_wanted.emit()
