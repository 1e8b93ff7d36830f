"""What stands beside an answer: its time, how sure the model was, the check against the page."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import theme
from app.ask import sureness, words
from app.ask.button import IconButton, Look
from app.ask.flow import FlowRow
from app.ask.icons import Icon
from app.ask.page_links import PageLinks
from app.ask.surface import MutedLabel, tone_icon
from app.theme import Tone
from vlm.types import Answer, Box, ModelInfo


class AnswerBadges(QWidget):
    """Badges and, when one is clicked that leads nowhere, a line that explains it.

    Signals:
        evidence_pressed(object): The boxes, a tuple of `Box`, to show on the page; never empty.
        part_pressed(object): The `Box` of the part of the page where it was read; no proof.
        page_pressed(object): The `PageAnswer` of a whole document to go to.
    """

    evidence_pressed = Signal(object)
    part_pressed = Signal(object)
    page_pressed = Signal(object)

    def __init__(self, indent: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answer: Answer | None = None
        self._own: tuple[Box, ...] = ()
        self._cropped = False
        self.time = IconButton(Icon.CLOCK, "", Look.TINT)
        self.confidence = IconButton(Icon.CHECK, "", Look.TINT)
        self.evidence = IconButton(Icon.CHECK, "", Look.TINT)
        self.reader = IconButton(Icon.CHIP, "Read by another model", Look.TINT)
        self.reader.hide()
        self.detail = MutedLabel()
        self.detail.setContentsMargins(indent, 0, indent, 0)
        self.detail.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE)
        self.pages = PageLinks(indent)
        self.pages.pressed.connect(self.page_pressed)
        self.all = (self.time, self.confidence, self.evidence, self.reader)
        self._row = FlowRow(*self.all, inset=indent)
        layout.addWidget(self.pages)
        layout.addWidget(self._row)
        layout.addWidget(self.detail)
        self.time.clicked.connect(self._on_detail)
        self.confidence.clicked.connect(self._on_sure)
        self.reader.clicked.connect(lambda: self._explain(self.reader.toolTip()))
        self.evidence.clicked.connect(self._on_evidence)

    def show_answer(self, answer: Answer, cropped: bool, warning: str = "") -> None:
        """Say what is known about an answer to a question about a page or a part of it.

        Args:
            answer: The answer.
            cropped: Whether the question was about a part of the page.
            warning: What was said of what the model was given; "" when it can be read.
        """
        self._answer, self._cropped = answer, cropped
        self._own = ()
        self.detail.hide()
        self.pages.show_read(answer.read)
        self.time.set_words(words.seconds(answer.timings.total))
        self.time.setVisible(answer.timings.total > 0)
        self.time.setAccessibleDescription("How long the answer took")
        absent, warned = sureness.is_absent(answer), sureness.is_doubtful(answer, warning)
        missing = sureness.is_missing(answer)
        sure, tone = sureness.confidence(
            answer.confidence, absent=absent, warned=warned, missing=missing
        )
        detail = sureness.confidence_detail(answer.confidence, absent=absent, warned=warned)
        _set(self.confidence, sure, tone, tone_icon(tone), detail)
        found, tone = words.evidence(answer.evidence, cropped, words.answering_page(answer))
        icon = tone_icon(tone)
        if answer.evidence.kind == "page" and cropped:
            icon = Icon.JUMP
        elif answer.evidence.kind == "no_text":
            icon = Icon.PICTURE
        detail = words.evidence_detail(answer.evidence, cropped)
        _set(self.evidence, found, tone, icon, detail)
        nothing = answer.read is not None and not answer.read.found
        self.confidence.setVisible(not nothing)
        self.evidence.setVisible(not nothing and not absent)  # the answer itself says as much
        self._row.settle()
        self.pages.tab_before(self.time)

    def show_reader(self, now: ModelInfo | None) -> None:
        """Say so when another model or version answered than reads now; None for none."""
        answer = self._answer
        if answer is None or now is None:
            return
        other = (now.name, now.adapter) != (answer.model, answer.adapter)
        if other:
            detail = words.earlier_detail(answer, now)
            _set(self.reader, words.earlier(answer), Tone.PLAIN, Icon.CHIP, detail)
        self.reader.setVisible(other)
        self._row.settle()

    def show_own(self, boxes: tuple[Box, ...]) -> None:
        """Say where the person's own answer stands, if anywhere; nothing of the model's sureness.

        Args:
            boxes: Where its words stand on the page.
        """
        self._own = boxes
        self.detail.hide()
        self.confidence.hide()
        self.evidence.setVisible(bool(boxes))
        _set(
            self.evidence, words.OWN_FOUND, Tone.GOOD, tone_icon(Tone.GOOD), words.OWN_FOUND_DETAIL
        )
        self._row.settle()

    def _explain(self, text: str, numbers: str = "") -> None:
        """Show a line below the badges, or hide it when it is this one; its numbers are the tip."""
        same = not self.detail.isHidden() and self.detail.text() == text
        self.detail.setText(text)
        self.detail.setToolTip(numbers)
        self.detail.setVisible(not same)

    @Slot()
    def _on_sure(self) -> None:
        """Explain the sureness: of what is not there at length, as nothing can be compared."""
        if self._answer is not None and sureness.is_absent(self._answer):
            self._explain(self.confidence.toolTip())
        else:
            self._on_detail()

    @Slot()
    def _on_detail(self) -> None:
        if self._answer is not None:
            self._explain(words.detail(self._answer), words.numbers(self._answer))

    @Slot()
    def _on_evidence(self) -> None:
        if self._answer is None:
            return
        if boxes := self._own or self._answer.evidence.boxes:
            self.evidence_pressed.emit(boxes)
        else:
            if (part := self._answer.evidence.part) is not None:
                self.part_pressed.emit(part)
            self._explain(words.evidence_detail(self._answer.evidence, self._cropped))


def _set(badge: IconButton, name: str, tone: Tone, icon: Icon, detail: str) -> None:
    badge.set_words(name)
    badge.set_tone(tone)
    badge.set_icon(icon)
    badge.setToolTip(detail)
    badge.setAccessibleDescription(detail)
