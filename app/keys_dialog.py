"""The window that lists every key of the program, to be searched. Knows no commands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.key_list import KeyGroup
from app.labels import Role, label
from app.room import open_at
from app.search_line import SearchLine

TITLE = "Keyboard"
_STYLE = "QTreeView::item { padding: 3px 6px; }"


class KeysDialog(QDialog):
    """Groups of keys, each key beside what it does."""

    def __init__(self, groups: Sequence[KeyGroup], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self.setAccessibleName(TITLE)
        self.line = SearchLine("Search the keys", "Search the keys")
        self.line.searched.connect(self._on_searched)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Keys and what they do")
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(0)
        self.tree.setStyleSheet(_STYLE)
        self.nothing = label("No key does that.", Role.MUTED)
        self.nothing.hide()
        self.groups: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self._fill(groups)
        self._lay_out()
        open_at(self, 640, 640)
        self.line.setFocus()

    def _fill(self, groups: Sequence[KeyGroup]) -> None:
        bold = QFont(self.tree.font())
        bold.setWeight(QFont.Weight.DemiBold)
        height = self.tree.fontMetrics().height()
        for group in groups:
            top = QTreeWidgetItem([group.title])
            top.setFont(0, bold)
            if self.groups:  # apart from the group above
                top.setSizeHint(0, QSize(0, height + 3 * theme.SPACE))
                top.setTextAlignment(0, Qt.AlignmentFlag.AlignBottom)
            self.tree.addTopLevelItem(top)
            top.setFirstColumnSpanned(True)
            items = [QTreeWidgetItem([key.key, key.does]) for key in group.keys]
            top.addChildren(items)
            self.groups.append((top, items))
        self.tree.expandAll()
        header = self.tree.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)

    def _lay_out(self) -> None:
        close = QPushButton("Close")
        close.setAccessibleName("Close")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self.nothing)
        foot.addStretch()
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.SPACE * 3] * 4)
        layout.setSpacing(theme.SPACE * 2)
        layout.addWidget(label(TITLE, Role.TITLE))
        layout.addWidget(self.line)
        layout.addWidget(self.tree, 1)
        layout.addLayout(foot)

    @Slot(str)
    def _on_searched(self, wanted: str) -> None:
        """Show the keys that have these words, and the groups that still have some."""
        words = wanted.casefold().split()
        for top, items in self.groups:
            for item in items:
                said = f"{item.text(0)} {item.text(1)}".casefold()
                item.setHidden(not all(word in said for word in words))
            top.setHidden(all(item.isHidden() for item in items))
        self.nothing.setVisible(all(top.isHidden() for top, _ in self.groups))
