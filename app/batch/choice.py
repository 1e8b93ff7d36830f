"""What the batch window asked last, to be kept for the next time. No passwords, no answers."""

from __future__ import annotations

import msgspec

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
