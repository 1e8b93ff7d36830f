"""The history file: SQLite through the standard library, the only module that knows its SQL.

One writer, used from one thread at a time. What is deleted leaves the file: freed pages are
overwritten, the full-text index is built anew, the file is vacuumed, and copies made before a
migration go too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from app import safe_file
from app.history import schema
from app.history.entry import Entry
from vlm import database
from vlm.errors import DeskError
from vlm.system_refusals import reason
from vlm.types import Answer, Box, Evidence, PageRef, PagesRead, Question, Timings, Unsure

NAME = "history.sqlite3"
FOUND_AT_MOST = 500

_COLUMNS = (
    "asked_at, path, name, fingerprint, page, rotation, crop, question, splitting, "
    "max_new_tokens, answer, confidence, evidence, stop, model, adapter, visual_tokens, "
    "effective_dpi, timings, verdict, unsure, whole, read, correction"
)


class HistoryUnusable(DeskError):
    """The history file belongs to a newer program or cannot be opened."""

    code = "history_unusable"


FULL = (
    "The disk is full, so the history could not be written. Free some space: what was asked "
    "meanwhile is kept when the window is closed."
)


@contextmanager
def _told() -> Generator[None, None, None]:
    """Say in a sentence why nothing can be written.

    Raises:
        HistoryUnusable: When the disk is full or the file cannot be written.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
        sentence = FULL if full else f"The history could not be written: {reason(error)}."
        raise HistoryUnusable(sentence) from error


