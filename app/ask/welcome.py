"""What the panel shows before the first question: one sentence and three examples."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import theme
from app.ask import words
from app.ask.button import IconButton, Look
from app.ask.icons import Icon
from app.ask.surface import MutedLabel, plain_label, sized
from app.labels import tip

PATIENCE_MS = 500
"""How long a document may take to open before the words say that there is none: no blinking."""


class Welcome(QWidget):
    """Says what to do.

    Signals:
        example_clicked(str): One of the example questions.
    """

    example_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = plain_label()
        self._title.setFont(sized(self._title.font(), 4, QFont.Weight.DemiBold))
        self._sentence = MutedLabel()
        self.examples = [IconButton(Icon.QUESTION, text, Look.OUTLINE) for text in words.EXAMPLES]
        self._questions = list(words.EXAMPLES)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE, theme.SPACE, theme.SPACE, theme.SPACE)
        layout.setSpacing(theme.SPACE)
        layout.addStretch(2)
        layout.addWidget(self._title)
        layout.addWidget(self._sentence)
        layout.addSpacing(theme.SPACE)
        for example in self.examples:
            example.clicked.connect(self._on_example)
            layout.addWidget(example, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(3)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._say_nothing_open)
        for example in self.examples:
            example.setEnabled(False)
        self._say_nothing_open()

    def set_ready(self, ready: bool, boxed: bool = False) -> None:
        """Tell whether a page can be asked about, and whether a part of it is in a box.

        Only then the examples can be clicked.
        """
        for example in self.examples:
            example.setEnabled(ready)
        if not ready:
            self._patience.start()
            return
        self._patience.stop()
        self._title.setText("Ask about this part" if boxed else "Ask about this page")
        self._sentence.setText(words.FIRST_OF_BOX if boxed else words.FIRST_QUESTION)

    def show_recent(self, questions: Sequence[str]) -> None:
        """Offer what was asked about this document before, then the examples."""
        others = [text for text in words.EXAMPLES if text not in questions]
        self._questions = [*questions, *others][: len(self.examples)]
        for button, text in zip(self.examples, self._questions, strict=True):
            before = text in questions
            button.set_icon(Icon.CLOCK if before else Icon.QUESTION)
            button.set_words(" ".join(text.split()))
            button.setToolTip(tip(text) if before else "")
            button.setAccessibleDescription(words.ASKED_BEFORE if before else "")

    @Slot()
    def _say_nothing_open(self) -> None:
        self._title.setText("No page yet")
        self._sentence.setText(words.NO_DOCUMENT)

    def _on_example(self) -> None:
        sender = self.sender()
        if isinstance(sender, IconButton):
            self.example_clicked.emit(self._questions[self.examples.index(sender)])
