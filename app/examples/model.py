"""The list of examples for Qt's views, with what is searched for. Knows no store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QImage

from app.examples import words
from app.examples.thumbnails import Thumbnails
from app.refill import refill
from finetune.types import Example
from vlm.clean_text import clean_text

EXAMPLE = Qt.ItemDataRole.UserRole
PICTURE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Edit:
    """The right answer of an example as the person wrote it; never ""."""

    id: str
    answer: str


class ExamplesModel(QAbstractListModel):
    """Examples in the order they are given, those with the words that are searched for.

    Signals:
        picture_wanted(str): The id of an example whose picture is looked at but not here.
        edited(object): `Edit`; the model shows it already.
    """

    picture_wanted = Signal(str)
    edited = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Example, ...] = ()
        self._shown: list[Example] = []
        self._words: list[str] = []
        self._pictures = Thumbnails(self.picture_wanted.emit)

    @property
    def examples(self) -> tuple[Example, ...]:
        """What is shown."""
        return tuple(self._shown)

    def show(self, examples: Sequence[Example]) -> None:
        """Replace all examples; those that stay keep their place in the views."""
        self._all = tuple(examples)
        self._find()

    def search(self, text: str) -> None:
        """Show those that have all these words somewhere; "" for all."""
        self._words = text.casefold().split()
        self._find()

    def show_picture(self, id: str, image: QImage) -> None:
        """Show the picture of an example."""
        self._pictures.put(id, image)
        for row, example in enumerate(self._shown):
            if example.id == id:
                index = self.index(row)
                self.dataChanged.emit(index, index, [PICTURE])

    def example(self, index: Index) -> Example:
        """Return the example of a row."""
        return self._shown[index.row()]

    def _find(self) -> None:
        found = [example for example in self._all if self._has_words(example)]
        refill(self, self._shown, found, lambda example: example.id)

    def _has_words(self, example: Example) -> bool:
        if not self._words:
            return True
        name = example.page.path.replace("\\", "/").rpartition("/")[2]  # a `Path` takes long
        kind = words.KINDS[example.kind]
        parts = (example.question, *example.answers, example.said, name, kind)
        text = "\n".join(parts).casefold()
        return all(word in text for word in self._words)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._shown):
            return None
        example = self._shown[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return words.one_line(example.question)
            case Qt.ItemDataRole.EditRole:
                return example.answer
            case Qt.ItemDataRole.AccessibleTextRole:
                return words.spoken(example)
            case _ if role == PICTURE:
                return self._pictures.get(example.id)
            case _:
                return example if role == EXAMPLE else None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        answer, example = clean_text(str(value)).strip(), self._shown[index.row()]
        if not answer or answer == example.answer:
            return False
        changed = msgspec.structs.replace(example, answers=(answer,))
        self._shown[index.row()] = changed
        self._all = tuple(changed if one.id == changed.id else one for one in self._all)
        here = self.index(index.row())
        self.dataChanged.emit(here, here, [])
        self.edited.emit(Edit(example.id, answer))
        return True
