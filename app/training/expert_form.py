"""Every number of a plan with its explanation, checked while it is typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.labels import Role, label
from app.theme import Tone
from app.training import fields
from app.training.fields import Field, Value
from app.training.parts import EDGE, Line, button, card, scrolling
from finetune.plan import TrainPlan

_WIDE = 190


class FieldRow(QWidget):
    """One field: its name, what it holds, what it does, and what is wrong with it.

    Signals:
        edited(): The person changed it.
    """

    edited = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.control, self._get, self._put = self._make(field)
        self.control.setAccessibleName(field.name)
        self.control.setAccessibleDescription(field.words)
        self.problem = Line()
        name = label(field.name)
        font = name.font()
        font.setWeight(font.Weight.DemiBold)
        name.setFont(font)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, theme.SPACE)
        grid.setHorizontalSpacing(theme.SPACE * 2)
        grid.setVerticalSpacing(3)
        grid.addWidget(name, 0, 0)
        grid.addWidget(self.control, 0, 1, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(field.words, Role.MUTED, wrap=True), 1, 0)
        grid.addWidget(self.problem, 2, 0)
        grid.setColumnStretch(0, 1)
        self.control.setFixedWidth(_WIDE)
        self.problem.say("")

    def show_value(self, value: Value) -> None:
        """Show what the plan holds; nothing is emitted."""
        self.control.blockSignals(True)
        self._put(value)
        self.control.blockSignals(False)
        self.problem.say("")

    def read(self) -> Value:
        """Return what stands there.

        Raises:
            ValueError: When it cannot be; the row then shows why.
        """
        try:
            value = self._get()
        except ValueError as error:
            self.problem.say(str(error), Tone.BAD)
            raise
        self.problem.say("")
        return value

    def _make(self, field: Field) -> tuple[QWidget, Callable[[], Value], Callable[[Value], None]]:
        """Return the control with how to read and how to fill it."""
        if field.kind == "yes or no":
            box = QCheckBox("Yes")
            box.toggled.connect(self.edited)
            return box, box.isChecked, lambda value: box.setChecked(bool(value))
        if field.kind == "choice":
            choice = QComboBox()
            for key, words in field.choices:
                choice.addItem(words, key)
            choice.activated.connect(self.edited)
            return (
                choice,
                lambda: str(choice.currentData()),
                lambda value: choice.setCurrentIndex(choice.findData(str(value))),
            )
        line = QLineEdit()
        line.setAlignment(Qt.AlignmentFlag.AlignRight)
        line.textEdited.connect(self.edited)
        return (
            line,
            lambda: field.read(line.text()),
            lambda value: line.setText(fields.written(float(value))),
        )


class ExpertForm(QWidget):
    """Shows a plan's fields under headings; made from the plan, so that none is missing.

    Signals:
        changed(object): The fields as a dict of plan keys to values; only when all can be used.
        reset_pressed(): Take the preset's settings again.
        closed(): Back to where the person came from.
    """

    changed = Signal(object)
    reset_pressed = Signal()
    closed = Signal()

    def __init__(self, plan: TrainPlan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan = plan
        self._rows: dict[str, FieldRow] = {}
        self.trouble = Line()
        self.back = button("Done", self.closed.emit)
        self.reset = button(
            "Take the preset's settings again", self.reset_pressed.emit, "", "quiet"
        )
        self._lay_out()
        self.trouble.say("")

    @property
    def rows(self) -> dict[str, FieldRow]:
        """The fields by their keys in the plan; made when they are first wanted."""
        if not self._rows:
            self._fill()
        return self._rows

    @property
    def sound(self) -> bool:
        """Whether all that stands there can be used."""
        return self.trouble.isHidden()

    def show_plan(self, plan: TrainPlan, own: bool) -> None:
        """Show what a plan holds; `own` says whether any of it is not the preset's."""
        self._plan = plan
        for key, row in self._rows.items():
            row.show_value(fields.value(plan, key))
        self.trouble.say("")
        self.reset.setEnabled(own)

    def _lay_out(self) -> None:
        inside = QWidget()
        self._cards = QVBoxLayout(inside)
        self._cards.setContentsMargins(EDGE, 0, EDGE, theme.SPACE * 2)
        self._cards.setSpacing(theme.SPACE * 2)
        head = QHBoxLayout()
        head.setContentsMargins(EDGE, theme.SPACE * 2, EDGE, 0)
        head.addWidget(label("All settings", Role.TITLE))
        head.addStretch()
        head.addWidget(self.reset)
        foot = QHBoxLayout()
        foot.setContentsMargins(EDGE, 0, EDGE, theme.SPACE * 2)
        foot.addWidget(self.trouble, 1, Qt.AlignmentFlag.AlignVCenter)
        foot.addStretch()
        foot.addWidget(self.back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE * 2)
        layout.addLayout(head)
        layout.addWidget(scrolling(inside, "All settings"), 1)
        layout.addLayout(foot)

    def _fill(self) -> None:
        for title, group in fields.grouped(fields.all_fields(self._plan)):
            frame, column = card(title)
            for field in group:
                row = self._rows[field.key] = FieldRow(field)
                row.show_value(fields.value(self._plan, field.key))
                row.edited.connect(self._on_edited)
                column.addWidget(row)
            self._cards.addWidget(frame)

    @Slot()
    def _on_edited(self) -> None:
        found: dict[str, Value] = {}
        wrong: list[str] = []
        for key, row in self.rows.items():
            try:
                found[key] = row.read()
            except ValueError:
                wrong.append(row.field.name)
        if wrong:
            self.trouble.say(f"Not used yet: {', '.join(wrong)}.", Tone.BAD)
            return
        try:
            self._plan = fields.changed(self._plan, found)
        except ValueError as error:
            self.trouble.say(str(error), Tone.BAD)
            return
        self.trouble.say("")
        self.changed.emit(found)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._rows:
            self._fill()
