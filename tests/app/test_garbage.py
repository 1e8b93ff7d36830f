"""Cycles are collected, and by no thread but the window's."""

import gc
import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.garbage import Garbage


class Cycle:
    """Is unreachable as soon as it is made, and tells which thread ends it."""

    def __init__(self, ended_on: list[int]) -> None:
        self.itself = self
        self.ended_on = ended_on

    def __del__(self) -> None:
        self.ended_on.append(threading.get_ident())


def test_what_a_pool_thread_made_is_ended_on_the_window_s(qtbot: QtBot) -> None:
    parent, ended_on = QObject(), list[int]()
    garbage = Garbage(parent)
    most = gc.get_threshold()[0]

    def make() -> None:
        for _ in range(most * 2):
            Cycle(ended_on)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    assert ended_on == []
    garbage.collect()
    assert len(ended_on) == most * 2
    assert set(ended_on) == {threading.get_ident()}
