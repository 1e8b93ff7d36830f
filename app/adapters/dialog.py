"""The window of the tuned versions: the model as it came, and a card for each version. A view."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.adapters import words
from app.adapters.values import Exporting, Listing, Version, Wearing
from app.adapters.version_card import VersionCard
from app.labels import Role, label
from app.models.buttons import ActionButton
from app.models.card_layout import InUse
from app.room import open_at


class VersionsDialog(QDialog):
    """Lays the parts out; the cards of versions that stay keep their place and focus.

    Signals:
        shown(): The window came up, so what it shows should be looked at anew.
        use_pressed(str): Read with this version; "" for the model as it came.
        by_page_toggled(bool): Whether the version is to be chosen page by page.
        renamed(object, str): A `Version` and its new name.
        remove_pressed(object): A `Version`.
        export_pressed(object, bool): A `Version`, and whether as a full model.
        import_pressed(): Take a version over from a folder.
        stop_pressed(): Write the full model no further.
    """

    shown = Signal()
    use_pressed = Signal(str)
    by_page_toggled = Signal(bool)
    renamed = Signal(object, str)
    remove_pressed = Signal(object)
    export_pressed = Signal(object, bool)
    import_pressed = Signal()
    stop_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(words.TITLE)
        self.setAccessibleName(words.TITLE)
        self.cards: dict[str, VersionCard] = {}
        self._listing = Listing()
        self._wearing = Wearing()
        self.base = _BaseCard()
        self.base.use.clicked.connect(lambda: self.use_pressed.emit(""))
        self.by_page = QCheckBox(words.BY_PAGE)
        self.by_page.setAccessibleDescription(words.BY_PAGE_HINT)
        self.by_page.clicked.connect(self.by_page_toggled)
        self.hint = label(words.BY_PAGE_HINT, Role.MUTED, wrap=True)
        self.empty = label(words.EMPTY, Role.MUTED, wrap=True)
        self.status = label("", Role.MUTED, wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName("Writing the full model")
        self.stop = ActionButton("Stop", "close", "quiet")
        self.stop.clicked.connect(self.stop_pressed)
        self.bring = ActionButton("Import…", "folder", "quiet")
        self.bring.describe("Import a version")
        self.bring.clicked.connect(self.import_pressed)
        self.done_button = ActionButton("Done")
        self.done_button.clicked.connect(self.accept)
        self._lay_out()
        open_at(self, 760, 620)
        self.setMinimumSize(560, 400)
        self.show_exporting(None)
        self._show()

    def show_listing(self, listing: Listing) -> None:
        """Show these versions."""
        self._listing = listing
        self._show()

    def show_wearing(self, wearing: Wearing) -> None:
        """Show which version reads."""
        self._wearing = wearing
        self._show()

    def show_exporting(self, exporting: Exporting | None) -> None:
        """Show how far a full model is written; None when none is."""
        for part in (self.bar, self.stop):
            part.setVisible(exporting is not None)
        if exporting is not None:
            self.bar.setValue(round(exporting.fraction * 100))
            self.say(f"{exporting.text}…" if exporting.text else "Starting…")

    def say(self, sentence: str) -> None:
        """Show a sentence at the foot."""
        self.status.setText(sentence)
        self.status.setAccessibleName(sentence)

    def _show(self) -> None:
        wearing, model = self._wearing, self._wearing.model
        kept = {version.name for version in self._listing.versions}
        for name in [name for name in self.cards if name not in kept]:
            card = self.cards.pop(name)
            card.hide()
            card.deleteLater()
        for position, version in enumerate(self._listing.versions):
            card = self.cards.get(version.name) or self._made(version)
            card.show_version(version, in_use=version.fits and wearing.active == version.name)
            if self._stack.indexOf(card) != position:
                self._stack.insertWidget(position, card)
                card.show()
        self.base.setVisible(model is not None)
        self.base.show_model(model.name if model else "", in_use=not wearing.active)
        choosable = self._listing.choosable or wearing.by_page
        self.by_page.setVisible(choosable)
        self.hint.setVisible(choosable)
        self.hint.setText(wearing.reason or words.BY_PAGE_HINT)
        self.by_page.setChecked(wearing.by_page)
        self.empty.setVisible(not self._listing.versions)
        self.bring.setEnabled(model is not None)

    def _made(self, version: Version) -> VersionCard:
        card = self.cards[version.name] = VersionCard(version)
        card.use_pressed.connect(lambda one: self.use_pressed.emit(one.name))
        card.renamed.connect(self.renamed)
        card.remove_pressed.connect(self.remove_pressed)
        card.export_pressed.connect(self.export_pressed)
        return card

    def _lay_out(self) -> None:
        edge = theme.SPACE * 3
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, theme.SPACE, 0)
        column.setSpacing(theme.SPACE + 2)
        column.addWidget(self.base)
        self._stack = QVBoxLayout()
        self._stack.setSpacing(theme.SPACE + 2)
        column.addLayout(self._stack)
        column.addWidget(self.empty)
        column.addStretch()
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        head = QHBoxLayout()
        head.addWidget(label(words.TITLE, Role.TITLE))
        head.addStretch()
        head.addWidget(self.bring)
        foot = QHBoxLayout()
        foot.addWidget(self.status, 1)
        foot.addWidget(self.bar, 1)
        foot.addWidget(self.stop)
        foot.addWidget(self.done_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(edge, theme.SPACE * 2, edge, theme.SPACE * 2)
        layout.setSpacing(theme.SPACE * 2)
        layout.addLayout(head)
        layout.addWidget(label(words.ABOUT, Role.MUTED, wrap=True))
        by_page = QVBoxLayout()
        by_page.setSpacing(0)
        by_page.addWidget(self.by_page)
        by_page.addWidget(self.hint)
        layout.addLayout(by_page)
        layout.addWidget(area, 1)
        layout.addLayout(foot)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.done_button.setFocus()
            self.say("")
            self.shown.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter belongs to the control that has the focus, never to a button that has not.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            event.accept()
            return
        super().keyPressEvent(event)


class _BaseCard(QFrame):
    """The model without any version, to go back to."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(words.BASE)
        self._name = label("", Role.MUTED)
        self.use = ActionButton("Use")
        self.use.describe("Use the model as it came")
        self.used = InUse()
        text = QVBoxLayout()
        text.setSpacing(4)
        text.addWidget(label(words.BASE, Role.HEADING))
        text.addWidget(self._name)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE * 2, theme.SPACE + 5, theme.SPACE + 4, theme.SPACE + 5)
        row.addLayout(text, 1)
        row.addWidget(self.used)
        row.addWidget(self.use)

    def show_model(self, name: str, *, in_use: bool) -> None:
        """Show the model's name, and whether it reads without a version."""
        self._name.setText(name)
        self.used.setVisible(in_use)
        self.use.setVisible(not in_use)
