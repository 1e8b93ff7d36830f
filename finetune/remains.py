"""What earlier processes left of a run, and what of it is whole: a disk may have damaged a file.

What can be made again from the rest is made again; of the rest the caller says what is wrong.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from finetune import candidates, runs
from finetune.adapter_check import check
from finetune.checkpoint import Checkpoints
from finetune.disk import Disk
from finetune.endings import kept
from finetune.errors import AdapterInvalid, RunDamaged
from finetune.measuring import ANSWERS
from finetune.protocol import Ended
from finetune.tensors import Tensors
from vlm import learned_names
from vlm.errors import AdapterMismatch
from vlm.file_hashes import HASHES


def over(run: Path) -> tuple[Ended | None, bool]:
    """Return how the learning of a run ended, and whether all that it learned is whole."""
    return kept(run), _is_whole(run)


def _is_whole(run: Path) -> bool:
    """Tell whether an adapter, its candidates and the names of a run can be read."""
    root = run / runs.CANDIDATES
    folders = [root / kind for kind in candidates.KINDS if (root / kind).exists()]
    try:
        learned_names.read(run)
        for folder in (run / runs.ADAPTER, *folders):
            check(folder)
            learned_names.read(folder)
    except (AdapterInvalid, AdapterMismatch):
        return False
    return True


def forget_measures(run: Path, disk: Disk) -> None:
    """Remove the candidates of a run and what was answered: the weights will change."""
    shutil.rmtree(run / runs.CANDIDATES, ignore_errors=True)
    for name in (candidates.WATCHED, ANSWERS, runs.GATE):
        disk.remove(run / name)


def is_placed(run: Path, disk: Disk) -> bool:
    """Tell whether it is known what a run is taught; damaged names are removed, to be learned anew.

    Raises:
        RunDamaged: When the system refuses to read it.
    """
    try:
        learned_names.read(run)
    except AdapterMismatch:
        disk.remove(run / learned_names.NAMES)
        disk.remove(run / HASHES)  # second: what is damaged must not be left without
        return False
    return runs.kept_taught(run) is not None


def weights(run: Path, checkpoints: Checkpoints) -> Tensors:
    """Return the best weights of a run that is over, else its newest.

    Raises:
        RunDamaged: When none are whole.
    """
    if (best := checkpoints.best()) is not None:
        return best
    if (newest := checkpoints.newest()) is not None:
        return newest.tensors
    raise RunDamaged(f"What the run {run.name} learned is damaged. Start a new run.")
