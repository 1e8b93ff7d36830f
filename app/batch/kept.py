"""What the batch window asked last, kept for the next time: a small file that only its owner reads.

Knows no passwords and no answers.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from app import safe_file

NAME = "batch.json"


class Choice(msgspec.Struct, frozen=True):
    """What was chosen; "" for what was not.

    Attributes:
        folder: Where the documents are.
        questions: The name of the question set.
        file: The file that the questions came from, when they are those of a file.
        out: The file that a table was written to.
    """

    folder: str = ""
    questions: str = ""
    file: str = ""
    out: str = ""


class KeptChoice:
    """Reads and writes the file.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Choice:
        """Return what is kept; nothing chosen when there is none or it cannot be understood."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Choice)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return Choice()

    def save(self, choice: Choice) -> None:
        """Keep a choice.

        Raises:
            OSError: When the file cannot be written.
        """
        safe_file.write(self._path, msgspec.json.encode(choice))

    def forget(self) -> None:
        """Keep none.

        Raises:
            OSError: When the file cannot be removed.
        """
        self._path.unlink(missing_ok=True)
