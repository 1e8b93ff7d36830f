"""One model on this computer as a card: what it is, whether it fits, how fast it was."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app import theme
from app.labels import Elided, Role, label, sized
from app.models import words
from app.models.buttons import ActionButton
from app.models.mark import FITS, Mark
from app.models.values import Entry
from app.theme import Tone
from vlm.catalogue import Place


class ModelCard(QFrame):
    """Shows an entry.

    Signals:
        use_pressed(object): The `Entry` to read with.
        remove_pressed(object): The `Entry` to delete.
    """

    use_pressed = Signal(object)
    remove_pressed = Signal(object)

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry = entry
        self.setProperty("kind", "card")
        self.name = Elided(entry.model.name)
        self.name.setFont(sized(self.name.font(), Role.HEADING))
        self.name.setMinimumHeight(self.name.fontMetrics().height() + 2)
        self.about = label("", Role.MUTED, wrap=True)
        self.mark = Mark()
        self.fit = label("", wrap=True)
        self.speed = label("", Role.MUTED, wrap=True)
        self.used = _InUse()
        self.use = ActionButton("Use")
        self.use.clicked.connect(self._on_use)
        self.remove = ActionButton("", "delete", "quiet")
        self.remove.clicked.connect(self._on_remove)
        kept = self.remove.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # so that "Use" stands in one line on all cards
        self.remove.setSizePolicy(kept)
        self._lay_out()
        self.show_entry(entry, in_use=False)

    def _lay_out(self) -> None:
        fit = QHBoxLayout()
        fit.setSpacing(theme.SPACE)
        fit.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        fit.addWidget(self.fit, 1)
        text = QVBoxLayout()
        text.setSpacing(4)
        text.addWidget(self.name)
        text.addWidget(self.about)
        text.addSpacing(2)
        text.addLayout(fit)
        text.addWidget(self.speed)
        actions = QHBoxLayout()
        actions.setSpacing(4)
        actions.addWidget(self.used)
        actions.addWidget(self.use)
        actions.addWidget(self.remove)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(
            theme.SPACE * 2, theme.SPACE + 5, theme.SPACE + 4, theme.SPACE + 5
        )
        layout.setSpacing(theme.SPACE * 2)
        layout.addLayout(text, 1)
        layout.addLayout(actions)

    @property
    def entry(self) -> Entry:
        """What is shown."""
        return self._entry

    def show_entry(self, entry: Entry, *, in_use: bool) -> None:
        """Show what is known now, and whether the model is the one that reads."""
        self._entry = entry
        model = entry.model
        self.about.setText(words.about(model))
        self.mark.set_tone(FITS[entry.need.fit] if model.runnable else Tone.BAD)
        self.fit.setText(words.fit(entry.need) if model.runnable else model.problem)
        self.speed.setText(f"{entry.speed.sentence}." if entry.speed else "")
        self.speed.setVisible(entry.speed is not None)
        self.used.setVisible(in_use)
        self.use.setVisible(model.runnable and not in_use)
        self.remove.setVisible(model.place is not Place.SHIPPED)
        self.use.describe(f"Use {model.name}")
        self.remove.describe(f"Remove {model.name}")
        self.remove.setToolTip("Remove from this computer")
        self.setAccessibleName(model.name)
        self.setAccessibleDescription(f"{self.about.text()}. {self.fit.text()}")

    @Slot()
    def _on_use(self) -> None:
        self.use_pressed.emit(self._entry)

    @Slot()
    def _on_remove(self) -> None:
        self.remove_pressed.emit(self._entry)


class _InUse(QWidget):
    """Says that the model is the one that reads."""

    def __init__(self) -> None:
        super().__init__()
        text: QLabel = label("In use")
        font = QFont(text.font())
        font.setWeight(QFont.Weight.DemiBold)
        text.setFont(font)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, theme.SPACE, 0)
        row.setSpacing(5)
        row.addWidget(Mark(Tone.GOOD))
        row.addWidget(text)
