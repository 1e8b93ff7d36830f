"""By how much pages lie askew of which a run knows only a part: measured on the pages themselves.

A row about a box keeps the pixels of the box, and a line or two do not tell how their page lies;
the reader, who is asked about the box on its page, knows it. So the page is looked at once, where
its document is still there and still the same. Loaded by the training process only.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from finetune.disk import Disk, save
from finetune.pictures import document_hash
from finetune.protocol import Preparing
from finetune.runs import RunRow
from vlm import skew
from vlm.document_questions import stamp
from vlm.errors import DeskError
from vlm.flat_pages import FlatPages
from vlm.pages.client import PageClient

FILE = "angles.json"
"""In a run folder: degrees by `name_of` a page."""

Angles = Mapping[str, float]


def name_of(row: RunRow) -> str:
    """Return what rows about one page, turned alike, have in common."""
    page = row.page.page if row.page is not None else 0
    return f"{row.document} {page} {row.rotation}"


def kept(run: Path) -> Angles:
    """Return the angles that were measured; none where nobody did, or they are damaged."""
    return _read(run) or {}


def _read(run: Path) -> Angles | None:
    try:
        return msgspec.json.decode((run / FILE).read_bytes(), type=dict[str, float])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def look(
    run: Path,
    rows: Sequence[RunRow],
    disk: Disk,
    breathe: Callable[[], None],
    flat: bool = False,
) -> Iterator[Preparing]:
    """Measure the pages of rows about boxes on scans, once a run; yields how far it is.

    A page that cannot be looked at any more is left out.

    Args:
        run: The run folder.
        rows: All its rows.
        disk: Keeps what is found.
        breathe: Called before each page; see `hindrances.Breath`.
        flat: Whether photographs are shown flat, see `laid_flat`.

    Raises:
        OSError: When that cannot be written.
    """
    if _read(run) is not None:
        return
    boxed = {name_of(row): row for row in rows if row.box is not None and not row.words}
    if not boxed:
        return
    found: dict[str, float] = {}
    with PageClient() as pages:
        angles = skew.Angles(FlatPages(pages, stamp, lambda: flat), stamp)
        for number, (name, row) in enumerate(boxed.items()):
            yield Preparing("Looking how pages lie", number / len(boxed))
            breathe()
            with contextlib.suppress(DeskError, OSError):
                if row.page is not None and document_hash(Path(row.page.path)) == row.document:
                    shown = msgspec.structs.replace(row.page, rotation=row.rotation)
                    found[name] = angles.of(shown)
    save(disk, run / FILE, [msgspec.json.encode(found)])
