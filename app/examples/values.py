"""What the shelf of examples tells the window."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtGui import QImage

from finetune.types import Example
from vlm.types import PageRef


@dataclass(frozen=True, slots=True)
class Changed:
    """There are other examples than before; `key` is that of what was kept, else ""."""

    how: Literal["kept", "taken back", "edited"]
    key: str
    examples: int
    documents: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an example could not be kept, in a sentence."""

    key: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Listed:
    """All examples, newest first, and from how many documents they are.

    `different` are the documents that tuning counts: copies of one count once.
    """

    examples: tuple[Example, ...]
    documents: int
    different: int


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """The small picture of an example."""

    id: str
    image: QImage


@dataclass(frozen=True, slots=True)
class Exported:
    """How many examples were written, and the file or folder they are in."""

    examples: int
    target: Path


@dataclass(frozen=True, slots=True)
class Unhashed:
    """A page with examples that were kept without its hash."""

    document: str
    page: PageRef
