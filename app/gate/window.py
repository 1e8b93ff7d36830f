"""The gate: is it better, how sure is that, and on which questions. A view; its door acts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app import theme
from app.adapters.words import some_names
from app.gate import words
from app.gate.browser import Browser
from app.gate.chart import Measure
from app.gate.values import Story
from app.labels import Role, label
from app.models.buttons import ActionButton
from app.models.card_layout import InUse
from app.models.mark import Mark
from app.room import open_at
from app.roomy_area import RoomyArea
from app.theme import Tone

TOP_HEIGHT = 150
"""Logical pixels of what was found, in a window that has no more."""


class GateWindow(QDialog):
    """Shows a measured run.

    Signals:
        use_pressed(): Read with what was learned. Offered only when it passed.
        back_pressed(): Read as before that again. Offered only while it reads.
    """

    use_pressed = Signal()
    back_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(words.TITLE)
        self.setAccessibleName(words.TITLE)
        self.mark = Mark()
        self.verdict = label("", Role.HEADING, wrap=True)
        self.reasons = label("", wrap=True)
        self.names_title = label(words.NAMES, Role.HEADING)
        self.names = label("", wrap=True)
        self.tested = label("", Role.MUTED, wrap=True)
        self.nearly, self.exactly = Measure(words.NEARLY), Measure(words.EXACTLY)
        self.others = Measure(words.OTHERS)
        self.helps = label(words.HELPS, Role.HEADING)
        self.advice = label("", wrap=True)
        self.browser = Browser()
        self.status = label("", Role.MUTED, wrap=True)
        self.used = InUse()
        self.use = ActionButton("Use it", "", "primary")
        self.use.clicked.connect(self.use_pressed)
        self.back = ActionButton("Go back to what read before")
        self.back.clicked.connect(self.back_pressed)
        self.done_button = ActionButton("Done")
        self.done_button.clicked.connect(self.accept)
        self._lay_out()
        open_at(self, 1000, 800)
        self.setMinimumSize(680, 560)

    def show_story(self, story: Story) -> None:
        """Show what a measure found."""
        gate = story.gate
        self.setWindowTitle(f"{words.TITLE} {story.name}")
        self.mark.set_tone(Tone.GOOD if gate.passed else Tone.CAUTION)
        self.verdict.setText(words.verdict(story))
        reasons = [*gate.reasons, *(() if gate.passed else (words.NOT_OFFERED,))]
        self.reasons.setText("\n".join(reasons))
        self.names.setText(some_names(gate.names))
        for part in (self.names_title, self.names):
            part.setVisible(bool(gate.names))
        self.tested.setText(words.tested(story))
        self.nearly.show_score(gate.anls, words.measure(gate.anls), words.tone(gate.anls))
        self.exactly.show_score(gate.exact, words.measure(gate.exact), words.tone(gate.exact))
        self.others.setVisible(gate.fixed_set is not None)
        if gate.fixed_set is not None:
            self.others.show_score(
                gate.fixed_set,
                words.forgetting(gate.fixed_set, bool(gate.in_use)),
                words.tone_of_others(gate.fixed_set),
            )
        helpful = bool(gate.advice)
        self.helps.setVisible(helpful)
        self.advice.setVisible(helpful)
        self.advice.setText("\n".join(f"• {advice}" for advice in gate.advice))
        self.browser.show_lines(story.lines)
        self.say("")

    def show_use(self, *, offered: bool, in_use: bool) -> None:
        """Offer to use what was learned, or say that it is used."""
        self.use.setVisible(offered and not in_use)
        self.used.setVisible(in_use)
        self.back.setVisible(in_use)

    def say(self, sentence: str) -> None:
        """Show a sentence at the foot."""
        self.status.setText(sentence)
        self.status.setAccessibleName(sentence)

    def _lay_out(self) -> None:
        verdict = QHBoxLayout()
        verdict.setSpacing(theme.SPACE)
        verdict.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        verdict.addWidget(self.verdict, 1)
        why = QVBoxLayout()
        why.setSpacing(theme.SPACE)
        why.addLayout(verdict)
        shown = (self.names_title, self.names, self.helps, self.advice, self.tested)
        for part in (self.reasons, *shown):
            why.addWidget(part)
        why.addStretch()
        card = QFrame()
        card.setProperty("kind", "card")
        measures = QVBoxLayout(card)
        measures.setContentsMargins(*[theme.SPACE * 2] * 4)
        measures.setSpacing(theme.SPACE)
        for measure in (self.nearly, self.exactly, self.others):
            measures.addWidget(measure)
        measures.addWidget(label(words.LEGEND, Role.MUTED, wrap=True))
        inside = QWidget()
        top = QHBoxLayout(inside)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(theme.SPACE * 3)
        top.addLayout(why, 4)
        top.addWidget(card, 5, Qt.AlignmentFlag.AlignTop)
        self.top = RoomyArea(inside, words.TITLE, TOP_HEIGHT)
        foot = QHBoxLayout()
        foot.addWidget(self.status, 1)
        foot.addWidget(self.used)
        foot.addWidget(self.back)
        foot.addWidget(self.use)
        foot.addWidget(self.done_button)
        layout = QVBoxLayout(self)
        edge = theme.SPACE * 3
        layout.setContentsMargins(edge, theme.SPACE * 2, edge, theme.SPACE * 2)
        layout.setSpacing(theme.SPACE * 2)
        layout.addWidget(label(words.TITLE, Role.TITLE))
        layout.addWidget(self.top)
        layout.addWidget(self.browser, 1)
        layout.addLayout(foot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter belongs to the control that has the focus, never to a button that has not.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            event.accept()
            return
        super().keyPressEvent(event)
