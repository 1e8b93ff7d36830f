import logging
import sys
import threading

import pytest
from pytestqt.qtbot import QtBot

from app.errors import CrashWatch, Offer, headline
from app.log import describe
from vlm import errors


def test_every_error_of_the_engine_has_a_title_of_its_own() -> None:
    known = [
        leaf.code for leaf in vars(errors).values()
        if isinstance(leaf, type) and issubclass(leaf, errors.DeskError)
        and leaf is not errors.DeskError
    ]  # fmt: skip
    general = headline("nobody knows this")
    assert all(headline(code) != general for code in known)


def test_an_unknown_code_gets_a_general_title() -> None:
    assert headline("?").offer is Offer.DIAGNOSTICS


def test_a_crash_is_logged_and_told_once_without_its_words(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    watch = CrashWatch(describe)
    told: list[str] = []
    watch.crashed.connect(told.append)
    watch.start()
    try:
        for _ in range(2):
            try:
                raise KeyError("secret words")
            except KeyError as error:
                sys.excepthook(KeyError, error, error.__traceback__)
        qtbot.waitUntil(lambda: bool(told))
    finally:
        watch.stop()
    (words,) = told
    assert words.startswith("KeyError at")
    assert "secret words" not in words
    records = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert [record.message for record in records] == ["Unforeseen exception"] * 2


def test_a_crash_on_another_thread_is_told_on_ours(qtbot: QtBot) -> None:
    watch = CrashWatch(describe)
    where: list[threading.Thread] = []
    watch.crashed.connect(lambda _: where.append(threading.current_thread()))
    watch.start()
    try:
        thread = threading.Thread(target=lambda: [][1])
        with qtbot.waitSignal(watch.crashed):
            thread.start()
        thread.join()
    finally:
        watch.stop()
    assert where == [threading.main_thread()]


def test_the_hooks_are_given_back() -> None:
    before = (sys.excepthook, threading.excepthook)
    watch = CrashWatch(describe)
    watch.start()
    assert (sys.excepthook, threading.excepthook) != before
    watch.stop()
    assert (sys.excepthook, threading.excepthook) == before
