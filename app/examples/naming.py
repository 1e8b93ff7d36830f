"""What an example is known by: its document's contents, and what was asked and said of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from app.history.keeper import fingerprint
from finetune.types import Example


def name_of(example: Example) -> str:
    """Return the id of an answer's example: asked and answered again the same, it is the same."""
    box = example.box
    place = (box.x0, box.y0, box.x1, box.y1) if box else ()
    page = (example.document, example.page.page, example.page.rotation)
    parts = msgspec.json.encode((page, place, example.question, example.said))
    return hashlib.sha256(parts).hexdigest()[:32]


def contents_of(path: str) -> str:
    """Return the hash of a document's contents, "" when it cannot be read."""
    return fingerprint(Path(path), _Never())


def complete(example: Example) -> Example | None:
    """Fill in the document's hash and the id; None when the document cannot be read."""
    document = example.document or contents_of(example.page.path)
    if not document:
        return None
    whole = msgspec.structs.replace(example, document=document)
    return msgspec.structs.replace(whole, id=whole.id or name_of(whole))


class _Never:
    """A token of work that is done to its end: a click must not be lost."""

    @property
    def cancelled(self) -> bool:
        return False
