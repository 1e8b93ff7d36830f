"""The question sets of the panel: read from their file, chosen, edited in a dialog, written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app import safe_file
from app.labelling.last_choice import LastChoice
from app.labelling.questions import QuestionPicker
from app.labelling.sets_dialog import SetsDialog
from finetune import question_sets
from finetune.errors import StoreTooNew, StoreUnusable
from finetune.question_sets import QuestionSet


class Sets(QObject):
    """Keeps the sets and the one that is asked.

    Signals:
        changed(): Other questions are asked now.
        complained(str): Why the file could not be used.

    Args:
        folder: Where the sets are kept.
        last: Which was asked the last time.
        picker: Where a set is chosen.
        window: What the dialog lies above.
    """

    changed = Signal()
    complained = Signal(str)

    def __init__(
        self, folder: Path, last: LastChoice, picker: QuestionPicker, window: QWidget
    ) -> None:
        super().__init__(picker)
        self._file = folder / question_sets.NAME
        self._last = last
        self._picker = picker
        self._window = window
        self._locked = ""
        """Why the file may not be written, else ""."""
        self._sets: tuple[QuestionSet, ...] = ()
        self._chosen = ""
        self.dialog: SetsDialog | None = None
        picker.set_chosen.connect(self._on_chosen)
        picker.sets_wanted.connect(self.edit)

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions that are asked of every page, in their order; none without a set."""
        one = question_sets.named(self._sets, self._chosen) if self._chosen else None
        return one.questions if one is not None else ()

    def load(self) -> None:
        """Read the file; a broken one is set aside, a newer one is left alone."""
        try:
            self._sets = question_sets.load(self._file)
        except StoreTooNew as error:
            self._sets = question_sets.SHIPPED
            self._locked = str(error)
            self.complained.emit(f"{error} Those that came with this version are offered.")
        except StoreUnusable as error:
            self._sets = question_sets.SHIPPED
            became = safe_file.set_aside(self._file)
            self.complained.emit(f"{error} It {became}, and the shipped sets are offered.")
        self._chosen = self._first()
        self._picker.show_sets(self._sets, self._chosen)

    @Slot()
    def edit(self) -> None:
        """Show the dialog."""
        if self._locked:
            self.complained.emit(self._locked)
            return
        self.dialog = SetsDialog(self._sets, self._chosen, self._window)
        self.dialog.save_wanted.connect(self._on_save)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def _first(self) -> str:
        """Return the set that was asked last, if it is still there, else the first one."""
        name = self._last.now.questions
        if name is not None and (not name or question_sets.named(self._sets, name)):
            return name
        return self._sets[0].name if self._sets else ""

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        self._chosen = name
        self._last.keep_questions(name)
        self.changed.emit()

    @Slot(object)
    def _on_save(self, sets: tuple[QuestionSet, ...]) -> None:
        if self.dialog is None:
            return
        try:
            question_sets.save(self._file, sets)
        except StoreUnusable as error:
            self.dialog.complain(str(error))
            return
        self._sets = sets
        item = self.dialog.list.currentItem() if sets else None
        edited = item.text() if item is not None else ""
        kept = question_sets.named(sets, edited) or question_sets.named(sets, self._chosen)
        self._chosen = kept.name if kept is not None else ""
        self._last.keep_questions(self._chosen)
        self._picker.show_sets(self._sets, self._chosen)
        self.dialog.accept()
        self.changed.emit()

    @Slot()
    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None
