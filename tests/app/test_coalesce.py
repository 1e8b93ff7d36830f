from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from app.coalesce import Coalescer


def test_a_single_change_is_announced_on_the_next_turn(qtbot: QtBot) -> None:
    coalescer = Coalescer()
    with qtbot.waitSignal(coalescer.due, timeout=1000):
        coalescer.touch()
    assert not coalescer.pending


def test_many_changes_become_few_announcements(qtbot: QtBot) -> None:
    coalescer = Coalescer(per_second=30)
    heard: list[float] = []
    coalescer.due.connect(lambda: heard.append(time.monotonic()))
    start = time.monotonic()

    def touch_on() -> bool:
        for _ in range(10):
            coalescer.touch()
        return len(heard) > 8

    qtbot.waitUntil(touch_on)
    qtbot.waitUntil(lambda: not coalescer.pending)
    # From the beginning on: one that is heard late is nearer to the next, and not to all before.
    for number, moment in enumerate(heard):
        assert moment - start >= 0.030 * number


def test_flush_announces_at_once_and_only_what_waits(qtbot: QtBot) -> None:
    coalescer = Coalescer()
    heard: list[int] = []
    coalescer.due.connect(lambda: heard.append(1))
    coalescer.flush()
    assert heard == []
    coalescer.touch()
    coalescer.flush()
    assert heard == [1]
    assert not coalescer.pending


def test_drop_forgets_a_waiting_change(qtbot: QtBot) -> None:
    coalescer = Coalescer()
    heard: list[int] = []
    coalescer.due.connect(lambda: heard.append(1))
    coalescer.touch()
    coalescer.drop()
    assert not coalescer.pending
    coalescer.flush()
    assert heard == []
