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
    touched = 0

    def touch_on() -> bool:
        nonlocal touched
        touched += 1
        coalescer.touch()
        return time.monotonic() - start > 0.3

    qtbot.waitUntil(touch_on, timeout=5000)
    qtbot.waitUntil(lambda: not coalescer.pending)
    assert touched > len(heard)
    gaps = [after - before for before, after in zip(heard, heard[1:], strict=False)]
    assert gaps
    assert min(gaps) >= 0.030


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
