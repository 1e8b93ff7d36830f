"""Draws batches ahead of the trainer in other processes, in the order of their numbers."""

import multiprocessing
import os
import queue
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue

from pretrain.batches import Batch
from pretrain.stages import Source

WAIT_S = 5.0
"""How often a drawing process looks whether its trainer still lives."""


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


@contextmanager
def batches(source: Source, first: int, workers: int, ahead: int = 4) -> Generator[Iterator[Batch]]:
    """Yield an endless iterator of batches ``first, first + 1, ...``.

    Args:
        source: what decides the batches.
        first: number of the first batch.
        workers: drawing processes; 0 draws in this process.
        ahead: batches that each process may be ahead.
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
        yield (queues[turn % workers].get() for turn in range(2**62))
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()
        for one in queues:
            one.close()
            one.cancel_join_thread()
