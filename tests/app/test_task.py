from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Generator, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QThreadPool
from pytestqt.qtbot import QtBot

from app.task import CancelToken, Ended, Failed, Finished, Stopped, Task, Tasks
from vlm.errors import PageTimeout


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[Tasks]:
    pool = Tasks(threads=2)
    yield pool
    assert pool.stop()


class Heard:
    """What a task said, in order, and on which thread."""

    def __init__(self, task: Task) -> None:
        self.values: list[object] = []
        self.ends: list[Ended] = []
        self.threads: set[QThread] = set()
        task.value.connect(self._on_value)
        task.ended.connect(self._on_ended)

    def _on_value(self, value: object) -> None:
        self.values.append(value)
        self.threads.add(QThread.currentThread())

    def _on_ended(self, last: Ended) -> None:
        self.ends.append(last)


def count_to_three(token: CancelToken) -> Generator[int, None, None]:
    yield from (1, 2, 3)


def test_values_arrive_in_order_on_this_thread_then_one_end(tasks: Tasks, qtbot: QtBot) -> None:
    task = tasks.start(count_to_three)
    heard = Heard(task)
    with qtbot.waitSignal(task.ended):
        pass
    assert heard.values == [1, 2, 3]
    assert heard.ends == [Finished()]
    assert heard.threads == {QThread.currentThread()}


def test_work_runs_on_another_thread(tasks: Tasks, qtbot: QtBot) -> None:
    def work(token: CancelToken) -> Generator[int, None, None]:
        yield threading.get_ident()

    task = tasks.start(work)
    heard = Heard(task)
    with qtbot.waitSignal(task.ended):
        pass
    assert heard.values != [threading.get_ident()]


@pytest.mark.parametrize("error", [PageTimeout("Too slow."), RuntimeError("a bug")])
def test_an_error_arrives_as_the_last_event(tasks: Tasks, qtbot: QtBot, error: Exception) -> None:
    def work(token: CancelToken) -> Generator[int, None, None]:
        yield 1
        raise error

    task = tasks.start(work)
    heard = Heard(task)
    with qtbot.waitSignal(task.ended):
        pass
    assert heard.values == [1]
    assert heard.ends == [Failed(error)]


def test_cancel_ends_the_work_and_closes_it(tasks: Tasks, qtbot: QtBot) -> None:
    closed = threading.Event()

    def endless(token: CancelToken) -> Generator[int, None, None]:
        try:
            while not token.cancelled:
                yield 1
                threading.Event().wait(0.001)
        finally:
            closed.set()

    task = tasks.start(endless)
    heard = Heard(task)
    with qtbot.waitSignal(task.value):
        pass
    with qtbot.waitSignal(task.ended):
        task.cancel()
    assert heard.ends == [Stopped()]
    assert closed.is_set()


def test_nothing_arrives_after_cancel_but_the_end(tasks: Tasks, qtbot: QtBot) -> None:
    produced = threading.Event()

    def work(token: CancelToken) -> Generator[int, None, None]:
        yield 1
        yield 2
        produced.set()

    task = tasks.start(work)
    heard = Heard(task)
    assert produced.wait(5)  # both values are on their way, none is delivered yet
    with qtbot.waitSignal(task.ended):
        task.cancel()
    assert heard.values == []
    assert heard.ends == [Stopped()]


def test_an_abandoned_task_says_nothing(tasks: Tasks, qtbot: QtBot) -> None:
    produced = threading.Event()

    def work(token: CancelToken) -> Generator[int, None, None]:
        yield 1
        produced.set()

    task = tasks.start(work)
    heard = Heard(task)
    assert produced.wait(5)
    task.abandon()
    other = tasks.start(count_to_three)
    with qtbot.waitSignal(other.ended):
        pass
    assert heard.values == []
    assert heard.ends == []


def test_work_cancelled_before_its_turn_never_runs(qtbot: QtBot) -> None:
    lane = Tasks(threads=1)
    release = threading.Event()
    ran = threading.Event()

    def blocks(token: CancelToken) -> Generator[int, None, None]:
        release.wait(5)
        yield 1

    def marks(token: CancelToken) -> Generator[int, None, None]:
        ran.set()
        yield 1

    lane.start(blocks)
    second = lane.start(marks)
    heard = Heard(second)
    second.cancel()
    with qtbot.waitSignal(second.ended):
        release.set()
    assert heard.ends == [Stopped()]
    assert not ran.is_set()
    assert lane.stop()


def test_stop_says_when_a_step_is_still_busy(qtbot: QtBot) -> None:
    lane = Tasks(threads=1)
    started, release = threading.Event(), threading.Event()

    def blocks(token: CancelToken) -> Generator[int, None, None]:
        started.set()
        release.wait(5)
        yield 1

    lane.start(blocks)
    assert started.wait(5)
    assert not lane.stop(wait_ms=10)
    release.set()
    assert lane.stop()


class Owner(QObject):
    """What a pool thread may be the last to hold."""

    def __init__(self, ended_on: list[int]) -> None:
        super().__init__()
        self.tasks = Tasks(threads=1, parent=self)
        self.destroyed.connect(lambda: ended_on.append(threading.get_ident()))

    def work(self, token: CancelToken) -> Generator[object, None, None]:
        yield from (object() for _ in range(5))


def test_one_that_is_gone_hears_nothing_and_ends_on_this_thread(qtbot: QtBot) -> None:
    ended_on: list[int] = []
    for turn in range(200):
        owner, heard = Owner(ended_on), list[object]()
        task = owner.tasks.start(owner.work)
        task.value.connect(heard.append)
        if turn % 3:  # else the pool thread is in the midst of it
            assert QThreadPool.waitForDone(owner.tasks.findChildren(QThreadPool)[0], 5000)
        if turn % 2:
            owner.deleteLater()
            QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete)
        del owner, task
        before = len(heard)
        QCoreApplication.processEvents()
        assert turn % 2 == 0 or len(heard) == before, "one that was gone was spoken to"
    gc.collect()  # those whose owner was only let go of
    qtbot.waitUntil(lambda: len(ended_on) == 200)
    assert set(ended_on) == {threading.get_ident()}


def test_the_pool_lets_go_of_the_work_on_this_thread(qtbot: QtBot) -> None:
    dropped_on: list[int] = []

    class Kept:
        """Something that the work alone holds."""

    kept, tasks = Kept(), Tasks(threads=1)
    weakref.finalize(kept, lambda: dropped_on.append(threading.get_ident()))

    def work(token: CancelToken, kept: Kept = kept) -> Generator[int, None, None]:
        yield 1

    task = tasks.start(work)
    del kept, work
    with qtbot.waitSignal(task.ended):
        pass
    qtbot.waitUntil(lambda: dropped_on == [threading.get_ident()])