class HistoryStore:
    """An open history file.

    Args:
        path: The file; made with mode 0600 when it is missing.
        migrations: For tests: the steps instead of `schema.MIGRATIONS`.

    Raises:
        HistoryUnusable: When the file is newer than this program or cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[database.Migration] = schema.MIGRATIONS,
    ) -> None:
        self._path = path
        self._migrations = migrations
        self.complaint = ""
        try:
            self._connection = self._open()
        except sqlite3.OperationalError as error:
            raise HistoryUnusable(f"The history could not be opened: {reason(error)}.") from error
        except sqlite3.DatabaseError:
            became = safe_file.set_aside(path)
            self.complaint = (
                f"The history file was damaged. It {became}, and a new one was started."
            )
            self._connection = self._open()
        self._indexed = schema.has_words(self._connection)

    # --- reading ----------------------------------------------------------------------------

    def search(self, words: str = "", limit: int = FOUND_AT_MOST) -> list[Entry]:
        """Return entries holding all words (each the beginning of a word), newest first."""
        wanted = words.split()
        values: tuple[str, ...] = ()
        if not wanted:
            where = ""
        elif self._indexed:
            where = "WHERE number IN (SELECT rowid FROM words WHERE words MATCH ?)"
            values = (" ".join('"' + word.replace('"', '""') + '"*' for word in wanted),)
        else:
            one = "(question || ' ' || answer || ' ' || name) LIKE ? ESCAPE '\\'"
            where = "WHERE " + " AND ".join([one] * len(wanted))
            values = tuple(f"%{_literal(word)}%" for word in wanted)
        rows = self._connection.execute(
            f"SELECT number, {_COLUMNS} FROM entry {where} ORDER BY number DESC LIMIT ?",
            (*values, limit),
        )
        return [_entry(row) for row in rows]

    def questions_about(self, path: str, limit: int) -> tuple[str, ...]:
        """Return what was asked about a document, each question once, newest first."""
        rows = self._connection.execute(
            "SELECT question FROM entry WHERE path = ? GROUP BY question "
            "ORDER BY MAX(number) DESC LIMIT ?",
            (path, limit),
        )
        return tuple(str(row[0]) for row in rows)

    def count(self) -> int:
        """Return how many entries there are."""
        return int(self._connection.execute("SELECT COUNT(*) FROM entry").fetchone()[0])

    # --- writing ----------------------------------------------------------------------------

    @_told()
    def add(self, entry: Entry) -> int:
        """Store an entry and return its number."""
        marks = ", ".join("?" * len(_COLUMNS.split(", ")))
        done = self._connection.execute(
            f"INSERT INTO entry ({_COLUMNS}) VALUES ({marks})", _row(entry)
        )
        assert done.lastrowid is not None
        return done.lastrowid

    @_told()
    def judge(self, number: int, verdict: bool | None, correction: str = "") -> None:
        """Keep what the person thinks of an answer, and what it should have been."""
        self._connection.execute(
            "UPDATE entry SET verdict = ?, correction = ? WHERE number = ?",
            (verdict, correction, number),
        )

    @_told()
    def fingerprint(self, number: int, digest: str) -> None:
        """Keep the document's SHA-256 of an entry."""
        self._connection.execute(
            "UPDATE entry SET fingerprint = ? WHERE number = ?", (digest, number)
        )

    @_told()
    def delete(self, numbers: Sequence[int]) -> None:
        """Remove entries so that nothing of them is left in the file."""
        with database.writing(self._connection):
            self._connection.executemany(
                "DELETE FROM entry WHERE number = ?", [(number,) for number in numbers]
            )
            if self._indexed:  # a deleted word stays in the index until it is built anew
                self._connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
        self._connection.execute("VACUUM")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for copy in self._path.parent.glob(f"{self._path.name}.before*"):
            copy.unlink()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    # --- opening ----------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        try:
            connection = database.connect(self._path, self._migrations, look_through=True)
        except database.NewerFile as error:
            raise HistoryUnusable(
                "The history was written by a newer VLM Desk. Update the program to see it; "
                "until then nothing is added to it."
            ) from error
        except OSError as error:
            raise HistoryUnusable(f"The history could not be opened: {reason(error)}.") from error
        connection.execute("PRAGMA temp_store = MEMORY")  # vacuuming leaves no file elsewhere
        return connection


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _row(entry: Entry) -> tuple[Any, ...]:
    question, answer = entry.question, entry.answer
    return (
        entry.when.timestamp(),
        question.page.path,
        entry.file_name,
        entry.fingerprint,
        question.page.page,
        question.page.rotation,
        _json(question.box) if question.box else None,
        question.text,
        question.splitting,
        question.max_new_tokens,
        answer.text,
        answer.confidence,
        _json(answer.evidence),
        answer.stop,
        answer.model,
        answer.adapter,
        answer.visual_tokens,
        answer.effective_dpi,
        _json(answer.timings),
        entry.verdict,
        _json(answer.unsure),
        question.whole_document,
        _json(answer.read) if answer.read else None,
        entry.correction,
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    (number, asked_at, path, _, fingerprint, page, rotation, crop, text, splitting, tokens) = row[
        :11
    ]
    (answer, confidence, evidence, stop, model, adapter, visual, dpi, timings, verdict) = row[11:21]
    return Entry(
        question=Question(
            text=text,
            page=PageRef(path, page, rotation),
            box=msgspec.json.decode(crop, type=Box) if crop else None,
            splitting=bool(splitting),
            max_new_tokens=tokens,
            whole_document=bool(row[22]),
        ),
        answer=Answer(
            text=answer,
            confidence=confidence,
            evidence=msgspec.json.decode(evidence, type=Evidence),
            stop=stop,
            model=model,
            adapter=adapter,
            visual_tokens=visual,
            effective_dpi=dpi,
            timings=msgspec.json.decode(timings, type=Timings),
            unsure=msgspec.json.decode(row[21], type=tuple[Unsure, ...]),
            read=msgspec.json.decode(row[23], type=PagesRead) if row[23] else None,
        ),
        when=datetime.fromtimestamp(asked_at, UTC),
        fingerprint=fingerprint,
        verdict=None if verdict is None else bool(verdict),
        correction=row[24],
        number=number,
    )
