"""Starts the window, or hands what was asked for to the window that is already open."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.garbage import Garbage
from app.shell import Folders, Shell, Start
from app.single import Place, Wish, forward
from vlm import children, paths, system_refusals
from vlm.errors import FolderUnusable

if TYPE_CHECKING:
    from app.pages import PageSource

FORWARDED = 0
NOBODY_ANSWERED = 4
UNUSABLE = 1
BUSY = "VLM Desk is already open but does not answer. Your files open as soon as it does."
NO_DESK = "VLM Desk cannot open"
SEEN_BY_NOBODY = ("offscreen", "minimal")
"""Qt's platforms without a screen."""


def build(application: QApplication, start: Start, place: Place) -> Shell:
    """Make the program; its window is shown."""
    folders = Folders(paths.config_dir(), paths.data_dir(), paths.log_dir())
    return Shell(
        application, folders, place, start, lambda: children.command("engine"), page_source
    )


def page_source() -> PageSource:
    """Start the page process; its module is not needed for the first frame."""
    from vlm.pages.client import PageClient

    return PageClient()


def run(start: Start) -> int:
    """Run until the window is closed; return the exit code."""
    try:
        folder = paths.data_dir()
    except FolderUnusable as error:
        return _give_up(str(error), UNUSABLE)
    try:
        place = Place(folder)
        notes = place.notes
        if not place.take():
            return _hand_over(place, notes, start.wish)
    except OSError as error:
        return _give_up(system_refusals.sentence(error, folder), UNUSABLE)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("vlm-desk")
    application.setApplicationDisplayName("VLM Desk")
    application.setDesktopFileName("vlm-desk")
    garbage = Garbage(application)
    shell = build(application, start, place)
    end_on_signals(application, shell)
    code = application.exec()
    shell.stop()
    garbage.collect()
    return code


def _hand_over(place: Place, notes: Path, wish: Wish) -> int:
    if forward(place.folder, notes, wish):
        return FORWARDED
    return _give_up(BUSY, NOBODY_ANSWERED)


def _give_up(sentence: str, code: int) -> int:
    """Say why no window opens, in a dialog too where nobody reads a terminal; return the code."""
    sys.stderr.write(f"{sentence}\n")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    if QApplication.platformName() not in SEEN_BY_NOBODY and not sys.stderr.isatty():
        from app.dialogs import Prompt, ask

        ask(None, Prompt(NO_DESK, sentence))
    del application  # alive as long as the dialog
    return code


def end_on_signals(application: QApplication, shell: Shell) -> None:
    """Close the window properly on Ctrl+C and when the system asks."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: shell.window.close())
    # Python runs signal handlers between bytecodes: give it some even when nothing happens.
    heartbeat = QTimer(application)
    heartbeat.start(500)
    heartbeat.timeout.connect(lambda: None)
