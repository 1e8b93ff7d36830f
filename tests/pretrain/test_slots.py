"""Batches that go to another process through shared memory."""

import queue
from dataclasses import fields
from multiprocessing import resource_tracker

import numpy as np
import pytest

from pretrain import fonts, stages
from pretrain.batches import Batch
from pretrain.slots import CONTEXT, Slots

LEVEL = stages.STAGES["lines"].levels[-1]
WAIT_S = 60.0


@pytest.fixture(scope="module", autouse=True)
def python_tidies_up() -> None:
    """Start the process of Python's own that lives on to remove what was shared."""
    resource_tracker.ensure_running()


def drawn(count: int) -> list[Batch]:
    source = stages.Source(LEVEL, fonts.load(None).seen, seed=0, patches_per_batch=200)
    return [source.draw(index) for index in range(count)]


def same(one: Batch, other: Batch) -> bool:
    pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(Batch)]
    return all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)


def feed(slots: Slots, batches: list[Batch]) -> None:
    for batch in batches:
        slots.put(batch, WAIT_S)


@pytest.mark.parametrize("size", [2**20, 2**10])  # all fit; none does
def test_batches_come_as_they_were_drawn_and_stay_so(size: int) -> None:
    batches = drawn(5)
    slots = Slots(2, size)
    process = CONTEXT.Process(target=feed, args=(slots, batches), daemon=True)
    process.start()
    found = [slots.get(WAIT_S) for _ in batches]
    process.join()
    slots.close()
    assert all(same(one, other) for one, other in zip(found, batches, strict=True))


def test_no_batch_is_written_over_one_that_waits() -> None:
    batches = drawn(3)
    slots = Slots(2, 2**20)
    feed(slots, batches[:2])
    with pytest.raises(queue.Full):
        slots.put(batches[2], 0.01)
    assert same(slots.get(WAIT_S), batches[0])
    slots.put(batches[2], WAIT_S)
    assert same(slots.get(WAIT_S), batches[1])
    assert same(slots.get(WAIT_S), batches[2])
    with pytest.raises(queue.Empty):
        slots.get(0)
    slots.close()
