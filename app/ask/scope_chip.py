"""The chip that says what the next question reads, and changes it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ask import words
from app.ask.button import IconButton, Look
from app.ask.flow import FlowRow
from app.ask.icons import Icon
from app.ask.values import Scope
from vlm.types import Document


class ScopeChip(QWidget):
    """Off without a page. A crop or the whole document is gone back on with a click.

    Signals:
        crop_cleared(): Read the whole page again.
        crop_wanted(): The person wants to draw a box.
        whole_wanted(bool): Read the whole document, or the page in front again.
    """

    crop_cleared = Signal()
    crop_wanted = Signal()
    whole_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope: Scope | None = None
        self.chip = IconButton(Icon.PAGE, "", Look.TINT)
        self.chip.clicked.connect(self._on_clicked)
        self.draw = IconButton(Icon.CROP, "Draw a box")
        self.draw.setToolTip("Draw a box on the page to read only that part, at full sharpness.")
        self.draw.clicked.connect(self.crop_wanted)
        self.whole = IconButton(Icon.PAGES, "Whole document")
        self.whole.setToolTip("Find the pages that the question is about, and read those.")
        self.whole.clicked.connect(lambda: self.whole_wanted.emit(True))
        self._row = FlowRow(self.chip, self.draw, self.whole, gap=2)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._row)
        self.set_scope(None, None)

    def set_scope(self, document: Document | None, scope: Scope | None) -> None:
        """Say what will be read; None says that there is no page."""
        self._scope = scope
        self.chip.setEnabled(scope is not None)
        if scope is None:
            self._show_none()
            return
        cropped = scope.box is not None
        pages = document.page_count if document is not None else 1
        self.chip.set_words(words.scope(scope, document))
        self.chip.setAccessibleName(f"Reads: {self.chip.text()}")
        whole = "picture" if document is not None and document.kind == "image" else "page"
        self.chip.setToolTip(
            words.WHOLE_DETAIL
            if scope.whole
            else f"Only this part is read, at full sharpness. Click to read the whole {whole}."
            if cropped
            else f"The whole {whole} is read. Click, then draw a box to read only a part of it."
        )
        self.chip.set_icon(Icon.CROSS if cropped or scope.whole else Icon.PAGE)
        self.chip.set_accent(cropped or scope.whole)
        self.draw.setVisible(not cropped and not scope.whole)
        self.whole.setVisible(pages > 1 and not scope.whole)
        self._row.settle()

    def _show_none(self) -> None:
        """Keep the chip's room: nothing jumps when the page comes."""
        self.chip.set_words("No page yet")
        self.chip.setToolTip("")
        self.chip.set_icon(Icon.PAGE)
        self.chip.set_accent(False)
        self.draw.hide()
        self.whole.hide()
        self._row.settle()

    @Slot()
    def _on_clicked(self) -> None:
        if self._scope is not None and self._scope.whole:
            self.whole_wanted.emit(False)
        elif self._scope is not None and self._scope.box is not None:
            self.crop_cleared.emit()
        else:
            self.crop_wanted.emit()
