"""Between the history and the rest of the window: keeps answers, brings old ones back."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app import dialogs, figures
from app.ask.values import Asked, Verdict
from app.dialogs import Prompt
from app.history.entry import Entry
from app.history.keeper import Found, History
from app.history.panel import HistoryPanel
from vlm.types import Answer, Question

DELETE = "Delete"


class HistoryPresenter(QObject):
    """Connects the panel, the store's keeper and the answers.

    Signals:
        reopened(object): The `Entry` that the person wants to see again.
        said(str): A plain sentence for the person.
    """

    reopened = Signal(object)
    said = Signal(str)

    def __init__(
        self, history: History, panel: HistoryPanel, keep: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._history = history
        self._panel = panel
        self._keep = keep
        self._numbers: dict[tuple[Question, Answer], int] = {}
        self._coming: set[tuple[Question, Answer]] = set()
        """Answers on their way to the file."""
        self._judged: dict[tuple[Question, Answer], Verdict] = {}
        """What was said of answers on their way."""
        history.found.connect(self._on_found)
        history.added.connect(self._on_added)
        history.changed.connect(self.refresh)
        history.complained.connect(self.said)
        history.exported.connect(self._on_exported)
        panel.searched.connect(history.search)
        panel.reopened.connect(self._on_reopened)
        panel.delete_wanted.connect(self._on_delete)
        panel.export_wanted.connect(self.export)

    def set_keep(self, keep: bool) -> None:
        """Keep questions from now on, or not."""
        self._keep = keep

    @Slot()
    def refresh(self) -> None:
        """Search again, when someone is looking."""
        if self._panel.isVisible():
            self._history.search(self._panel.words)

    @Slot(object)
    def keep(self, asked: Asked) -> None:
        """Store an answer that has just been finished."""
        if self._keep:
            self._add(asked.question, asked.answer)

    @Slot(object)
    def judge(self, verdict: Verdict) -> None:
        """Store what the person thinks of an answer, and the answer if it is one of a batch."""
        key = _key(verdict.question, verdict.answer)
        number = self._numbers.get(key)
        if number is not None:
            self._history.judge(number, verdict.right, verdict.correction)
        elif key in self._coming:
            self._judged[key] = verdict
        elif self._keep and verdict.right is not None:
            self._judged[key] = verdict
            self._add(verdict.question, verdict.answer)

    @Slot()
    @Slot(str)
    def export(self, words: str = "") -> None:
        """Let the person choose a file and write what was found with `words` to it."""
        file = dialogs.choose_export(self._panel.window(), "history.csv")
        if file is not None:
            self._history.export(file, words)

    def _add(self, question: Question, answer: Answer) -> None:
        self._coming.add(_key(question, answer))
        self._history.add(Entry(question, answer, datetime.now(UTC)))

    @Slot(object)
    def _on_found(self, found: Found) -> None:
        self._panel.show_found(found)

    @Slot(object)
    def _on_added(self, entry: Entry) -> None:
        key = _key(entry.question, entry.answer)
        self._coming.discard(key)
        self._numbers[key] = entry.number
        if (said := self._judged.pop(key, None)) is not None:
            self._history.judge(entry.number, said.right, said.correction)

    @Slot(object)
    def _on_reopened(self, entry: Entry) -> None:
        self._numbers[_key(entry.question, entry.answer)] = entry.number
        self.reopened.emit(entry)

    @Slot(object)
    def _on_delete(self, numbers: tuple[int, ...]) -> None:
        what = (
            "this question and its answer"
            if len(numbers) == 1
            else f"{figures.whole(len(numbers))} entries"
        )
        text = f"Delete {what} from this computer? They cannot be brought back."
        reply = dialogs.ask(
            self._panel.window(), Prompt("Delete", text, (DELETE, "Keep"), for_good=True)
        )
        if reply is not None and reply.choice == DELETE:
            self._history.delete(numbers)

    @Slot(str)
    def _on_exported(self, file: str) -> None:
        self.said.emit(f"The history was exported to {file}.")


def _key(question: Question, answer: Answer) -> tuple[Question, Answer]:
    """Return what names an answer; the history keeps it without the images the model saw."""
    return question, msgspec.structs.replace(answer, views=())
