"""One model on this computer as a card: what it is, whether it fits, how fast it was."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QWidget

from app import figures
from app.adapters.words import some_names
from app.labels import Elided, Role, label, sized
from app.models import words
from app.models.buttons import ActionButton
from app.models.card_layout import InUse, lay_out
from app.models.mark import FITS, Mark
from app.models.values import Entry
from app.theme import Tone
from vlm.catalogue import Place

USE, AGAIN = "Use", "Try again"


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
        self.names = label("", wrap=True)
        self.speed = label("", Role.MUTED, wrap=True)
        self.used = InUse()
        self.use = ActionButton(USE)
        self.use.clicked.connect(self._on_use)
        self.remove = ActionButton("", "delete", "quiet")
        self.remove.clicked.connect(self._on_remove)
        kept = self.remove.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # so that "Use" stands in one line on all cards
        self.remove.setSizePolicy(kept)
        lay_out(
            self,
            (self.name, self.about),
            (self.mark, self.fit),
            (self.names, self.speed),
            (self.used, self.use, self.remove),
        )
        self.show_entry(entry)

    @property
    def entry(self) -> Entry:
        """What is shown."""
        return self._entry

    def show_entry(self, entry: Entry, *, in_use: bool = False, failure: str = "") -> None:
        """Show what is known now: whether the model reads, or why it could not be loaded."""
        self._entry = entry
        model = entry.model
        self.about.setText(words.about(model))
        good = model.runnable and not failure
        self.mark.set_tone(FITS[entry.need.fit] if good else Tone.BAD)
        self.fit.setText(_verdict(entry, failure))
        self.names.setText(some_names(entry.names))
        self.names.setVisible(bool(entry.names))
        speed = figures.sentence(entry.speed.sentence) if entry.speed else ""
        self.speed.setText(f"{speed}." if speed else "")
        self.speed.setVisible(entry.speed is not None)
        self.used.setVisible(in_use)
        self.use.setVisible(model.runnable and not in_use)
        self.remove.setVisible(model.place is not Place.SHIPPED)
        self.use.setText(AGAIN if failure else USE)
        self.use.describe(f"{self.use.text()}: {model.name}" if failure else f"{USE} {model.name}")
        self.remove.describe(f"Remove {model.name}")
        self.remove.setToolTip("Remove from this computer")
        self.setAccessibleName(model.name)
        said = (f"{self.about.text()}.", self.fit.text(), self.names.text())
        self.setAccessibleDescription(" ".join(filter(None, said)))

    @Slot()
    def _on_use(self) -> None:
        self.use_pressed.emit(self._entry)

    @Slot()
    def _on_remove(self) -> None:
        self.remove_pressed.emit(self._entry)


def _verdict(entry: Entry, failure: str) -> str:
    """Say whether a model fits here, or why it does not run."""
    if failure:
        return words.failed(failure)
    model = entry.model
    return words.fit(entry.need) if model.runnable else figures.sentence(model.problem)
