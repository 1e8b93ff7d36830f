"""Where a person makes, changes and removes question sets. Writes no file."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import dialogs, theme
from app.dialogs import Prompt
from app.labelling import words
from app.labels import Role, label
from app.models.buttons import ActionButton
from finetune import question_sets
from finetune.question_sets import QuestionSet, plain
from vlm.clean_text import clean_text

_TEXT = Qt.ItemDataRole.UserRole
"""The questions of a set as they are typed, one a line."""


class SetsDialog(QDialog):
    """All sets at the left, the one that is chosen at the right.

    Signals:
        save_wanted(object): The sets as they are now, a tuple of `QuestionSet`.

    Args:
        sets: What there is.
        chosen: The name of the set to begin with.
    """

    save_wanted = Signal(object)

    def __init__(
        self, sets: Sequence[QuestionSet], chosen: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Question sets")
        self.setAccessibleName("Question sets")
        self.list = QListWidget()
        self.list.setAccessibleName("Question sets")
        self.list.setStyleSheet("QListWidget::item { padding: 7px 9px; border-radius: 6px; }")
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the set")
        self.name.setPlaceholderText("Name of the set")
        self.questions = QPlainTextEdit()
        self.questions.setAccessibleName("Questions, one a line")
        self.questions.setTabChangesFocus(True)
        self.questions.setPlaceholderText("What is the total?")
        self.problem = label("", wrap=True)
        self.problem.hide()
        self._make_buttons()
        self._lay_out()
        self._fill(sets)
        self.list.currentItemChanged.connect(self._on_chosen)
        self.name.textEdited.connect(self._on_name)
        self.questions.textChanged.connect(self._on_questions)
        self.show_set(chosen)
        self._opened = self._typed()
        self.resize(640, 460)

    def show_set(self, name: str) -> None:
        """Choose a set; the first one when there is none of this name."""
        rows = [row for row in range(self.list.count()) if self.list.item(row).text() == name]
        self.list.setCurrentRow(rows[0] if rows else 0)
        self._on_chosen()

    def complain(self, sentence: str) -> None:
        """Say why the sets cannot be saved."""
        self.problem.setText(sentence)
        self.problem.setAccessibleName(sentence)
        self.problem.setVisible(bool(sentence))

    def _make_buttons(self) -> None:
        self.add = ActionButton("New set", "", "quiet")
        self.add.clicked.connect(self._on_add)
        self.remove = ActionButton("Remove", "delete", "quiet")
        self.remove.describe("Remove this set")
        self.remove.clicked.connect(self._on_remove)
        self.restore = ActionButton("Bring back the shipped ones", "", "quiet")
        self.restore.clicked.connect(self._on_restore)
        self.save = ActionButton("Save", "", "primary")
        self.save.clicked.connect(self._on_save)
        self.cancel = ActionButton("Cancel")
        self.cancel.clicked.connect(self._on_cancel)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.remove)
        left.addLayout(row)
        right = QVBoxLayout()
        right.setSpacing(theme.SPACE)
        right.addWidget(self.name)
        right.addWidget(label(words.SETS_HELP, Role.MUTED, wrap=True))
        right.addWidget(self.questions, 1)
        middle = QHBoxLayout()
        middle.setSpacing(theme.SPACE * 2)
        middle.addLayout(left, 2)
        middle.addLayout(right, 3)
        foot = QHBoxLayout()
        foot.addWidget(self.restore)
        foot.addStretch()
        foot.addWidget(self.cancel)
        foot.addWidget(self.save)
        layout = QVBoxLayout(self)
        edge = theme.SPACE * 3
        layout.setContentsMargins(edge, theme.SPACE * 2, edge, theme.SPACE * 2)
        layout.setSpacing(theme.SPACE * 2)
        layout.addWidget(label("Question sets", Role.HEADING))
        layout.addLayout(middle, 1)
        layout.addWidget(self.problem)
        layout.addLayout(foot)

    def _fill(self, sets: Sequence[QuestionSet]) -> None:
        for one in sets:
            self._add(one.name, "\n".join(one.questions))

    def _add(self, name: str, questions: str) -> QListWidgetItem:
        item = QListWidgetItem(name)
        item.setData(_TEXT, questions)
        self.list.addItem(item)
        return item

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _typed(self) -> list[tuple[str, str]]:
        return [(item.text(), str(item.data(_TEXT))) for item in self._items()]

    def _current(self) -> QListWidgetItem | None:
        # Without items Qt gives None, whatever its annotation says.
        return self.list.currentItem() if self.list.count() else None

    def _sets(self) -> tuple[QuestionSet, ...] | None:
        """Return the sets; None, and say why, when one of them is none."""
        found: list[QuestionSet] = []
        for item in self._items():
            name = " ".join(clean_text(item.text()).split())
            text = clean_text(str(item.data(_TEXT)))
            lines = [" ".join(line.split()) for line in text.splitlines()]
            questions = [line for line in lines if line]
            twice = [q for n, q in enumerate(questions) if plain(q) in map(plain, questions[:n])]
            problem = ""
            if not name:
                problem = words.SET_NO_NAME
            elif not questions:
                problem = words.SET_NO_QUESTIONS
            elif twice:
                problem = words.SET_QUESTION_TWICE.format(twice[0])
            elif question_sets.named(found, name) is not None:
                problem = words.SET_TWICE
            if problem:
                self.list.setCurrentItem(item)
                self.complain(problem)
                return None
            found.append(QuestionSet(name, tuple(questions)))
        return tuple(found)

    @Slot()
    def _on_chosen(self) -> None:
        item = self._current()
        for widget in (self.name, self.questions, self.remove):
            widget.setEnabled(item is not None)
        self.name.setText(item.text() if item is not None else "")
        self.questions.setPlainText(str(item.data(_TEXT)) if item is not None else "")

    @Slot(str)
    def _on_name(self, text: str) -> None:
        item = self._current()
        if item is not None:
            item.setText(text)

    @Slot()
    def _on_questions(self) -> None:
        item = self._current()
        if item is not None:
            item.setData(_TEXT, self.questions.toPlainText())

    @Slot()
    def _on_add(self) -> None:
        names = {item.text() for item in self._items()}
        number = next(n for n in range(1, len(names) + 2) if _numbered(n) not in names)
        self.list.setCurrentItem(self._add(_numbered(number), ""))
        self.name.setFocus()
        self.name.selectAll()

    @Slot()
    def _on_remove(self) -> None:
        self.list.takeItem(self.list.currentRow())
        self._on_chosen()

    @Slot()
    def _on_restore(self) -> None:
        names = {plain(item.text()) for item in self._items()}
        self._fill([one for one in question_sets.SHIPPED if plain(one.name) not in names])
        if self._current() is None:
            self.list.setCurrentRow(0)

    @Slot()
    def _on_save(self) -> None:
        self.complain("")
        sets = self._sets()
        if sets is not None:
            self.save_wanted.emit(sets)

    @Slot()
    def _on_cancel(self) -> None:
        self.done(QDialog.DialogCode.Rejected)

    def reject(self) -> None:
        """Close; Esc and the window's own button ask first where something was typed."""
        if self._typed() != self._opened:
            choices = (words.SAVE_SETS, words.DROP_SETS)
            reply = dialogs.ask(self, Prompt(words.SETS_CHANGED, words.SAVE_OR_DROP, choices))
            if reply is None:
                return
            if reply.choice == words.SAVE_SETS:
                self._on_save()  # closes it once the sets are written
                return
        self._on_cancel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter belongs to the control that has the focus, never to a button that has not.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            event.accept()
            return
        super().keyPressEvent(event)


def _numbered(number: int) -> str:
    return words.OWN_SET if number == 1 else f"{words.OWN_SET} {number}"
