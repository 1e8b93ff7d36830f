"""Draws batches ahead of the trainer in other processes, in the order of their numbers."""

import multiprocessing
import os
import queue
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue

from pretrain.batches import Batch
from pretrain.stages import Source

KEPT = 512
"""Batches that may come again."""

WAIT_S = 5.0
"""How often a drawing process and its trainer look whether the other still lives."""


def _draw(source: Source, first: int, stride: int, out: "Queue[Batch]", parent: int) -> None:
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
                    out.cancel_join_thread()
                    return
        index += stride


def _next(ready: "Queue[Batch]", process: BaseProcess) -> Batch:
    """Wait for a process's next batch, as long as it lives."""
    while True:
        alive = process.is_alive()
        try:
            return ready.get(timeout=WAIT_S)
        except queue.Empty:
            if not alive:
                raise RuntimeError(
                    "A process that draws batches has ended; what it said stands above."
                ) from None


def in_order(
    queues: Sequence["Queue[Batch]"], processes: Sequence[BaseProcess], replay: int
) -> Iterator[Batch]:
    """Take a batch of each process in turn, or one of the last again while it is not there."""
    known: deque[tuple[Batch, int]] = deque(maxlen=KEPT)
    turn = 0
    while True:
        waiting, process = queues[turn % len(queues)], processes[turn % len(queues)]
        try:
            batch, again = waiting.get_nowait(), replay
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
    context = multiprocessing.get_context("spawn")
    queues: list[Queue[Batch]] = [context.Queue(ahead) for _ in range(workers)]
    processes = [
        context.Process(
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
            one.cancel_join_thread()
