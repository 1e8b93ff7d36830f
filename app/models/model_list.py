"""The scrolling list: models on their way, ready ones, and those that cannot run here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app import theme
from app.ask.values import LoadFailure
from app.labels import Role, label
from app.models import words
from app.models.buttons import ActionButton
from app.models.fetch_row import FetchRow
from app.models.model_card import ModelCard
from app.models.values import Arriving, Entry, Listing, same_folder
from vlm.hub import ModelName

GUTTER = 20
"""Pixels right of the cards, where the scroll bar comes and goes."""


class ModelList(QScrollArea):
    """Shows rows and cards; those that stay keep their place, focus and scroll position.

    Signals:
        use_pressed(object): `Entry`.
        remove_pressed(object): `Entry`.
        pause_pressed(object): `ModelName`.
        resume_pressed(object): `ModelName`.
        cancel_pressed(object): `ModelName`.
    """

    use_pressed = Signal(object)
    remove_pressed = Signal(object)
    pause_pressed = Signal(object)
    resume_pressed = Signal(object)
    cancel_pressed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, FetchRow] = {}
        self._cards: dict[Path, ModelCard] = {}
        self._in_use = ""
        self._failure: LoadFailure | None = None
        self.message = label(words.LOOKING, Role.MUTED, wrap=True)
        self.machine = label("", Role.MUTED, wrap=True)
        self.others = ActionButton("Models that can't run here", "down", "quiet")
        self.others.setCheckable(True)
        self.others.toggled.connect(self._on_others)
        self._arriving = _stack()
        self._ready = _stack()
        self._unfit = _stack()
        self._unfit_box = QWidget()
        self._unfit_box.setLayout(self._unfit)
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label("Ready to use", Role.HEADING))
        head.addWidget(self.machine, 1)
        self.machine.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, GUTTER, 0)
        layout.setSpacing(theme.SPACE + 2)
        layout.addLayout(self._arriving)
        layout.addLayout(head)
        layout.addWidget(self.message)
        layout.addLayout(self._ready)
        layout.addWidget(self.others, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._unfit_box)
        layout.addStretch()
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self._inside = layout
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        self.others.hide()
        self._unfit_box.hide()

    @property
    def cards(self) -> Mapping[Path, ModelCard]:
        """The cards, by their models' folders."""
        return self._cards

    @property
    def rows(self) -> Mapping[str, FetchRow]:
        """The rows of what is on its way, by name."""
        return self._rows

    def show_listing(self, listing: Listing) -> None:
        """Show what is on this computer: what runs first, by size; the rest below."""
        ready = sorted(
            (entry for entry in listing.entries if entry.model.runnable),
            key=lambda entry: (entry.model.weights, entry.model.name),
        )
        unfit = sorted(
            (entry for entry in listing.entries if not entry.model.runnable),
            key=lambda entry: entry.model.name.casefold(),
        )
        kept = {entry.model.folder for entry in listing.entries}
        for folder in [folder for folder in self._cards if folder not in kept]:
            _drop(self._cards.pop(folder))
        self._place(ready, self._ready)
        self._place(unfit, self._unfit)
        self.message.setText(words.NONE)
        self.message.setVisible(not ready)
        self.machine.setText(words.machine(listing.machine))
        many = len(unfit)
        self.others.setText(f"{many} other model{'s' if many != 1 else ''} that can't run here")
        self.others.setAccessibleName(self.others.text())
        self.others.setVisible(bool(unfit))
        self._unfit_box.setVisible(bool(unfit) and self.others.isChecked())

    def show_in_use(self, folder: str) -> None:
        """Mark the model that reads; "" for none."""
        self._in_use = folder
        self._show_again()

    def show_failed(self, failure: LoadFailure | None) -> None:
        """Say of a model that it could not be loaded, None for of none."""
        self._failure = failure
        self._show_again()

    def show_arriving(self, state: Arriving) -> None:
        """Show how far a model on its way is."""
        row = self._rows.get(state.name.id)
        if row is None:
            row = self._rows[state.name.id] = FetchRow(state.name)
            row.pause_pressed.connect(self.pause_pressed)
            row.resume_pressed.connect(self.resume_pressed)
            row.cancel_pressed.connect(self.cancel_pressed)
            self._arriving.addWidget(row)
            row.show()
        row.show_state(state)

    def drop_arriving(self, name: ModelName) -> None:
        """Take away a model that is no longer on its way."""
        row = self._rows.pop(name.id, None)
        if row is not None:
            _drop(row)

    def _place(self, entries: Iterable[Entry], stack: QVBoxLayout) -> None:
        for position, entry in enumerate(entries):
            card = self._cards.get(entry.model.folder)
            if card is None:
                card = self._cards[entry.model.folder] = ModelCard(entry)
                card.use_pressed.connect(self.use_pressed)
                card.remove_pressed.connect(self.remove_pressed)
            self._show(card, entry)
            if stack.indexOf(card) != position:
                stack.insertWidget(position, card)
                card.show()

    def _show_again(self) -> None:
        for card in self._cards.values():
            self._show(card, card.entry)

    def _show(self, card: ModelCard, entry: Entry) -> None:
        failure, folder = self._failure, entry.model.folder
        if failure is not None and failure.is_of(folder):
            card.show_entry(entry, failure=failure.sentence)
        else:
            card.show_entry(entry, in_use=bool(self._in_use) and same_folder(folder, self._in_use))

    @Slot(int, int)
    def _on_range(self, least: int, most: int) -> None:
        """Keep the cards as wide as before when the scroll bar comes or goes."""
        bar = self.verticalScrollBar().sizeHint().width() if most > least else 0
        self._inside.setContentsMargins(0, 0, max(0, GUTTER - bar), 0)

    @Slot(bool)
    def _on_others(self, shown: bool) -> None:
        self._unfit_box.setVisible(shown)


def _stack() -> QVBoxLayout:
    stack = QVBoxLayout()
    stack.setContentsMargins(0, 0, 0, 0)
    stack.setSpacing(theme.SPACE + 2)
    return stack


def _drop(widget: QWidget) -> None:
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()
