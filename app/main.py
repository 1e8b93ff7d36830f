"""Starts the window, or hands what was asked for to the window that is already open."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.shell import Folders, Shell, Start
from app.single import Place, Wish, forward
from vlm import children, paths

if TYPE_CHECKING:
    from app.pages import PageSource

FORWARDED = 0
NOBODY_ANSWERED = 4
UNUSABLE = 1
UNWRITABLE = "VLM Desk cannot use its folder {folder}: {reason}. Check who may write to it.\n"
BUSY = "VLM Desk is already open but does not answer. Your files open as soon as it does.\n"


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
        place = Place(paths.data_dir())
        notes = place.notes
        if not place.take():
            return _hand_over(place, notes, start.wish)
    except OSError as error:
        sys.stderr.write(UNWRITABLE.format(folder=error.filename, reason=error.strerror))
        return UNUSABLE
    application = QApplication(sys.argv[:1])
    application.setApplicationName("vlm-desk")
    application.setApplicationDisplayName("VLM Desk")
    application.setDesktopFileName("vlm-desk")
    shell = build(application, start, place)
    end_on_signals(application, shell)
    code = application.exec()
    shell.stop()
    return code


def _hand_over(place: Place, notes: Path, wish: Wish) -> int:
    if forward(place.folder, notes, wish):
        return FORWARDED
    sys.stderr.write(BUSY)
    return NOBODY_ANSWERED


def end_on_signals(application: QApplication, shell: Shell) -> None:
    """Close the window properly on Ctrl+C and when the system asks."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: shell.window.close())
    # Python runs signal handlers between bytecodes: give it some even when nothing happens.
    heartbeat = QTimer(application)
    heartbeat.start(500)
    heartbeat.timeout.connect(lambda: None)
