"""Looks at all run folders: what is new, and whether their processes are there.

Lives on the thread of the lane that calls it. A process is told by its id and by the name of the
run in its command; the run's lock is left alone, because trying it could turn a process away that
wants it at that moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from app.training.values import News, Sizes
from finetune import runs
from finetune.errors import RunDamaged
from finetune.gate import Gate
from finetune.plan import TrainPlan
from finetune.protocol import EVENTS, Event, Failed, Started
from vlm.errors import ProtocolError

OUTPUT = "output"
"""File in a run folder: what its last process said."""


class _Side(msgspec.Struct):
    """What is counted of a row."""

    side: str
    document: str


@dataclass(slots=True)
class _Known:
    """How far a run was read."""

    plan: TrainPlan
    sizes: Sizes
    made_at: float
    file: int = 0
    offset: int = 0
    told: int = 0
    launched: int = 0
    gate: Gate | None = None


class RunWatch:
    """Remembers how far each run was read.

    Args:
        root: Holds the run folders.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[Path, _Known] = {}

    def look(self) -> Iterator[News]:
        """Yield what there is of every run, newest first; folders that are damaged are left out."""
        found = runs.found(self._root)
        self._known = {run: known for run, known in self._known.items() if run in found}
        for run in found:
            try:
                yield self._news(run)
            except (RunDamaged, OSError):
                continue  # also one that is being discarded at this moment, or is on a sick disk

    def launched(self, run: Path) -> None:
        """Note that a process was started for a run, which has not said anything yet."""
        known = self._of(run)
        known.launched = next((p.pid for p in psutil.process_iter() if works_on(p.pid, run)), 0)

    def process(self, run: Path) -> int:
        """Return the id of the process that works on a run, 0 when there is none."""
        known = self._of(run)
        return next((id for id in (known.told, known.launched) if works_on(id, run)), 0)

    def _of(self, run: Path) -> _Known:
        if run not in self._known:
            made_at = (run / runs.PLAN).stat().st_mtime
            self._known[run] = _Known(runs.read_plan(run), _sizes(run), made_at)
        return self._known[run]

    def _news(self, run: Path) -> News:
        known = self._of(run)
        afresh, events = _new_events(run, known)
        started = [event.process for event in events if isinstance(event, Started)]
        known.told = started[-1] if started else known.told
        process = self.process(run)
        if known.gate is None:
            known.gate = _gate(run)
        return News(
            run,
            known.plan,
            known.made_at,
            known.sizes,
            afresh,
            tuple(events),
            process,
            None if process else _said(run),
            runs.asked(run).wish,
            known.gate,
        )


def works_on(process: int, run: Path) -> bool:
    """Tell whether a process is there and works on this run."""
    if not process:
        return False
    try:
        return any(run.name in part for part in psutil.Process(process).cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # a zombie is none any more
        return False


def _new_events(run: Path, known: _Known) -> tuple[bool, list[Event]]:
    """Read on; a process that starts writes the log anew, and it is then read from its start."""
    try:
        now = (run / runs.LOG).stat()
    except FileNotFoundError:
        return False, []
    afresh = now.st_ino != known.file or now.st_size < known.offset
    if afresh:
        known.file, known.offset = now.st_ino, 0
    events, known.offset = runs.read_events(run, known.offset)
    return afresh, events


def _sizes(run: Path) -> Sizes:
    try:
        lines = (run / runs.ROWS).read_bytes().splitlines()
        rows = [msgspec.json.decode(line, type=_Side) for line in lines]
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunDamaged(f"The rows of the run {run.name} cannot be read: {error}") from error
    sides = [row.side for row in rows]
    held = {row.document for row in rows if row.side == "held_out"}
    learned = {row.document for row in rows if row.side != "held_out"}
    return Sizes(
        sides.count("train"), sides.count("watch"), sides.count("held_out"), len(learned), len(held)
    )


def _gate(run: Path) -> Gate | None:
    try:
        return msgspec.json.decode((run / runs.GATE).read_bytes(), type=Gate)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None  # not measured yet, or by a newer program: then the run says so in words


def _said(run: Path) -> Failed | None:
    """Return why a process ended that could not write it into the log."""
    try:
        last = (run / OUTPUT).read_bytes().splitlines(keepends=True)[-1:]
        event = EVENTS.read(last[0]) if last else None
    except (OSError, ProtocolError):
        return None
    return event if isinstance(event, Failed) else None
