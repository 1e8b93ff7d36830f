"""The panel's head: which model reads, or how far it is on its way."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import theme
from app.ask import words
from app.ask.button import IconButton, Look
from app.ask.icons import Icon
from app.ask.surface import BusyLine, MutedLabel, Notice, plain_label, sized
from app.theme import Tone
from vlm.types import ModelInfo

_DEVICES = {"cpu": "CPU", "cuda": "GPU", "mps": "GPU"}


class ModelHead(QWidget):
    """Title and model chip; a status line with its progress below while something goes on.

    Signals:
        models_pressed(): The person wants to see or choose models.
        retry_pressed(): The person wants the model loaded again.
    """

    models_pressed = Signal()
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = plain_label("Ask")
        title.setFont(sized(title.font(), 3, QFont.Weight.DemiBold))
        title.setWordWrap(False)
        self.chip = IconButton(Icon.CHIP, "No model")
        self.chip.clicked.connect(self.models_pressed)
        self.status = MutedLabel()
        self.notice = Notice()
        self.busy = BusyLine()
        self.choose = IconButton(Icon.CHIP, "Choose a model", Look.MAIN)
        self.choose.clicked.connect(self.models_pressed)
        self.retry = IconButton(Icon.AGAIN, "Try again", Look.OUTLINE)
        self.retry.clicked.connect(self.retry_pressed)
        row = QHBoxLayout()
        row.addWidget(title)
        row.addStretch()
        row.addWidget(self.chip)
        actions = QHBoxLayout()
        actions.addWidget(self.choose)
        actions.addWidget(self.retry)
        actions.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE - 2)
        layout.addLayout(row)
        layout.addWidget(self.status)
        layout.addWidget(self.notice)
        layout.addWidget(self.busy)
        layout.addLayout(actions)
        self._show("No model", "", Tone.PLAIN)

    def show_busy(self, status: str, fraction: float = -1.0) -> None:
        """Show that the engine starts or loads: "Loading the model…"."""
        self._show(self.chip.text(), status, Tone.PLAIN, self.busy)
        self.busy.set_fraction(fraction)
        self.chip.hide()

    def show_model(self, model: ModelInfo) -> None:
        """Show the model that reads."""
        adapter = f" + {model.adapter}" if model.adapter else ""
        device = _DEVICES.get(model.device.partition(":")[0], model.device)
        self._show(f"{model.name}{adapter} · {device}", "", Tone.PLAIN)
        self.chip.setAccessibleDescription(f"{model.reason} Opens the models.")

    def show_none(self) -> None:
        """Show that there is no model, and what to do."""
        self._show("No model", words.NO_MODEL, Tone.CAUTION, self.choose)
        self.chip.hide()

    def show_failure(self, title: str, sentence: str) -> None:
        """Show why no model reads."""
        self._show(
            "No model",
            f"{title}. {sentence}" if title else sentence,
            Tone.BAD,
            self.choose,
            self.retry,
        )
        self.chip.hide()

    def _show(self, chip: str, status: str, tone: Tone, *shown: QWidget) -> None:
        self.chip.set_words(chip)
        self.chip.show()
        plain = tone is Tone.PLAIN
        self.status.setText(status if plain else "")
        self.status.setVisible(plain and bool(status))
        self.notice.show_text("" if plain else status, tone, Icon.WARNING)
        for part in (self.busy, self.choose, self.retry):
            part.setVisible(part in shown)
