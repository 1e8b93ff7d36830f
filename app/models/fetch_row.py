"""One model on its way: how far, how fast, how long, and pause, resume or cancel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app import theme
from app.labels import Elided, Role, label, sized
from app.models import words
from app.models.buttons import ActionButton
from app.models.mark import FITS, Mark
from app.models.values import Arriving, Stage
from app.theme import Tone
from vlm.hub import ModelName

_STEPS = 10_000


class FetchRow(QFrame):
    """Shows a model on its way.

    Signals:
        pause_pressed(object): Its `ModelName`.
        resume_pressed(object): Its `ModelName`; also after a failure.
        cancel_pressed(object): Its `ModelName`; what has arrived shall go.
    """

    pause_pressed = Signal(object)
    resume_pressed = Signal(object)
    cancel_pressed = Signal(object)

    def __init__(self, name: ModelName, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setProperty("kind", "card")
        self.setAccessibleName(f"{name.id}, on its way")
        title = Elided(name.id)
        title.setFont(sized(title.font(), Role.HEADING))
        title.setMinimumHeight(title.fontMetrics().height() + 2)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(f"How much of {name.id} is here")
        self.words = label("", Role.MUTED, wrap=True)
        self.trouble = Mark(Tone.BAD)
        self.mark = Mark()
        self.need = label("", wrap=True)
        self.pause = ActionButton("Pause", "pause")
        self.resume = ActionButton("Resume", "resume")
        self.cancel = ActionButton("", "close", "quiet")
        self.cancel.setToolTip("Cancel, and delete what has arrived")
        for button, what in (
            (self.pause, "Pause"),
            (self.resume, "Resume"),
            (self.cancel, "Cancel"),
        ):
            button.describe(f"{what} {name.id}")
        self.pause.clicked.connect(self._on_pause)
        self.resume.clicked.connect(self._on_resume)
        self.cancel.clicked.connect(self._on_cancel)
        self._lay_out(title)

    def _lay_out(self, title: QWidget) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(title, 1)
        top.addWidget(self.pause)
        top.addWidget(self.resume)
        top.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(
            theme.SPACE * 2, theme.SPACE + 2, theme.SPACE + 4, theme.SPACE + 5
        )
        layout.setSpacing(theme.SPACE - 1)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addLayout(_marked(self.trouble, self.words))
        layout.addLayout(_marked(self.mark, self.need))

    def show_state(self, state: Arriving) -> None:
        """Show how far the model is."""
        failed, paused = state.stage is Stage.FAILED, state.stage is Stage.PAUSED
        self.words.setText(state.words)
        self.trouble.setVisible(failed)
        if state.fraction < 0 and not (failed or paused):
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, _STEPS)
            self.bar.setValue(round(max(0.0, state.fraction) * _STEPS))
        self.bar.setVisible(not failed or state.fraction >= 0)
        focused = self.pause.hasFocus() or self.resume.hasFocus()
        self.pause.setVisible(not failed and not paused)
        self.pause.setEnabled(state.stage is not Stage.PAUSING)
        self.resume.setVisible(failed or paused)
        self.resume.setText("Try again" if failed else "Resume")
        if focused and not (self.pause.hasFocus() or self.resume.hasFocus()):
            (self.resume if self.resume.isVisible() else self.pause).setFocus()
        self.mark.setVisible(state.need is not None)
        self.need.setVisible(state.need is not None)
        if state.need is not None:
            self.mark.set_tone(FITS[state.need.fit])
            self.need.setText(words.fit(state.need))
        self.setAccessibleDescription(state.words)

    @Slot()
    def _on_pause(self) -> None:
        self.pause_pressed.emit(self._name)

    @Slot()
    def _on_resume(self) -> None:
        self.resume_pressed.emit(self._name)

    @Slot()
    def _on_cancel(self) -> None:
        self.cancel_pressed.emit(self._name)


def _marked(mark: Mark, text: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.SPACE)
    row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(text, 1)
    return row
