"""Keeps the examples that people made, each with its pixels. The only place with their SQL."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from finetune import disk
from finetune.errors import StoreTooNew, StoreUnusable
from finetune.types import Crop, Example
from vlm import database
from vlm.system_refusals import reason
from vlm.types import PageRef, PageSize, Word

_COLUMNS = (
    "id, document, path, page, rotation, x0, y0, x1, y1, question, answers, said, verdict, kind,"
    " page_hash, made_at"
)
_MOST_EMPTY = 0.5
"""A file is rewritten when more than this share is empty: what is removed is zeroed in any case."""
DISK_FULL = (
    "The disk is full, so the examples could not be saved. Free some space: what is not saved "
    "yet is tried again before the program ends."
)
DAMAGED = (
    "The examples could not be read: their file is damaged. Bring it back from a backup, or move "
    "it away to begin anew."
)
_CROP = "picture, width, height, words"


def _create(connection: sqlite3.Connection) -> None:
    connection.execute(
        """CREATE TABLE example (
            id TEXT PRIMARY KEY, document TEXT NOT NULL, path TEXT NOT NULL,
            page INTEGER NOT NULL CHECK (page >= 0), rotation INTEGER NOT NULL,
            x0 REAL, y0 REAL, x1 REAL, y1 REAL,
            question TEXT NOT NULL, answers TEXT NOT NULL, said TEXT NOT NULL,
            verdict TEXT NOT NULL, kind TEXT NOT NULL, page_hash TEXT NOT NULL,
            made_at REAL NOT NULL, picture BLOB NOT NULL, width REAL NOT NULL,
            height REAL NOT NULL, words BLOB NOT NULL)"""
    )
    connection.execute("CREATE INDEX example_document ON example (document)")


MIGRATIONS: tuple[database.Migration, ...] = (_create,)


def new_id() -> str:
    """Return a fresh name for an example."""
    return uuid.uuid4().hex


class ExampleStore:
    """The examples in one file; use it as a context or call `close`. One thread at a time."""

    def __init__(self, file: Path) -> None:
        """Open or create the store.

        Raises:
            StoreTooNew: When the file was written by a newer program.
            StoreUnusable: When the file cannot be used.
        """
        self._file = file
        try:
            self._connection = database.connect(file, MIGRATIONS)
        except database.NewerFile as error:
            raise StoreTooNew(
                f"{file.name} was written by a newer version of this program. "
                "Install that version to use it; nothing was changed."
            ) from error
        except (OSError, sqlite3.Error) as error:
            raise StoreUnusable(
                _sentence(f"The examples in {file.name} could not be opened", error)
            ) from error

    def __enter__(self) -> ExampleStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add(self, example: Example, crop: Crop) -> None:
        """Keep an example with the pixels of its crop; one with the same id is replaced.

        Raises:
            StoreUnusable: When it cannot be written, for example because the disk is full.
        """
        box = example.box
        corners = (box.x0, box.y0, box.x1, box.y1) if box else (None,) * 4
        row = (
            example.id,
            example.document,
            example.page.path,
            example.page.page,
            example.page.rotation,
            *corners,
            example.question,
            msgspec.json.encode(example.answers).decode(),
            example.said,
            example.verdict,
            example.kind,
            example.page_hash,
            example.made_at,
            crop.picture,
            crop.size.width,
            crop.size.height,
            msgspec.json.encode(crop.words),
        )
        marks = ", ".join("?" * len(row))
        self._write(f"INSERT OR REPLACE INTO example ({_COLUMNS}, {_CROP}) VALUES ({marks})", row)

    def change(self, id: str, question: str, answers: tuple[str, ...]) -> Example:
        """Correct the question or the answers of an example and return it as it now is.

        Raises:
            KeyError: When there is no such example.
            ValueError: When the question or an answer is empty.
        """
        changed = msgspec.structs.replace(self.get(id), question=question, answers=answers)
        encoded = msgspec.json.encode(answers).decode()
        self._write(
            "UPDATE example SET question = ?, answers = ? WHERE id = ?", (question, encoded, id)
        )
        return changed

    def set_page_hash(self, document: str, page: PageRef, page_hash: str) -> None:
        """Keep a page's hash with those examples of it that have none.

        Raises:
            StoreUnusable: When it cannot be written.
        """
        self._write(
            "UPDATE example SET page_hash = ? WHERE document = ? AND page = ? AND rotation = ?"
            " AND page_hash = ''",
            (page_hash, document, page.page, page.rotation),
        )

    def get(self, id: str) -> Example:
        """Return one example.

        Raises:
            KeyError: When there is no such example.
        """
        found = self._read(f"SELECT {_COLUMNS} FROM example WHERE id = ?", (id,))
        if not found:
            raise KeyError(id)
        return _example(found[0])

    def all(self) -> Iterator[Example]:
        """Yield every example, oldest first, without its picture."""
        for row in self._read(f"SELECT {_COLUMNS} FROM example ORDER BY made_at, id"):
            yield _example(row)

    def of_page(self, document: str, page: int) -> Iterator[Example]:
        """Yield the examples of one page, from 0, oldest first, however it was turned."""
        sql = f"SELECT {_COLUMNS} FROM example WHERE document = ? AND page = ? ORDER BY made_at, id"
        for row in self._read(sql, (document, page)):
            yield _example(row)

    def labelled_pages(self) -> frozenset[tuple[str, int]]:
        """Return the documents with their pages, from 0, that have examples."""
        rows = self._read("SELECT DISTINCT document, page FROM example")
        return frozenset((str(document), int(page)) for document, page in rows)

    def printed_pages(self) -> dict[tuple[str, int], tuple[str, ...]]:
        """Return the words of text layers that are kept, by document and page, from 0.

        They are those of examples about whole pages; a scan has none.
        """
        rows = self._read(
            "SELECT document, page, words FROM example WHERE x0 IS NULL AND words <> ?"
            " GROUP BY document, page",
            (msgspec.json.encode(()),),
        )
        with _whole():
            return {
                (str(document), int(page)): tuple(
                    word.text for word in msgspec.json.decode(words, type=tuple[Word, ...])
                )
                for document, page, words in rows
            }

    def crop(self, id: str) -> Crop:
        """Return the pixels and words kept with an example.

        Raises:
            KeyError: When there is no such example.
        """
        found = self._read(f"SELECT {_CROP} FROM example WHERE id = ?", (id,))
        if not found:
            raise KeyError(id)
        with _whole():
            picture, width, height, words = found[0]
            kept = msgspec.json.decode(words, type=tuple[Word, ...])
            return Crop(bytes(picture), PageSize(width, height), kept)

    def __len__(self) -> int:
        return int(self._read("SELECT count(*) FROM example")[0][0])

    def document_count(self) -> int:
        """Return how many different documents the examples come from."""
        return int(self._read("SELECT count(DISTINCT document) FROM example")[0][0])

    def remove(self, ids: Iterable[str]) -> int:
        """Remove examples for good: from the file, its journal and its backup.

        Returns:
            How many there were.
        """
        try:
            with database.writing(self._connection):
                gone = sum(
                    self._write("DELETE FROM example WHERE id = ?", (id,)).rowcount for id in ids
                )
        except sqlite3.Error as error:
            raise StoreUnusable(_sentence("The examples could not be saved", error)) from error
        if self._emptiness() > _MOST_EMPTY:
            self._write("VACUUM")
        self._write("PRAGMA wal_checkpoint(TRUNCATE)")
        database.backup_of(self._file).unlink(missing_ok=True)
        return gone

    def _emptiness(self) -> float:
        """Return the share of the file that is empty, in [0, 1]."""
        pages, empty = (
            int(self._read(f"PRAGMA {name}")[0][0]) for name in ("page_count", "freelist_count")
        )
        return empty / pages

    def _write(self, sql: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, values)
        except sqlite3.Error as error:
            raise StoreUnusable(_sentence("The examples could not be saved", error)) from error

    def _read(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, values).fetchall()  # damage may show at any row
        except sqlite3.Error as error:
            raise StoreUnusable(_sentence("The examples could not be read", error)) from error


def _sentence(failed: str, error: OSError | sqlite3.Error) -> str:
    """Say why something has failed, without naming a path."""
    if isinstance(error, OSError):
        full = error.errno in disk.FULL
    else:
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    if full:
        return DISK_FULL
    return f"{failed}: {reason(error)}."


@contextmanager
def _whole() -> Generator[None, None, None]:
    """Say in a sentence that what is kept is none of ours: the disk has damaged it.

    Raises:
        StoreUnusable: Then.
    """
    try:
        yield
    except (ValueError, TypeError) as error:  # what is decoded, and what values refuse
        raise StoreUnusable(DAMAGED) from error


def _example(row: tuple[object, ...]) -> Example:
    """Turn a row of the table into a value, checked.

    Raises:
        StoreUnusable: When it is damaged.
    """
    id, document, path, page, rotation, x0, y0, x1, y1, question, answers, *rest = row
    said, verdict, kind, page_hash, made_at = rest
    corners = {"x0": x0, "y0": y0, "x1": x1, "y1": y1}
    fields = {
        "id": id,
        "document": document,
        "page": {"path": path, "page": page, "rotation": rotation},
        "box": None if x0 is None else corners,
        "question": question,
        "answers": _answers(str(answers)),
        "said": said,
        "verdict": verdict,
        "kind": kind,
        "page_hash": page_hash,
        "made_at": made_at,
    }
    with _whole():
        return msgspec.convert(fields, Example)


def _answers(written: str) -> object:
    with _whole():
        return msgspec.json.decode(written)
