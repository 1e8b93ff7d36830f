"""What would be learned, row by row, for Qt's views: text at once, pictures as they are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtCore import Signal as QtSignal
from PySide6.QtGui import QImage

from app.examples.thumbnails import Thumbnails
from app.examples.words import one_line
from app.refill import refill
from app.training import words
from app.training.values import Prepared
from finetune.costs import Cost
from finetune.types import Side

LINE = Qt.ItemDataRole.UserRole
PICTURE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One example as it would be taught.

    Attributes:
        id: The example's.
        side: Where it stands.
        question: What is asked.
        answer: What is taught.
        place: Where it is from.
        negative: Whether it teaches to say that the answer is not there.
        cost: Of it in tokens, in words.
    """

    id: str
    side: Side
    question: str
    answer: str
    place: str
    negative: bool
    cost: str


def lines(prepared: Prepared, costs: dict[str, Cost]) -> tuple[PreviewLine, ...]:
    """Put what is known of each row together; text tokens alone until all are counted."""
    examples = {example.id: example for example in prepared.examples}
    found: list[PreviewLine] = []
    for row in prepared.preview.rows:
        example, cost = examples[row.id], costs.get(row.id)
        page = f"page {example.page.page + 1}"
        part = f"part of {page}" if example.box else page
        if cost is not None:
            tokens = words.cost(cost)
        else:
            tokens = words.text_cost(row.question_tokens, row.answer_tokens)
        found.append(
            PreviewLine(
                row.id,
                row.side,
                one_line(row.question),
                one_line(row.answer),
                f"{Path(example.page.path).name}, {part}",
                example.kind == "negative",
                tokens,
            )
        )
    return tuple(found)


class PreviewModel(QAbstractListModel):
    """The rows of one side.

    Signals:
        picture_wanted(str): The id of an example whose picture is looked at but not here.
    """

    picture_wanted = QtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[PreviewLine] = []
        self._pictures = Thumbnails(self.picture_wanted.emit)

    @property
    def lines(self) -> tuple[PreviewLine, ...]:
        """What is shown."""
        return tuple(self._lines)

    def show(self, lines: tuple[PreviewLine, ...]) -> None:
        """Show other rows; those that stay keep their place in the view."""
        if [line.id for line in lines] != [line.id for line in self._lines]:
            self._pictures.ask_again()
        refill(self, self._lines, lines, lambda line: line.id)

    def show_picture(self, id: str, image: QImage) -> None:
        """Show the picture of an example."""
        self._pictures.put(id, image)
        for number, line in enumerate(self._lines):
            if line.id == id:
                self.dataChanged.emit(self.index(number), self.index(number), [PICTURE])

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.question
            case Qt.ItemDataRole.AccessibleTextRole:
                return ". ".join((line.question, line.answer, line.place, line.cost))
            case _ if role == PICTURE:
                return self._pictures.get(line.id)
            case _:
                return line if role == LINE else None
