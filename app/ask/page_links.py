"""The pages that were read for an answer of a whole document, as links, and how many were not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import figures, theme
from app.ask import words
from app.ask.button import IconButton, Look
from app.ask.flow import FlowRow
from app.ask.icons import Icon
from app.ask.surface import MutedLabel
from app.labels import tip
from vlm.coverage import coverage
from vlm.types import PageAnswer, PagesRead


class PageLinks(QWidget):
    """A link for each page that was read, the one that answered first.

    Signals:
        pressed(object): The `PageAnswer` to go to.

    Args:
        indent: Pixels that the links and the line stand further in.
    """

    pressed = Signal(object)

    def __init__(self, indent: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._indent = indent
        self._row: FlowRow | None = None
        self.links: list[IconButton] = []
        self.line = MutedLabel()
        self.line.setContentsMargins(indent, 0, indent, 0)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.SPACE)
        self._layout.addWidget(self.line)
        self.hide()

    def show_read(self, read: PagesRead | None) -> None:
        """Show what was read; None hides all of it."""
        if self._row is not None:
            self._layout.removeWidget(self._row)
            self._row.hide()
            self._row.deleteLater()
            self._row = None
        self.links = []
        self.setVisible(read is not None)
        if read is None:
            return
        answer = read.pages[0].text if read.found else ""
        self.links = [self._link(page, answer) for page in read.pages]
        self._row = FlowRow(*self.links, inset=self._indent)
        self._layout.insertWidget(0, self._row)
        self._row.settle()
        self.line.setText(figures.sentence(coverage(read)))

    def tab_before(self, widget: QWidget) -> None:
        """Put the links before `widget` in the tab order."""
        for link in self.links:
            before = widget.previousInFocusChain()
            if before is not None and before is not link:
                QWidget.setTabOrder(before, link)
            QWidget.setTabOrder(link, widget)

    def _link(self, page: PageAnswer, answer: str) -> IconButton:
        name, tone = words.page_link(page, answer)
        link = IconButton(Icon.JUMP if page.useful else Icon.PAGE, name, Look.TINT)
        if tone is not None:
            link.set_tone(tone)
        link.setToolTip(tip(words.page_link_detail(page)))
        link.setAccessibleDescription(words.page_link_detail(page))
        link.clicked.connect(lambda: self.pressed.emit(page))
        return link
