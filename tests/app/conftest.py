"""The whole program for a test: real window, real files, pages drawn in place, fake engine."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from app.furniture import Furniture
from app.shell import Folders, Shell, Start
from app.single import Place, Wish
from tests.app.viewer.sample import LocalSource, draw_sample
from vlm import children, paths

MakeShell = Callable[..., Shell]

PATIENCE_MS = 120_000
"""How long a test waits for what must come, at least: a machine may have much else to do."""

QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
# tests compare what is shown


class PatientBot(QtBot):
    """Waits long before it calls a test failed; what comes ends the wait at once."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))

    def waitSignal(
        self,
        signal: Any,
        *,
        timeout: int = PATIENCE_MS,
        raising: bool | None = None,
        check_params_cb: Callable[..., bool] | None = None,
    ) -> SignalBlocker:
        # `assertNotEmitted` waits so too, for what must not come: that is not waited for longer.
        patience = timeout if raising is False else max(timeout, PATIENCE_MS)
        return super().waitSignal(
            signal,
            timeout=patience,
            raising=raising,
            check_params_cb=check_params_cb,
        )


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Take the place of pytest-qt's own."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def garbage_stays_here() -> Iterator[None]:
    """Let no pool thread end a window of an earlier test, as `app.garbage` does in the program."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def two(tmp_path: Path) -> tuple[str, str]:
    """Two documents of three pages."""
    folder = tmp_path / "papers"
    folder.mkdir()
    return (
        draw_sample(folder / "one.pdf", pages=3),
        draw_sample(folder / "two & three.pdf", pages=3),
    )


@pytest.fixture
def german() -> Iterator[None]:
    """Let numbers and days be written as in Germany."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def make_shell(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeShell]:
    """Return a function that starts the program, as often as a test likes, one at a time."""
    monkeypatch.setattr("vlm.models.default_folder", lambda: None)
    running: list[Shell] = []
    # The program keeps its colours and hooks; the next test must not see them.
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    looks = (application.style().objectName(), application.palette(), application.styleSheet())

    def make(
        *files: str, page: int | None = None, sample: bool = False, child: str = "fake-engine"
    ) -> Shell:
        folders = Folders(paths.config_dir(), paths.data_dir(), paths.log_dir())
        place = Place(folders.data)
        assert place.take()
        start = Start(Wish(files, page), sample)
        engine = lambda: children.command(child)  # noqa: E731
        shell = Shell(application, folders, place, start, engine, LocalSource)
        running.append(shell)
        qtbot.addWidget(shell.window)
        qtbot.waitUntil(lambda: shell.furniture is not None)
        assert shell.crashes is not None
        shell.crashes.stop()  # pytest-qt watches for exceptions
        return shell

    yield make
    for shell in running:
        shell.window.close()
        shell.deleteLater()
    application.setStyle(looks[0])
    application.setPalette(looks[1])
    application.setStyleSheet(looks[2])
    # Else it lives on into the next tests, until a loop of events runs outside all others.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def shell(make_shell: MakeShell) -> Shell:
    """The program with nothing open."""
    return make_shell()


def furniture(shell: Shell) -> Furniture:
    """Return the parts of a program that runs."""
    assert shell.furniture is not None
    return shell.furniture


def to_the_front(qtbot: QtBot, window: QWidget) -> None:
    """Give a window the keyboard; a widget in it has it only once the window does."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
