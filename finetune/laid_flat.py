"""Lays what a run learns from as the reader sees it: photographs flat, and scans the right way up.

A model that reads pages in parts is asked about a photographed sheet as about a scan, see
`vlm.flat_pages`, and about a page that lies on its side or upside down as about an upright one, see
`vlm.upright`. So their rows get new pictures, once a run, where their documents are still there and
the same; the others stay as they are. Loaded by the training process only.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
from accelerate import Accelerator

from finetune import gathering, ranks, runs
from finetune.disk import Disk, save
from finetune.engine_jobs import last_of
from finetune.page_angles import name_of
from finetune.pictures import document_hash
from finetune.protocol import Preparing
from finetune.runs import RunRow
from vlm import device, parted
from vlm.engine import Engine
from vlm.errors import DeskError
from vlm.pages.client import PageClient
from vlm.protocol import Load
from vlm.types import PageRef

FILE = "flat.jsonl"
"""In a run folder: the rows that are shown otherwise than they were kept, as they are shown."""

_BUDGET_BYTES = 2**26


def shown(
    run: Path,
    base: str,
    rows: Sequence[RunRow],
    disk: Disk,
    breathe: Callable[[], None],
    accelerator: Accelerator,
) -> Generator[Preparing, None, list[RunRow]]:
    """Return the rows of a run as its model is shown them, see `lay`; yields how far it is.

    Among several processes the main one lays them.

    Raises:
        OSError: When that cannot be written.
        DeskError: When the model cannot be loaded.
    """
    if accelerator.is_main_process and parted.reads_parts(Path(base)):
        yield from lay(run, base, rows, disk, breathe)
    accelerator.wait_for_everyone()
    return ranks.agreed(accelerator, partial(applied, run, rows))()


def applied(run: Path, rows: Sequence[RunRow]) -> list[RunRow]:
    """Return the rows of a run as they are shown; those that `lay` has not laid as they are."""
    laid = _read(run) or {}
    return [laid.get(row.id, row) for row in rows]


def _read(run: Path) -> Mapping[str, RunRow] | None:
    try:
        lines = (run / FILE).read_bytes().splitlines()
        rows = [msgspec.json.decode(line, type=RunRow) for line in lines]
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return {row.id: row for row in rows}


def lay(
    run: Path, base: str, rows: Sequence[RunRow], disk: Disk, breathe: Callable[[], None]
) -> Iterator[Preparing]:
    """Lay the rows of scans, once a run; yields how far it is.

    A page that cannot be looked at any more is left as it was kept.

    Args:
        run: The run folder.
        base: Folder of the model that reads pages in parts.
        rows: All its rows.
        disk: Keeps what is found.
        breathe: Called before each page; see `hindrances.Breath`.

    Raises:
        OSError: When that cannot be written.
        DeskError: When the model cannot be loaded.
    """
    if _read(run) is not None:
        return
    by_page: dict[str, list[RunRow]] = {}
    for row in rows:
        if not row.words and row.page is not None:
            by_page.setdefault(name_of(row), []).append(row)
    found: list[RunRow] = []
    if by_page:
        with contextlib.closing(Engine(PageClient(), _BUDGET_BYTES, device.choose)) as engine:
            last_of(engine.load(Load(0, base, precision="exact"), threading.Event()), breathe)
            for number, some in enumerate(by_page.values()):
                yield Preparing("Looking how pages lie", number / len(by_page))
                breathe()
                with contextlib.suppress(DeskError, OSError):
                    found += _laid(run, some, engine, disk)
    save(disk, run / FILE, [msgspec.json.encode(row) + b"\n" for row in found])


def _laid(run: Path, rows: Sequence[RunRow], engine: Engine, disk: Disk) -> list[RunRow]:
    """Return the rows about one page as they are shown; none where that is as they were kept.

    Raises:
        DeskError: When the page cannot be looked at.
        OSError: When its document cannot be read, or a picture not be written.
    """
    page = rows[0].page
    if page is None or document_hash(Path(page.path)) != rows[0].document:
        return []
    turned = engine.upright(PageRef(page.path, page.page, rows[0].rotation))
    flat = engine.read_pages.flat(turned)
    if flat is None and turned.rotation == rows[0].rotation:
        return []
    found: list[RunRow] = []
    for row in rows:
        box = row.box if flat is None or row.box is None else flat.box_on_sheet(row.box)
        crop = gathering.take(engine.read_pages, turned, box)
        name = f"{Path(row.picture).stem}-flat"
        save(disk, run / runs.PICTURES / name, [crop.picture])
        found.append(
            msgspec.structs.replace(
                row,
                picture=name,
                sha256=hashlib.sha256(crop.picture).hexdigest(),
                size=crop.size,
                box=box,
                rotation=turned.rotation,
            )
        )
    return found
