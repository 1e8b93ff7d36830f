"""Run folders: everything a training run needs, frozen, and all that it leaves.

``plan.json`` and ``rows.jsonl`` with ``pictures/`` and ``in_use/`` are written once;
``flat.jsonl``, ``angles.json``, ``taught.jsonl``, ``learned_names.json``, ``checkpoints/``,
``events.jsonl``, ``ended.json``, ``candidates/``, ``adapter/`` and ``gate.json`` belong to the
process that trains, which holds ``lock``; ``control.json`` says what the person wants of it. Knows
no torch.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from finetune.adapter_check import CONFIG, WEIGHTS
from finetune.disk import RealDisk, save, sweep_folders
from finetune.errors import RunDamaged
from finetune.hashing import take_along
from finetune.plan import TrainPlan
from finetune.protocol import EVENTS, Control, Event
from finetune.split import Split
from finetune.types import Crop, Example, InUse, Side
from vlm.errors import ProtocolError
from vlm.learned_names import NAMES
from vlm.system_refusals import reason
from vlm.types import Box, PageRef, PageSize, Quarter, Value, Word

PLAN, ROWS, PICTURES = "plan.json", "rows.jsonl", "pictures"
CONTROL, LOG, CHECKPOINTS = "control.json", "events.jsonl", "checkpoints"
ADAPTER, GATE, TAUGHT = "adapter", "gate.json", "taught.jsonl"
_DAMAGE = (msgspec.DecodeError, UnicodeDecodeError)
CANDIDATES, IN_USE = "candidates", "in_use"


class RunRow(Value, frozen=True):
    """An example in a run folder: all that teaching and measuring it needs.

    `sha256` is that of the picture file; `size`, `box`, `rotation` and `words` say how the
    picture lay on its page, see `types.Crop`; `page_hash` is that of the whole page. `page` is
    where it was when the run was made, to be shown to a person; None in older runs. `part` is the
    part of a whole page that the model is asked about instead, see `finetune.placing`. `reader` is
    the name of the tuned version that read the page when the run was made, "" for the base.
    """

    id: str
    side: Side
    document: str
    question: str
    answers: tuple[str, ...]
    picture: str
    sha256: str
    size: PageSize
    box: Box | None
    rotation: Quarter
    words: tuple[Word, ...]
    page_hash: str = ""
    page: PageRef | None = None
    part: Box | None = None
    reader: str = ""

    @property
    def asked(self) -> Box | None:
        """The part of the page that the model is shown; None for all of it."""
        return self.part or self.box


def freeze(
    root: Path,
    plan: TrainPlan,
    examples: Iterable[Example],
    split: Split,
    crop_of: Callable[[str], Crop],
    readers: Mapping[str, InUse] | None = None,
) -> Path:
    """Write a new run folder below `root`; it appears complete or not at all.

    Args:
        root: Holds the run folders.
        plan: What to do.
        examples: All examples; those on no side are left out.
        split: Their sides.
        crop_of: Returns what is kept with an example.
        readers: The versions that read examples now, see `finetune.in_use`; they are copied.

    Returns:
        The run folder.
    """
    sides, readers = split.sides, readers or {}
    folder = root / uuid.uuid4().hex
    part = root / (folder.name + ".part")
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        sweep_folders(root)
        part.mkdir(mode=0o700)
        (part / PICTURES).mkdir(mode=0o700)
        rows: list[bytes] = []
        for number, example in enumerate(e for e in examples if e.id in sides):
            crop = crop_of(example.id)
            row = row_of(example, sides[example.id], crop, f"{number:06}")
            if (used := readers.get(example.id)) is not None:
                row = msgspec.structs.replace(row, reader=used.name)
            (part / PICTURES / row.picture).write_bytes(crop.picture)
            rows.append(msgspec.json.encode(row) + b"\n")
        for used in {used.name: used for used in readers.values()}.values():
            _copy(Path(used.folder), part / IN_USE / used.name)
        save(RealDisk(), part / ROWS, rows)
        save(RealDisk(), part / PLAN, [msgspec.json.format(msgspec.json.encode(plan))])
        _make_newest(part, root)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return folder


def _copy(source: Path, target: Path) -> None:
    """Copy a version as it is used: nothing that is done to it later changes what is measured."""
    target.mkdir(parents=True, mode=0o700)
    for name in (CONFIG, WEIGHTS, NAMES):
        if (source / name).exists():
            save(RealDisk(), target / name, [(source / name).read_bytes()])
    take_along(RealDisk(), source, target, (CONFIG, WEIGHTS, NAMES))


def row_of(example: Example, side: Side, crop: Crop, picture: str = "") -> RunRow:
    """Return an example as a row; `picture` is the name of its file in the run folder."""
    return RunRow(
        example.id,
        side,
        example.document,
        example.question,
        example.answers,
        picture,
        hashlib.sha256(crop.picture).hexdigest(),
        crop.size,
        example.box,
        example.page.rotation,
        crop.words,
        example.page_hash,
        example.page,
    )


def read_plan(run: Path) -> TrainPlan:
    """Return the plan of a run.

    Raises:
        RunDamaged: When it is missing or not understood.
    """
    try:
        return msgspec.json.decode((run / PLAN).read_bytes(), type=TrainPlan)
    except (OSError, *_DAMAGE) as error:
        raise _damaged("plan", run, error) from error


def read_rows(run: Path) -> list[RunRow]:
    """Return the rows of a run.

    Raises:
        RunDamaged: When they are missing or not understood.
    """
    return read_row_file(run / ROWS)


def read_row_file(file: Path) -> list[RunRow]:
    """Return the rows in a file of lines.

    Raises:
        RunDamaged: When it is missing or not understood.
    """
    try:
        return [msgspec.json.decode(line, type=RunRow) for line in file.read_bytes().splitlines()]
    except (OSError, *_DAMAGE) as error:
        raise _damaged("rows", file.parent, error) from error


def _damaged(what: str, run: Path, error: Exception) -> RunDamaged:
    """Return what to say of a file that nobody can make again."""
    why = "the file is damaged. Start a new run"
    if isinstance(error, FileNotFoundError):
        why = "the file is gone. Start a new run"
    elif isinstance(error, OSError):
        why = reason(error)
    return RunDamaged(f"The {what} of the run {run.name} cannot be read: {why}.")


def read_taught(run: Path) -> list[RunRow]:
    """Return what a run learns from and watches, as it is taught: its rows, or parts of them.

    Raises:
        RunDamaged: When they are missing or not understood.
    """
    return kept_taught(run) or watched(read_rows(run))


def kept_taught(run: Path) -> list[RunRow] | None:
    """Return the parts that a run is taught on; None where they have to be found, or found again.

    Raises:
        RunDamaged: When the system refuses to read them.
    """
    try:
        lines = (run / TAUGHT).read_bytes().splitlines()
        rows = [msgspec.json.decode(line, type=RunRow) for line in lines]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged("rows", run, error) from error
    except _DAMAGE:
        return None
    return rows if {row.side for row in rows} == {"train", "watch"} else None


def watched(rows: Sequence[RunRow]) -> list[RunRow]:
    """Return the rows to learn from and those to watch.

    Where no documents are left to watch, those to be measured on are watched.
    """
    train = [row for row in rows if row.side == "train"]
    watch = [row for row in rows if row.side == "watch"]
    held = [msgspec.structs.replace(r, side="watch") for r in rows if r.side == "held_out"]
    return train + (watch or held)


def read_picture(run: Path, row: RunRow) -> bytes:
    """Return the picture file of a row.

    Raises:
        RunDamaged: When it is missing or was changed.
    """
    try:
        data = (run / PICTURES / Path(row.picture).name).read_bytes()
    except OSError as error:
        raise _damaged("pictures", run, error) from error
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise RunDamaged(f"A picture of the run {run.name} was changed. Start a new run.")
    return data


def data_fingerprint(rows: Sequence[RunRow]) -> str:
    """Return a text that names what a run learns from: pictures, questions and answers."""
    taught = sorted(
        json.dumps([row.sha256, row.question, row.answers]) for row in rows if row.side == "train"
    )
    return hashlib.sha256("\n".join(taught).encode()).hexdigest()


def ask(run: Path, control: Control) -> None:
    """Tell a run what is wanted of it; it obeys before its next step, picture or question."""
    save(RealDisk(), run / CONTROL, [msgspec.json.encode(control)])


def asked(run: Path) -> Control:
    """Return what is wanted of a run; to go on when nothing was asked."""
    try:
        return msgspec.json.decode((run / CONTROL).read_bytes(), type=Control)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Control()


def read_events(run: Path, start: int = 0) -> tuple[list[Event], int]:
    """Return the events from byte `start` on, and where to go on reading.

    A line that is still being written is left for the next call.
    """
    try:
        with (run / LOG).open("rb") as log:
            log.seek(start)
            data = log.read()
    except FileNotFoundError:
        return [], start
    whole = data[: data.rfind(b"\n") + 1]
    events: list[Event] = []
    for line in whole.splitlines():
        try:
            events.append(EVENTS.read(line))
        except ProtocolError:  # from a newer program, or damaged: the others still tell the tale
            continue
    return events, start + len(whole)


def found(root: Path) -> list[Path]:
    """Return the run folders below `root`, newest first."""
    return [run for _, run in _dated(root)]


def _dated(root: Path) -> list[tuple[int, Path]]:
    """Return when each run was made, and the run, newest first."""
    dated: list[tuple[int, Path]] = []
    for path in root.iterdir() if root.is_dir() else ():
        with contextlib.suppress(OSError):  # no run, or another program has just discarded it
            if path.suffix != ".part":
                dated.append(((path / PLAN).stat().st_mtime_ns, path))
    return sorted(dated, reverse=True)


def _make_newest(run: Path, root: Path) -> None:
    """Date a run after all others, although the clock may have been set back since they began."""
    newest = max((made for made, _ in _dated(root)), default=0)
    if (run / PLAN).stat().st_mtime_ns <= newest:
        later = newest + 1_000_000
        os.utime(run / PLAN, ns=(later, later))


def discard(run: Path) -> None:
    """Remove a run folder and all that it learned."""
    gone = run.with_name(run.name + ".part")
    run.replace(gone)
    shutil.rmtree(gone)
