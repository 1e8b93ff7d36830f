"""Chooses what of a run goes live where it learned names beside weights: one of them, or both.

Each is asked about the documents that are only watched, as the window would ask it. Whatever is
chosen is measured on the documents held out afterwards, and only that can be used.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Literal

from finetune import page_angles, runs
from finetune.adapter_check import CONFIG, WEIGHTS
from finetune.disk import RealDisk, save
from finetune.features import go_on
from finetune.hashing import note, take_along
from finetune.kept import KeptPages
from finetune.measuring import Between, ask_all
from finetune.plan import TrainPlan
from finetune.protocol import Measuring, StepEvent
from finetune.runs import RunRow
from vlm import learned_names, scoring
from vlm.learned_names import NAMES, LearnedNames
from vlm.spellings import accepted

Kind = Literal["names", "both", "weights"]
"""Names with the weights as they came, names with learned weights, learned weights alone."""

KINDS: tuple[Kind, ...] = ("names", "both", "weights")
"""Of those that answer as well, the first is chosen: it changes least."""

_WEIGHTS = (CONFIG, WEIGHTS)
WATCHED = "watched.jsonl"
"""In a run folder: what each candidate answered about what is watched."""

_ALONE = "It uses the names that it learned, with the model as it came: "
SAID: Mapping[Kind, str] = {
    "names": _ALONE + "on documents it did not learn from, learned weights answered no better.",
    "both": "It uses the names and the weights that it learned: on documents it did not learn "
    "from, both together answered best.",
    "weights": "It uses the weights that it learned and not the names: on documents it did not "
    "learn from, they answered better without.",
}
"""Why each goes live."""

_UNTAUGHT = _ALONE + "no step was taken."
_NAMES_ALONE = "It uses what it learned about your documents, with the model as it came."
_UNWATCHED = _ALONE + "there were too few documents to tell whether learned weights help."


def keep_untaught(save_to: Callable[[Path], None], run: Path) -> None:
    """Keep the weights of before the first step, once a run.

    Args:
        save_to: Writes them to a folder.
        run: The run folder.
    """
    folder = _folder(run, "names")
    if not (folder / WEIGHTS).exists():
        folder.parent.mkdir(exist_ok=True, mode=0o700)
        save_to(folder)


def choose(
    run: Path,
    plan: TrainPlan,
    rows: Sequence[RunRow],
    names: LearnedNames,
    steps: int,
    between: Between,
    breathe: Callable[[], None] = go_on,
) -> Generator[Measuring | StepEvent, None, str | None]:
    """Put what answers best on watched documents into the run's adapter; yields how far it is.

    Where no documents are only watched, that is the names alone: nobody can tell what weights are
    worth then but by the documents held out, which have to stay unseen. Where no step was taken,
    there are no others.

    Args:
        run: The run folder, with its learned weights as its adapter.
        plan: Its plan.
        rows: All its rows.
        names: What was learned beside the weights.
        steps: How many were taken.
        between: Called before each question.
        breathe: Called in the middle of questions; see `hindrances.Breath`.

    Returns:
        What was chosen, and why, in a sentence; None when the person wants to leave.

    Raises:
        DeskError: When a version cannot be loaded or asked.
        OSError: When they cannot be written.
    """
    for kind in KINDS:
        if not (_folder(run, kind) / WEIGHTS).exists():  # later the adapter is what was chosen
            _write(run / runs.ADAPTER, _folder(run, kind))
        if kind != "weights":
            save(RealDisk(), _folder(run, kind) / NAMES, [learned_names.written(names)])
            note(RealDisk(), _folder(run, kind), (NAMES,))
    watched = [row for row in rows if row.side == "watch"]
    if not watched or not steps:
        _take(run, "names")
        return _UNWATCHED if steps else _UNTAUGHT if plan.weights else _NAMES_ALONE
    angles = page_angles.kept(run)
    pages = KeptPages(watched, lambda row: runs.read_picture(run, row), angles=angles)
    folders: dict[str, Path | None] = {kind: _folder(run, kind) for kind in KINDS}
    file = run / WATCHED
    texts = yield from ask_all(plan, watched, pages, folders, file, between, breathe)
    if texts is None:
        return None
    best = max(KINDS, key=lambda kind: fmean(_score(texts[kind, row.id], row) for row in watched))
    _take(run, best)
    return SAID[best]


def _score(text: str, row: RunRow) -> float:
    return scoring.anls(text, accepted(text, row.answers))


def _folder(run: Path, kind: Kind) -> Path:
    return run / runs.CANDIDATES / kind


def _take(run: Path, kind: Kind) -> None:
    """Make a candidate the run's adapter."""
    shutil.rmtree(run / runs.ADAPTER, ignore_errors=True)  # a process may have ended between both
    _write(_folder(run, kind), run / runs.ADAPTER, (*_WEIGHTS, NAMES))


def _write(source: Path, target: Path, files: Sequence[str] = _WEIGHTS) -> None:
    """Copy those of some files that an adapter has, and their hashes; all arrive or none."""
    part = target.with_name(target.name + ".part")
    for rest in (part, target):
        shutil.rmtree(rest, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    disk = RealDisk()
    for name in files:
        if (source / name).exists():
            save(disk, part / name, [(source / name).read_bytes()])
    take_along(disk, source, part, files)
    part.rename(target)
    disk.fsync_folder(target.parent)
