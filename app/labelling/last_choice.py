"""What was chosen last while labelling, kept for the next time in a small file."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from app import safe_file

NAME = "labelling.json"

_log = logging.getLogger(__name__)


class Chosen(msgspec.Struct, frozen=True):
    """What was chosen.

    Attributes:
        folder: Whose documents were labelled, "" for none yet.
        questions: The name of the question set, "" for none; None when there was no choice yet.
    """

    folder: str = ""
    questions: str | None = None


class LastChoice:
    """Reads the file once and writes it with every choice.

    It is a convenience: a file that cannot be read or written costs only that, and a line in the
    log.

    Args:
        folder: Where the file is.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self.now = Chosen()
        try:
            self.now = msgspec.json.decode(self._file.read_bytes(), type=Chosen)
        except FileNotFoundError:
            return  # nothing was chosen yet
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.warning("What was chosen last is not known: %s", type(error).__name__)

    def keep_folder(self, folder: str) -> None:
        """Keep whose documents are labelled."""
        self._keep(msgspec.structs.replace(self.now, folder=folder))

    def keep_questions(self, name: str) -> None:
        """Keep which question set is asked."""
        self._keep(msgspec.structs.replace(self.now, questions=name))

    def _keep(self, chosen: Chosen) -> None:
        if chosen == self.now:
            return
        self.now = chosen
        try:
            safe_file.write(self._file, msgspec.json.encode(chosen), durable=False)
        except OSError as error:
            _log.warning("What was chosen is not kept: %s", type(error).__name__)
