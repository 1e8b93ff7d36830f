"""The button that says where to take the documents to label from."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from app.labelling import words
from app.labelling.values import Source


class SourceButton(QPushButton):
    """A menu of sources.

    Signals:
        chosen(object): `Source`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Documents", parent)
        self.setProperty("kind", "quiet")
        self.setAutoDefault(False)
        self.setAccessibleName("Choose documents to label")
        menu = QMenu(self)
        menu.addAction("The &open documents", lambda: self.chosen.emit(Source.OPEN))
        menu.addAction("&Files…", lambda: self.chosen.emit(Source.FILES))
        menu.addAction("A &folder…", lambda: self.chosen.emit(Source.FOLDER))
        self.again = menu.addAction("", lambda: self.chosen.emit(Source.SAME_FOLDER))
        self.again.setVisible(False)
        self.setMenu(menu)

    def show_folder(self, folder: str) -> None:
        """Offer the folder that was chosen last, "" for none."""
        self.again.setText(words.folder_again(folder).replace("&", "&&"))
        self.again.setToolTip(folder)
        self.again.setVisible(bool(folder))
