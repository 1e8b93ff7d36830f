"""One tuned version as a card: what it is, how good it is, what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QWidget

from app.adapters import words
from app.adapters.values import Version
from app.labels import Elided, Role, label, sized
from app.models.buttons import ActionButton
from app.models.card_layout import InUse, lay_out
from app.models.mark import Mark
from app.theme import Tone


class VersionCard(QFrame):
    """Shows a version.

    Signals:
        use_pressed(object): The `Version` to read with.
        renamed(object, str): The `Version` and its new name.
        remove_pressed(object): The `Version` to delete.
        export_pressed(object, bool): The `Version`, and whether as a full model.
    """

    use_pressed = Signal(object)
    renamed = Signal(object, str)
    remove_pressed = Signal(object)
    export_pressed = Signal(object, bool)

    def __init__(self, version: Version, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._version = version
        self.setProperty("kind", "card")
        self.name = _Name(version.name)
        self.about = label("", Role.MUTED, wrap=True)
        self.mark = Mark()
        self.score = label("", wrap=True)
        self.names = label("", wrap=True)
        self.prints = label("", Role.MUTED, wrap=True)
        self.used = InUse()
        self.use = ActionButton("Use")
        self.use.clicked.connect(lambda: self.use_pressed.emit(self._version))
        self.more = ActionButton("More", "down", "quiet")
        self.more.clicked.connect(self._on_more)
        self.name.edited.connect(lambda new: self.renamed.emit(self._version, new))
        lay_out(
            self,
            (self.name, self.about),
            (self.mark, self.score),
            (self.names, self.prints),
            (self.used, self.use, self.more),
        )
        self.show_version(version, in_use=False)

    @property
    def version(self) -> Version:
        """What is shown."""
        return self._version

    def show_version(self, version: Version, *, in_use: bool) -> None:
        """Show what is known now, and whether it is the one that reads."""
        self._version = version
        card = version.adapter.card
        self.name.set_name(version.name)
        self.about.setText(words.about(version))
        tone = Tone.GOOD if card.passed else Tone.CAUTION if card.anls else Tone.PLAIN
        self.mark.set_tone(Tone.BAD if version.adapter.trouble else tone)
        other = "" if version.fits else f" {words.OTHER_BASE}"
        self.score.setText(version.adapter.trouble or words.score(card) + other)
        self.names.setText(words.some_names(version.adapter.names))
        self.names.setVisible(bool(self.names.text()))
        self.prints.setText(words.prints(card))
        self.used.setVisible(in_use)
        self.use.setVisible(
            version.fits and not in_use and card.passed is not False and not version.adapter.trouble
        )
        self.use.describe(f"Use {version.name}")
        self.more.describe(f"More for {version.name}")
        self.setAccessibleName(version.name)
        self.setAccessibleDescription(f"{self.about.text()}. {self.score.text()}")

    def menu(self) -> QMenu:
        """Return what else can be done with it."""
        menu = QMenu(self)
        menu.addAction("&Rename", self.name.edit)
        menu.addAction("&Export for peft…", lambda: self.export_pressed.emit(self._version, False))
        full = menu.addAction(
            "Export as a &full model…", lambda: self.export_pressed.emit(self._version, True)
        )
        full.setEnabled(self._version.fits)
        menu.addSeparator()
        menu.addAction("Re&move…", lambda: self.remove_pressed.emit(self._version))
        return menu

    @Slot()
    def _on_more(self) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))


class _NewName(QLineEdit):
    """A line that keeps Esc from closing the window around it.

    Signals:
        given_up(): Esc was pressed.
    """

    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("New name")
        self.setMaxLength(64)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
            return
        super().keyPressEvent(event)


class _Name(QWidget):
    """A version's name; `edit` lets the person type another.

    Enter takes it, and so does going elsewhere; Esc gives up.

    Signals:
        edited(str): The new name.
    """

    edited = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._shown: Elided | None = None
        self.line = _NewName()
        self.line.editingFinished.connect(self._on_finished)
        self.line.given_up.connect(self.give_up)
        self.line.hide()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.line)
        self.set_name(name)

    def set_name(self, name: str) -> None:
        """Show a name; while another is being typed, after that."""
        if self._shown is not None and self._name == name:
            return
        self._name = name
        if self._shown is not None:
            self._shown.deleteLater()
        self._shown = Elided(name)
        self._shown.setFont(sized(self._shown.font(), Role.HEADING))
        self._shown.setMinimumHeight(self._shown.fontMetrics().height() + 2)
        self._shown.setVisible(not self.line.isVisible())
        self._row.insertWidget(0, self._shown)

    def edit(self) -> None:
        """Let another name be typed."""
        self.line.setText(self._name)
        if self._shown is not None:
            self._shown.hide()
        self.line.show()
        self.line.selectAll()
        self.line.setFocus()

    @Slot()
    def give_up(self) -> None:
        """Show the name as it is."""
        self.line.setText(self._name)  # what hides is left, which finishes it
        self.line.hide()
        if self._shown is not None:
            self._shown.show()

    @Slot()
    def _on_finished(self) -> None:
        new = self.line.text().strip()
        self.give_up()
        if new and new != self._name:
            self.edited.emit(new)
