"""The same questions to many documents: which answers there are, which are missing, how long still.

Pure state; who asks, where answers are kept and how they are shown is elsewhere. An answer belongs
to a document's bytes, a model with its adapter, and a question, so only what has changed is asked.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from vlm.pages.files import NO_TEXT, as_text, shown_name
from vlm.pages.kinds import SUFFIXES
from vlm.system_refusals import reason
from vlm.types import Answer, Box, EvidenceKind, PageRef, Question, Value

CHUNK = 1 << 20
"""Bytes read at once while a document is fingerprinted."""

LATEST = 20
"""Answers whose mean duration tells how long the rest will take."""


class Cell(Value, frozen=True):
    """What a document answered to a question; with `problem` a sentence why it did not.

    `page` counts from 0 and is where the answer stands, with `boxes` on it; `pages_read` of
    `page_count` pages were read for it. `found` is False when no page had an answer.
    """

    text: str = ""
    confidence: float = 0.0
    evidence: EvidenceKind = "no_text"
    page: int = 0
    boxes: tuple[Box, ...] = ()
    page_count: int = 0
    pages_read: int = 0
    found: bool = True
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A document. `digest` is the SHA-256 of its bytes, "" when they could not be read."""

    path: str
    digest: str
    problem: str = ""


def cell_of(answer: Answer) -> Cell:
    """Return the cell of an answer to a whole document or to its only page."""
    read = answer.read
    found = read is None or read.found
    return Cell(
        text=answer.text,
        confidence=answer.confidence,
        evidence=answer.evidence.kind,
        page=read.pages[0].page if read is not None and read.found else 0,
        boxes=answer.evidence.boxes,
        page_count=1 if read is None else read.page_count,
        pages_read=1 if read is None else len(read.pages),
        found=found,
    )


def question_for(
    path: str, text: str, splitting: bool = True, max_new_tokens: int = 256
) -> Question:
    """Return what is asked of a document."""
    page = PageRef(path, 0)
    return Question(text, page, None, splitting, max_new_tokens, whole_document=True)


def question_key(question: Question) -> str:
    """Return what names a question, whichever document it is put to."""
    plain = msgspec.structs.replace(question, page=PageRef("", 0))
    return hashlib.sha256(msgspec.json.encode(plain)).hexdigest()


def documents_in(folder: Path) -> tuple[Path, ...]:
    """Return the documents in a folder and the folders below, in the order of their names.

    Hidden files and folders, and links to folders, are passed over.
    """
    found: list[Path] = []
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(
            Path(here) / name
            for name in sorted(files)
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES
        )
    return tuple(found)


def read_row(path: Path) -> Row:
    """Fingerprint a document. Its path is text, see `vlm.pages.files.as_text`."""
    digest = hashlib.sha256()
    if as_text(path) != os.fspath(path):
        return Row(as_text(path), "", NO_TEXT.format(name=shown_name(as_text(path))))
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        return Row(str(path), "", f"{path.name} cannot be read: {reason(error)}.")
    return Row(str(path), digest.hexdigest())


class Table:
    """Documents by questions, with the answers there are.

    Args:
        rows: The documents.
        questions: As `question_for` makes them, for any document.
    """

    def __init__(self, rows: Sequence[Row], questions: Sequence[Question]) -> None:
        self.rows = tuple(rows)
        self.questions = tuple(questions)
        self.keys = tuple(map(question_key, questions))
        self._cells: dict[tuple[int, int], Cell] = {}
        self._asked: set[tuple[int, int]] = set()
        self._locked: set[int] = set()
        for number, row in enumerate(self.rows):
            if row.problem:
                self.fail(number, row.problem)

    def cell(self, row: int, column: int) -> Cell | None:
        """Return an answer, None when it is missing."""
        return self._cells.get((row, column))

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Keep an answer that was just given."""
        self._cells[row, column] = cell
        self._asked.add((row, column))

    def put_known(self, row: int, column: int, cell: Cell) -> None:
        """Keep an answer of an earlier run."""
        self._cells[row, column] = cell

    def fail(self, row: int, problem: str) -> None:
        """Say of a document why it answers nothing that is not answered yet."""
        for column in range(len(self.questions)):
            if (row, column) not in self._cells:
                self.put(row, column, Cell(problem=problem))

    def lock(self, row: int) -> None:
        """Note that a document lacks nothing but its password."""
        self._locked.add(row)

    def is_locked(self, row: int) -> bool:
        """Tell whether a document's answers are missing for want of a password."""
        return row in self._locked and bool(self._failed(row))

    @property
    def locked(self) -> tuple[int, ...]:
        """The documents whose answers are missing for want of a password."""
        return tuple(sorted(filter(self.is_locked, self._locked)))

    def retry(self, row: int) -> None:
        """Forget what one document could not answer, so that it is asked again."""
        self._locked.discard(row)
        for column in self._failed(row):
            del self._cells[row, column]

    def _failed(self, row: int) -> tuple[int, ...]:
        cells = ((column, self._cells.get((row, column))) for column in range(len(self.questions)))
        return tuple(column for column, cell in cells if cell is not None and cell.problem)

    def missing(self, row: int) -> tuple[int, ...]:
        """Return the questions that a document has not answered."""
        columns = range(len(self.questions))
        return tuple(column for column in columns if (row, column) not in self._cells)

    def todo(self) -> Iterator[int]:
        """Yield the documents with missing answers, in order."""
        return (row for row in range(len(self.rows)) if self.missing(row))

    def retry_problems(self) -> None:
        """Forget what could not be answered, so that it is asked again."""
        self._cells = {place: cell for place, cell in self._cells.items() if not cell.problem}
        self._locked.clear()

    @property
    def total(self) -> int:
        """How many answers there will be."""
        return len(self.rows) * len(self.questions)

    @property
    def done(self) -> int:
        """How many there are, those that could not be given included."""
        return len(self._cells)

    @property
    def answered(self) -> int:
        """How many answers there are; those that could not be given are none."""
        return sum(not cell.problem for cell in self._cells.values())

    @property
    def known(self) -> int:
        """How many of them were there before."""
        return len(self._cells) - len(self._asked & set(self._cells))

    @property
    def problems(self) -> int:
        """How many documents have an answer that could not be given."""
        return len({row for (row, _), cell in self._cells.items() if cell.problem})

    def question(self, row: int, column: int) -> Question:
        """Return a question to one of the documents."""
        page = PageRef(self.rows[row].path, 0)
        return msgspec.structs.replace(self.questions[column], page=page)


class TimeLeft:
    """Tells from the latest answers how long the rest will take. Times come from the caller.

    Args:
        engines: How many give answers side by side; each sends those of a document close together.
    """

    def __init__(self, engines: int = 1) -> None:
        self._ends: deque[float] = deque(maxlen=LATEST * engines + 1)

    def start(self, now: float) -> None:
        """Note that asking begins, or goes on after a pause."""
        self._ends.clear()
        self._ends.append(now)

    def note(self, now: float) -> None:
        """Note that an answer has just come."""
        self._ends.append(now)

    def seconds(self, left: int) -> float | None:
        """Return the seconds that so many answers will take, None while unknown."""
        if len(self._ends) < 2:
            return None
        return (self._ends[-1] - self._ends[0]) / (len(self._ends) - 1) * left
