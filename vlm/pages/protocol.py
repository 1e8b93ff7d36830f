"""What the page client and one page process say to each other.

One process reads one document. Its first line is `Ready`; the first request is `Open`, and where
the system can hand descriptors over, the file's rides along, and after it the canvas's. Every
request is answered by exactly one reply with the same job.
"""

from __future__ import annotations

from vlm.errors import (
    DeskError,
    DocumentMissing,
    DocumentTooLarge,
    PasswordNeeded,
    UnreadableDocument,
)
from vlm.protocol import Message
from vlm.types import Box, DocumentKind, PageSize, Quarter, Word
from vlm.wire import Codec

VERSION = 1

RAISED: dict[str, type[DeskError]] = {
    error.code: error
    for error in (UnreadableDocument, DocumentTooLarge, DocumentMissing, PasswordNeeded)
}
"""The errors a page process may report, by code; it cannot make the window raise another."""


# --- requests -------------------------------------------------------------------------------


class Open(Message, frozen=True, tag="open"):
    """Open the document; answered by `Opened` or `Failed`.

    `name` is what sentences call the file. `path` is None when its descriptor comes along.
    """

    version: int
    job: int
    name: str
    path: str | None = None
    password: str | None = None


class Measure(Message, frozen=True, tag="measure"):
    """Measure up to `count` pages from page `first` on; answered by `Measured` or `Failed`."""

    job: int
    first: int
    count: int


class Draw(Message, frozen=True, tag="draw"):
    """Draw a part of a page; answered by `Drawn` and its pixels, or `Failed`.

    `width` and `height` are pixels of the result, after turning by `rotation` clockwise.
    """

    job: int
    page: int
    box: Box
    width: int
    height: int
    rotation: Quarter


class Read(Message, frozen=True, tag="read"):
    """Read a page's text layer; answered by `Text` or `Failed`."""

    job: int
    page: int


# --- replies --------------------------------------------------------------------------------


class Ready(Message, frozen=True, tag="ready"):
    """The first line: the process has given up its rights and waits for its document.

    `jail` says in plain words which rights those are.
    """

    version: int
    jail: str


class Opened(Message, frozen=True, tag="opened"):
    """The document is open; `first_size` is page 0's size."""

    job: int
    format: DocumentKind
    page_count: int
    first_size: PageSize


class Measured(Message, frozen=True, tag="measured"):
    """Sizes of consecutive pages: at least one, perhaps fewer than asked when they take long."""

    job: int
    sizes: tuple[PageSize, ...]


class Drawn(Message, frozen=True, tag="drawn"):
    """`size` bytes of RGB, rows packed, the first row on top.

    They lie in the canvas that came with the document, or follow this line when `shared` is false.
    """

    job: int
    size: int
    shared: bool


class Text(Message, frozen=True, tag="text"):
    """The words of a page in reading order; empty when there is no text layer."""

    job: int
    words: tuple[Word, ...]


class Failed(Message, frozen=True, tag="failed"):
    """The request could not be done; `code` is a key of `RAISED`, `message` its sentence."""

    job: int
    code: str
    message: str


Request = Open | Measure | Draw | Read
Reply = Ready | Opened | Measured | Drawn | Text | Failed

REQUESTS: Codec[Request] = Codec(Request)
REPLIES: Codec[Reply] = Codec(Reply)
