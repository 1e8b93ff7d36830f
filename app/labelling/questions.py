"""Where the question of a row is picked or typed, and the set it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app import icons, refill, theme
from app.labelling import words
from app.labels import Role, label
from app.models.buttons import ActionButton
from finetune.question_sets import QuestionSet, plain

_ICON = 16


class QuestionPicker(QWidget):
    """A set, its questions in a list that can be typed into, and which of them have rows.

    Signals:
        set_chosen(str): The name of another set; "" for none.
        sets_wanted(): Make, change or remove sets.
        chosen(): Another question was picked from the list.
        entered(): Enter was pressed after a question.
    """

    set_chosen = Signal(str)
    sets_wanted = Signal()
    chosen = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sets = QComboBox()
        self.sets.setAccessibleName("Question set")
        self.sets.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.sets.setMinimumContentsLength(4)
        self.sets.view().setAccessibleName("Question sets")
        self.sets.activated.connect(self._on_set)
        self.edit = ActionButton("", "edit", "quiet")
        self.edit.describe("Edit question sets")
        self.edit.setToolTip("Make, change or remove question sets")
        self.edit.clicked.connect(self.sets_wanted)
        self.box = _QuestionBox()
        self.box.setAccessibleName("Question")
        self.box.view().setAccessibleName("Questions of the set")
        self.box.activated.connect(self.chosen)
        self.box.entered.connect(self.entered)
        self.place = label("", Role.MUTED)
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE)
        head.addWidget(label("Question", Role.MUTED))
        head.addWidget(self.place)
        head.addStretch()
        head.addWidget(self.sets)
        head.addWidget(self.edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE - 2)
        layout.addLayout(head)
        layout.addWidget(self.box)

    @property
    def question(self) -> str:
        """The question as it stands there."""
        return " ".join(self.box.currentText().split())

    def show_sets(self, sets: Sequence[QuestionSet], chosen: str) -> None:
        """Offer these sets; `chosen` is the name of the one that is asked, "" for none."""
        names = [(one.name, one.name) for one in sets]
        refill.offer(self.sets, [*names, (words.NO_SET, "")], chosen)

    def show_questions(self, questions: Sequence[str], answered: Sequence[str]) -> None:
        """Offer these questions, with a tick before those that have rows on this page."""
        done = {plain(one) for one in answered}
        line = self.box.lineEdit()
        assert line is not None
        shown, cursor = line.text(), line.cursorPosition()
        start, length = line.selectionStart(), line.selectionLength()
        if [self.box.itemText(row) for row in range(self.box.count())] != list(questions):
            self.box.clear()
            self.box.addItems(list(questions))
        ticks = [plain(question) in done for question in questions]
        for row, ticked in enumerate(ticks):
            self.box.setItemIcon(row, _tick() if ticked else _no_tick())
        self.show_question(shown)
        line.setCursorPosition(cursor)  # where the person may be typing
        if start >= 0:
            line.setSelection(start, length)

    def show_question(self, question: str) -> None:
        """Put a question there, whether it is in the set or not."""
        self.box.setCurrentIndex(self.box.findText(question, Qt.MatchFlag.MatchFixedString))
        self.box.setEditText(question)
        number = self.box.currentIndex() + 1
        self.place.setText(f"{number} of {self.box.count()}" if number else "")

    def clear(self) -> None:
        """Show no question, ready for one to be typed."""
        self.show_question("")

    @Slot(int)
    def _on_set(self, row: int) -> None:
        self.set_chosen.emit(str(self.sets.itemData(row)))


class _QuestionBox(QComboBox):
    """A list that can be typed into; what is typed is not added to it.

    Signals:
        entered(): Enter was pressed.
    """

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setIconSize(QSize(_ICON, _ICON))
        line = self.lineEdit()
        assert line is not None
        line.setPlaceholderText("Type a question")
        line.setAcceptDrops(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            event.accept()
            return
        super().keyPressEvent(event)


def _tick() -> QIcon:
    return QIcon(icons.pixmap("check", theme.good(QApplication.palette()), _ICON))


def _no_tick() -> QIcon:
    """Return an empty icon, so that all questions begin at one edge."""
    clear = QPixmap(_ICON, _ICON)
    clear.fill(Qt.GlobalColor.transparent)
    return QIcon(clear)
