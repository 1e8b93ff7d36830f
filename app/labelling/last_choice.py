"""What was chosen last while labelling, kept for the next time in a small file."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from app.kept import Kept

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
    """Reads the file once and writes it with every choice, if it can.

    Args:
        folder: Where the file is.
    """

    def __init__(self, folder: Path) -> None:
        self._kept = Kept(folder / NAME, Chosen)
        self.now = self._kept.load() or Chosen()

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
            self._kept.save(chosen, durable=False)
        except OSError as error:
            _log.warning("What was chosen is not kept: %s", type(error).__name__)
