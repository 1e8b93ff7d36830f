"""Keeps the state of a run: one file a step, the newest two, each complete or not there.

Knows nothing of what the tensors mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from finetune import disk as disks
from finetune.disk import Disk
from finetune.tensors import Raw, Tensors, pack, unpack
from vlm.types import Value

KEPT = 2
_PROGRESS = "progress"


class Progress(Value, frozen=True):
    """How far a run is; together with the tensors all that is needed to go on.

    `best_score` is the lowest watched loss, at `best_step`; -1 before the first. `misses` counts
    watched scores since then that were not better, `last_score` is the latest. `recent` are the
    losses of the last steps, `lowest_mean` the lowest mean they had; -1 before there were enough.
    `lost_best` is the step at which the best adapter was found damaged on the disk, -1 for never.
    """

    step: int = 0
    best_step: int = -1
    best_score: float = 0.0
    misses: int = 0
    last_score: float = 0.0
    lowest_mean: float = -1.0
    recent: tuple[float, ...] = ()
    lost_best: int = -1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after a step."""

    progress: Progress
    tensors: dict[str, Raw]


class Checkpoints:
    """The checkpoints in one folder; one process at a time."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        disks.sweep(disk, folder)

    def save(self, progress: Progress, tensors: Tensors) -> None:
        """Keep the state after a step, then drop all but the newest two.

        Raises:
            OSError: When it cannot be written; earlier checkpoints are still there.
        """
        notes = {_PROGRESS: msgspec.json.encode(progress).decode()}
        disks.save(self._disk, self._file(progress.step), pack(tensors, notes))
        for old in self._files()[:-KEPT]:
            self._disk.remove(old)

    def newest(self) -> Checkpoint | None:
        """Return the newest state that is whole and can be read, None when there is none.

        Raises:
            OSError: When the system refuses to read one, and no other is left: it may be there.
        """
        refused: OSError | None = None
        for file in reversed(self._files()):
            try:
                tensors, notes = unpack(file.read_bytes())
                progress = msgspec.json.decode(notes[_PROGRESS], type=Progress)
            except OSError as error:
                refused = refused or error
                continue
            except (ValueError, KeyError, msgspec.DecodeError):
                continue
            return Checkpoint(progress, tensors)
        if refused is not None:
            raise refused
        return None

    def save_best(self, step: int, tensors: Tensors) -> None:
        """Keep the adapter that scored best so far.

        Raises:
            OSError: When it cannot be written; the earlier one is still there.
        """
        disks.save(self._disk, self._best, pack(tensors, {"step": str(step)}))

    def best(self) -> dict[str, Raw] | None:
        """Return the adapter that scored best, None when none was kept or it is damaged.

        Raises:
            OSError: When the system refuses to read it: it may be whole.
        """
        try:
            tensors, _notes = unpack(self._best.read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return tensors

    @property
    def _best(self) -> Path:
        return self._folder / "best.safetensors"

    def _file(self, step: int) -> Path:
        return self._folder / f"step-{step:09}.safetensors"

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("step-*.safetensors"))
