"""The tables of the history file and the steps from each older form to the next."""

from __future__ import annotations

import sqlite3

from vlm import database

_ENTRY = """
CREATE TABLE entry (
    number INTEGER PRIMARY KEY,
    asked_at REAL NOT NULL,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    page INTEGER NOT NULL,
    rotation INTEGER NOT NULL,
    crop TEXT,
    question TEXT NOT NULL,
    splitting INTEGER NOT NULL,
    max_new_tokens INTEGER NOT NULL,
    answer TEXT NOT NULL,
    confidence REAL NOT NULL,
    evidence TEXT NOT NULL,
    stop TEXT NOT NULL,
    model TEXT NOT NULL,
    adapter TEXT,
    visual_tokens INTEGER NOT NULL,
    effective_dpi REAL NOT NULL,
    timings TEXT NOT NULL,
    verdict INTEGER
)
"""
_WORDS = (
    """
    CREATE VIRTUAL TABLE words USING fts5(
        question, answer, name, content='entry', content_rowid='number',
        tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER entry_added AFTER INSERT ON entry BEGIN
        INSERT INTO words (rowid, question, answer, name)
        VALUES (new.number, new.question, new.answer, new.name);
    END
    """,
    """
    CREATE TRIGGER entry_gone AFTER DELETE ON entry BEGIN
        INSERT INTO words (words, rowid, question, answer, name)
        VALUES ('delete', old.number, old.question, old.answer, old.name);
    END
    """,
)


def has_words(connection: sqlite3.Connection) -> bool:
    """Tell whether the file has the full-text index."""
    found = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'words'").fetchone()
    return found is not None


def can_index(connection: sqlite3.Connection) -> bool:
    """Tell whether this SQLite was built with FTS5."""
    options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    return "ENABLE_FTS5" in options


def _first(connection: sqlite3.Connection) -> None:
    connection.execute(_ENTRY)
    if can_index(connection):
        for statement in _WORDS:
            connection.execute(statement)


def _with_doubts(connection: sqlite3.Connection) -> None:
    """Keep the words of which a model was unsure."""
    connection.execute("ALTER TABLE entry ADD COLUMN unsure TEXT NOT NULL DEFAULT '[]'")


def _with_documents(connection: sqlite3.Connection) -> None:
    """Keep which questions were to a whole document, and the pages that were read for them."""
    connection.execute("ALTER TABLE entry ADD COLUMN whole INTEGER NOT NULL DEFAULT 0")
    connection.execute("ALTER TABLE entry ADD COLUMN read TEXT")


def _with_corrections(connection: sqlite3.Connection) -> None:
    """Keep what a person wrote an answer should have been."""
    connection.execute("ALTER TABLE entry ADD COLUMN correction TEXT NOT NULL DEFAULT ''")


MIGRATIONS: tuple[database.Migration, ...] = (
    _first,
    _with_doubts,
    _with_documents,
    _with_corrections,
)
