"""What several processes of one run agree on: one writes, all obey the same wish."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from accelerate import Accelerator
from accelerate.utils import broadcast_object_list

from finetune.checkpoint import Checkpoint, Checkpoints, Progress
from finetune.tensors import Raw, Tensors

P = ParamSpec("P")
T = TypeVar("T")


class Follower:
    """Checkpoints as the other processes see them: read, never written."""

    def __init__(self, checkpoints: Checkpoints) -> None:
        self._checkpoints = checkpoints

    def newest(self) -> Checkpoint | None:
        """Return the newest state, which the main process cannot replace before all have read."""
        return self._checkpoints.newest()

    def save(self, progress: Progress, tensors: Tensors) -> None:
        """Leave it to the main process."""

    def save_best(self, step: int, tensors: Tensors) -> None:
        """Leave it to the main process."""

    def best(self) -> dict[str, Raw] | None:
        """Return the best adapter."""
        return self._checkpoints.best()


def agreed(accelerator: Accelerator, read: Callable[P, T]) -> Callable[P, T]:
    """Return a way to ask something that gives every process the main one's answer."""
    if accelerator.num_processes == 1:
        return read

    def ask(*args: P.args, **named: P.kwargs) -> T:
        found: list[Any] = [read(*args, **named) if accelerator.is_main_process else None]
        broadcast_object_list(found)
        answer: T = found[0]
        return answer

    return ask
