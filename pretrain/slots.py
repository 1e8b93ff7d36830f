"""Hands batches from a drawing process to its trainer through memory that both see.

A batch of a large run has some 14 MB. Sent through a pipe it is read in small pieces and unpacked
by the trainer's own thread, in which time a GPU that waits for its next launch does nothing. Here
the trainer copies it once.
"""

import multiprocessing
import queue
from collections.abc import Iterator
from dataclasses import dataclass, fields
from multiprocessing.context import SpawnContext
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Semaphore
from typing import Any

import numpy as np
import numpy.typing as npt

from pretrain.batches import Batch

ALIGNED = 64
"""Where an array may begin, in bytes."""

CONTEXT: SpawnContext = multiprocessing.get_context("spawn")

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one array of a batch lies in its slot."""

    start: int
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class _Written:
    """A batch in a slot: the places of its arrays, in the order of its fields."""

    slot: int
    places: tuple[_Place, ...]


def _arrays(batch: Batch) -> Iterator[Array]:
    for field in fields(batch):
        yield getattr(batch, field.name)


class Slots:
    """A ring of equally large slots, one writer and one reader; it may be sent to a new process.

    Args:
        count: how many batches may wait.
        size: bytes of a slot; a larger batch is sent through the pipe.
    """

    def __init__(self, count: int, size: int) -> None:
        self._size = size
        self._count = count
        self._memory: Any = CONTEXT.RawArray("B", count * size)
        self._free: Semaphore = CONTEXT.Semaphore(count)
        self._ready: Queue[_Written | Batch] = CONTEXT.Queue()
        self._next = 0

    def put(self, batch: Batch, timeout: float) -> None:
        """Wait for a free slot and write a batch to it.

        Raises:
            queue.Full: None became free within ``timeout`` seconds.
        """
        if not self._free.acquire(timeout=timeout):
            raise queue.Full
        slot = self._next % self._count
        self._next += 1
        places: list[_Place] = []
        start = 0
        for array in _arrays(batch):
            places.append(_Place(start, array.shape, array.dtype.str))
            start += -(-array.nbytes // ALIGNED) * ALIGNED
        if start > self._size:
            self._ready.put(batch)
            return
        written = _Written(slot, tuple(places))
        for place, array in zip(places, _arrays(batch), strict=True):
            self._view(slot, place)[...] = array
        self._ready.put(written)

    def get(self, timeout: float) -> Batch:
        """Wait for the next batch and copy it; 0 seconds do not wait.

        Raises:
            queue.Empty: There was none within ``timeout`` seconds.
        """
        found = self._ready.get(timeout=timeout) if timeout else self._ready.get_nowait()
        if isinstance(found, _Written):
            views = [self._view(found.slot, place).copy() for place in found.places]
            found = Batch(*views)
        self._free.release()
        return found

    def close(self) -> None:
        """Let go of the pipe without waiting for what nobody will read."""
        self._ready.close()
        self._ready.cancel_join_thread()

    def _view(self, slot: int, place: _Place) -> Array:
        """Return an array over its place in the shared memory."""
        return np.ndarray(
            place.shape, place.dtype, buffer=self._memory, offset=slot * self._size + place.start
        )
