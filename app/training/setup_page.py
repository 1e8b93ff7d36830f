"""Setting a training up: what there is, how to learn, what it takes. A view; others act."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app import figures, theme
from app.labels import Role, label
from app.refill import offer
from app.theme import Tone
from app.training import fields, words
from app.training.parts import EDGE, Line, button, card, clear, scrolling
from app.training.preset_choice import PresetChoice
from app.training.values import Base, Prepared
from finetune.types import Refusal

LONGEST_NAME = 64
_SHOWN_REFUSALS = 4


class SetupPage(QWidget):
    """Shows what would be done.

    Signals:
        changed(): The person named it, or chose another model or preset.
        preview_pressed(): See exactly what would be learned.
        expert_pressed(): See and change every setting.
        examples_pressed(): See the examples.
        label_pressed(): Make some, as there are none.
        start_pressed(): Begin.
    """

    changed = Signal()
    preview_pressed = Signal()
    expert_pressed = Signal()
    examples_pressed = Signal()
    label_pressed = Signal()
    start_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.have = label(words.LOOKING, wrap=True)
        self.have.setFont(label("", Role.HEADING).font())
        self.division = label("", Role.MUTED, wrap=True)
        self._refusals = QVBoxLayout()
        self._refusals.setSpacing(theme.SPACE)
        self.preview = button("See exactly what it learns…", self.preview_pressed.emit, "search")
        self.examples = button("Examples…", self.examples_pressed.emit, "document", "quiet")
        self.label = button("Label documents", self.label_pressed.emit, "", "primary")
        self.label.hide()
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the new version")
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setPlaceholderText("For example: Our invoices")
        self.name_problem = Line()
        self.base = QComboBox()
        self.base.setAccessibleName("Model that learns")
        self._named: set[str] = set()
        self.preset = PresetChoice()
        self.expert = button("All settings…", self.expert_pressed.emit, "settings")
        self.own = label("", Role.MUTED)
        self.memory, self.time = Line(), Line()
        self.reasons = label("", Role.MUTED, wrap=True)
        self.trouble = Line()
        self.start = button("Start", self.start_pressed.emit, "", "primary")
        self.start.setEnabled(False)
        self._lay_out()
        self.name.textChanged.connect(self._on_edited)
        self.base.activated.connect(self._offer_names)
        self.base.activated.connect(self._on_edited)
        self.preset.chosen.connect(self._on_edited)
        self.name_problem.say("")
        self.trouble.say("")

    def show_bases(self, bases: tuple[Base, ...], chosen: str) -> None:
        """Offer models; `chosen` is a folder."""
        self._named = {base.folder for base in bases if base.named}
        offer(self.base, [(base.name, base.folder) for base in bases], chosen)
        self._offer_names()

    @Slot()
    def _offer_names(self) -> None:
        self.preset.offer_names(self.base_folder in self._named)

    @property
    def base_folder(self) -> str:
        """The folder of the model that is chosen, "" for none."""
        return str(self.base.currentData() or "")

    def show_waiting(self, sentence: str = words.LOOKING) -> None:
        """Show that what stands here is being looked at anew."""
        self.have.setText(sentence)
        self.start.setEnabled(False)

    def show_trouble(self, sentence: str) -> None:
        """Show why nothing can be said, or why it did not begin; "" for nothing."""
        self.trouble.say(sentence, Tone.BAD)

    def show_own(self, changed: int) -> None:
        """Show how many settings are the person's own and not the preset's."""
        noun = "setting is" if changed == 1 else "settings are"
        self.own.setText(f"{changed} {noun} your own." if changed else "")

    def show_prepared(self, prepared: Prepared) -> None:
        """Show what would be done and what it takes."""
        some = bool(prepared.examples)
        self.have.setText(f"{words.have(prepared)}.")
        self.division.setText(words.division(prepared) if some else words.HOW_TO_BEGIN)
        self.division.setVisible(not some or not prepared.refusals)
        self._show_refusals(prepared.refusals if some else ())
        self.preview.setVisible(some)
        self.label.setVisible(not some)
        self._takes.setVisible(some)
        guess = prepared.estimate
        self.memory.say(words.memory(guess), Tone.GOOD if guess.fits else Tone.BAD)
        self.time.say(words.time(guess))
        self.reasons.setText(figures.sentence(fields.named(" ".join(guess.reasons))))
        problem = prepared.name_problem if self.name.text().strip() else ""
        self.name_problem.say(problem, Tone.BAD)
        self.start.setEnabled(not prepared.refusals and not prepared.name_problem)

    def _show_refusals(self, refusals: tuple[Refusal, ...]) -> None:
        clear(self._refusals)
        for refusal in refusals[:_SHOWN_REFUSALS]:
            tone = Tone.CAUTION if refusal.code == "too_few_documents" else Tone.BAD
            self._refusals.addWidget(Line(f"{refusal.sentence} {refusal.advice}", tone))
        more = len(refusals) - _SHOWN_REFUSALS
        if more > 0:
            self._refusals.addWidget(label(f"And {more} more like these.", Role.MUTED))

    def _lay_out(self) -> None:
        inside = QWidget()
        cards = QVBoxLayout(inside)
        cards.setContentsMargins(EDGE, 0, EDGE, theme.SPACE * 2)
        cards.setSpacing(theme.SPACE * 2)
        self._takes = self._takes_card()
        for part in (self._examples_card(), self._how_card(), self._takes):
            cards.addWidget(part)
        cards.addStretch()
        head = label("New training", Role.TITLE)
        head.setContentsMargins(EDGE, theme.SPACE * 2, EDGE, 0)
        foot = QHBoxLayout()
        foot.setContentsMargins(EDGE, 0, EDGE, theme.SPACE * 2)
        foot.addWidget(self.trouble, 1, Qt.AlignmentFlag.AlignVCenter)
        foot.addStretch()
        foot.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE * 2)
        layout.addWidget(head)
        layout.addWidget(scrolling(inside, "What would be done"), 1)
        layout.addLayout(foot)

    def _examples_card(self) -> QWidget:
        frame, inside = card()
        inside.addWidget(self.have)
        inside.addWidget(self.division)
        inside.addLayout(self._refusals)
        row = QHBoxLayout()
        row.addWidget(self.preview)
        row.addWidget(self.label)
        row.addWidget(self.examples)
        row.addStretch()
        inside.addLayout(row)
        return frame

    def _how_card(self) -> QWidget:
        frame, inside = card("How it learns")
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE * 2)
        grid.setVerticalSpacing(theme.SPACE)
        grid.addWidget(label("Name of the new version"), 0, 0)
        grid.addWidget(self.name, 0, 1)
        grid.addWidget(self.name_problem, 1, 1)
        grid.addWidget(label("Model that learns"), 2, 0)
        grid.addWidget(self.base, 2, 1)
        grid.setColumnStretch(1, 1)
        inside.addLayout(grid)
        inside.addSpacing(4)
        inside.addWidget(self.preset)
        row = QHBoxLayout()
        row.addWidget(self.expert)
        row.addWidget(self.own, 1, Qt.AlignmentFlag.AlignVCenter)
        inside.addLayout(row)
        return frame

    def _takes_card(self) -> QWidget:
        frame, inside = card("What it takes")
        inside.addWidget(self.memory)
        inside.addWidget(self.time)
        inside.addWidget(self.reasons)
        note = "It runs beside your work, and goes on when this window or the program is closed."
        inside.addWidget(label(note, Role.MUTED, wrap=True))
        return frame

    @Slot()
    def _on_edited(self) -> None:
        self.changed.emit()
