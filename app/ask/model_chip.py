"""The panel's head: which model reads, or how far it is on its way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app import figures, theme
from app.ask import words
from app.ask.button import IconButton, Look
from app.ask.flow import FlowRow
from app.ask.icons import Icon
from app.ask.surface import BusyLine, MutedLabel, Notice, plain_label, sized
from app.theme import Tone
from vlm.types import ModelInfo

CHOOSE, ANOTHER = "Choose a model", "Choose another"
_DEVICES = {"cpu": "CPU", "cuda": "GPU", "mps": "GPU"}


class ModelHead(QWidget):
    """Title and model chip; a status line with its progress below while something goes on.

    Signals:
        models_pressed(): The person wants to see or choose models, and the chip has no menu.
        retry_pressed(): The person wants the model loaded again.
        small_pressed(): The person wants the small model that comes with the program instead.
    """

    models_pressed = Signal()
    retry_pressed = Signal()
    small_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = plain_label("Ask")
        title.setFont(sized(title.font(), 3, QFont.Weight.DemiBold))
        title.setWordWrap(False)
        self.chip = IconButton(Icon.CHIP, "No model")
        self.chip.clicked.connect(self._on_chip)
        self._menu: Callable[[], QMenu | None] = lambda: None
        self._reason = ""
        self._reads = False
        self.status = MutedLabel()
        self.notice = Notice()
        self.busy = BusyLine()
        self._has_small = False
        self.small = IconButton(Icon.CHECK, "Use the small model", Look.MAIN)
        self.small.setToolTip("The model that comes with the program")
        self.small.clicked.connect(self.small_pressed)
        self.choose = IconButton(Icon.CHIP, CHOOSE, Look.MAIN)
        self.choose.clicked.connect(self.models_pressed)
        self.retry = IconButton(Icon.AGAIN, "Try again", Look.OUTLINE)
        self.retry.clicked.connect(self.retry_pressed)
        row = QHBoxLayout()
        row.addWidget(title)
        row.addStretch()
        row.addWidget(self.chip)
        self._actions = FlowRow(self.small, self.choose, self.retry)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE - 2)
        layout.addLayout(row)
        layout.addWidget(self.status)
        layout.addWidget(self.notice)
        layout.addWidget(self.busy)
        layout.addWidget(self._actions)
        self._show("No model", "", Tone.PLAIN)

    def set_menu(self, menu: Callable[[], QMenu | None]) -> None:
        """Let the chip open a menu, made anew each time; none opens the models."""
        self._menu = menu

    def set_small(self, offered: bool) -> None:
        """Say whether the small model can take the place of one that does not load."""
        self._has_small = offered

    def set_reason(self, reason: str) -> None:
        """Say below the chip why this version of the model reads, "" for nothing."""
        self._reason = reason
        if self._reads:
            self.status.setText(reason)
            self.status.setVisible(bool(reason))

    def show_busy(self, status: str, fraction: float = -1.0) -> None:
        """Show that the engine starts or loads: "Loading the model…"."""
        self._show(self.chip.text(), status, Tone.PLAIN, self.busy)
        self.busy.set_fraction(fraction)
        self.chip.hide()

    def show_model(self, model: ModelInfo) -> None:
        """Show the model that reads."""
        adapter = f" + {model.adapter}" if model.adapter else ""
        device = _DEVICES.get(model.device.partition(":")[0], model.device)
        self._show(f"{model.name}{adapter} · {device}", self._reason, Tone.PLAIN)
        self._reads = True
        reason = figures.sentence(model.reason)
        self.chip.setAccessibleDescription(f"{reason} Opens the models or a menu of them.")

    def show_none(self) -> None:
        """Show that there is no model, and what to do."""
        self._show("No model", words.NO_MODEL, Tone.CAUTION, self.choose)
        self.chip.hide()

    def show_failure(self, title: str, sentence: str) -> None:
        """Show why no model reads."""
        said = figures.sentence(sentence)
        text = f"{title}. {said}" if title else said
        small = [self.small] if self._has_small else []
        self._show("No model", text, Tone.BAD, *small, self.choose, self.retry)
        self.chip.hide()

    @Slot()
    def _on_chip(self) -> None:
        menu = self._menu()
        if menu is None:
            self.models_pressed.emit()
            return
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.chip.mapToGlobal(self.chip.rect().bottomLeft()))

    def _show(self, chip: str, status: str, tone: Tone, *shown: QWidget) -> None:
        self._reads = False
        self.chip.set_words(chip)
        self.chip.show()
        plain = tone is Tone.PLAIN
        self.status.setText(status if plain else "")
        self.status.setVisible(plain and bool(status))
        self.notice.show_text("" if plain else status, tone, Icon.WARNING)
        for part in (self.busy, self.small, self.choose, self.retry):
            part.setVisible(part in shown)
        instead = self.small in shown
        self.choose.set_words(ANOTHER if instead else CHOOSE)
        self.choose.set_look(Look.OUTLINE if instead else Look.MAIN)
        self._actions.settle()
