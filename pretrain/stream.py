"""Draws batches ahead of the trainer in other processes, in the order of their numbers."""

import os
import queue
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

from pretrain.batches import Batch
from pretrain.slots import CONTEXT, Slots
from pretrain.stages import Source

KEPT = 512
"""Batches that may come again."""

WAIT_S = 5.0
"""How often a drawing process and its trainer look whether the other still lives."""


PATCH_BYTES = 1280
"""Of a batch, for each of its patches: pixels, what is taught about them, and some text."""

SPARE_BYTES = 2**20
"""Of a batch besides."""


def _draw(source: Source, first: int, stride: int, out: Slots, parent: int) -> None:
    """Draw every ``stride``-th batch from ``first`` on until the trainer is gone."""
    index = first
    while True:
        batch = source.draw(index)
        while True:
            try:
                out.put(batch, timeout=WAIT_S)
                break
            except queue.Full:
                if os.getppid() != parent:
                    out.close()
                    return
        index += stride


def _next(ready: Slots, process: BaseProcess) -> Batch:
    """Wait for a process's next batch, as long as it lives."""
    while True:
        alive = process.is_alive()
        try:
            return ready.get(WAIT_S)
        except queue.Empty:
            if not alive:
                raise RuntimeError(
                    "A process that draws batches has ended; what it said stands above."
                ) from None


def in_order(
    queues: Sequence[Slots], processes: Sequence[BaseProcess], replay: int
) -> Iterator[Batch]:
    """Take a batch of each process in turn, or one of the last again while it is not there."""
    known: deque[tuple[Batch, int]] = deque(maxlen=KEPT)
    turn = 0
    while True:
        waiting, process = queues[turn % len(queues)], processes[turn % len(queues)]
        try:
            batch, again = waiting.get(0), replay
            turn += 1
        except queue.Empty:
            if known:
                batch, again = known.popleft()
            else:
                batch, again = _next(waiting, process), replay
                turn += 1
        if again > 0:
            known.append((batch, again - 1))
        yield batch


@contextmanager
def batches(
    source: Source, first: int, workers: int, replay: int = 0, ahead: int = 4
) -> Generator[Iterator[Batch]]:
    """Yield an endless iterator of batches ``first, first + 1, ...``.

    Args:
        source: what decides the batches.
        first: number of the first batch.
        workers: drawing processes; 0 draws in this process.
        replay: how often a batch may come again, of the last ``KEPT`` and in the order of their
            age, while the next one is not drawn yet.
        ahead: batches that each process may be ahead.

    Raises:
        RuntimeError: From the iterator, when a drawing process has died.
    """
    if workers == 0:
        yield (source.draw(index) for index in range(first, 2**62))
        return
    size = PATCH_BYTES * source.patches_per_batch + SPARE_BYTES
    queues = [Slots(ahead, size) for _ in range(workers)]
    processes = [
        CONTEXT.Process(
            target=_draw,
            args=(source, first + which, workers, queues[which], os.getpid()),
            daemon=True,
        )
        for which in range(workers)
    ]
    for process in processes:
        process.start()
    try:
        yield in_order(queues, processes, replay)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()
        for one in queues:
            one.close()
