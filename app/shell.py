"""The running program: makes the parts, connects them, and ends them in the right order.

The first frame needs only the window; everything else is made after it is on screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app import furnishing
from app.appearance import Appearance
from app.recent import RecentFiles
from app.session import Session, SessionFile, pack, unpack
from app.settings import Settings, SettingsFile
from app.single import Place, Wish
from app.slices import Slices
from app.window import Window
from vlm.system_refusals import reason

if TYPE_CHECKING:
    import logging

    from PySide6.QtWidgets import QApplication

    from app.errors import CrashWatch
    from app.furniture import Furniture
    from app.pages import PageSource


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the program's own files are."""

    config: Path
    data: Path
    log: Path


@dataclass(frozen=True, slots=True)
class Start:
    """What this start was asked to do: a wish, and whether to open the sample."""

    wish: Wish = Wish()
    sample: bool = False


class Shell(QObject):
    """One window and everything behind it, from the first frame to the last write.

    Args:
        application: The one Qt application.
        folders: Where the program's own files are.
        place: Taken by this process; left in `stop`.
        start: What to open.
        engine: Returns the command line of the engine process.
        source: Makes the side of the pages that blocks.
    """

    def __init__(
        self,
        application: QApplication,
        folders: Folders,
        place: Place,
        start: Start,
        engine: Callable[[], list[str]],
        source: Callable[[], PageSource],
    ) -> None:
        super().__init__(application)
        self.folders = folders
        self.place = place
        self._start = start
        self.engine = engine
        self.source = source
        self.crashes: CrashWatch | None = None
        self._log_handler: logging.Handler | None = None
        self._settings_file = SettingsFile(folders.config / "settings.json")
        self.settings = self._settings_file.load()
        self.appearance = Appearance(application, self.settings.scheme)
        self.session_file = SessionFile(folders.config / "session.json")
        self.session = self.session_file.load() if self.settings.restore_session else Session()
        self.recent = RecentFiles(folders.config / "recent.json")
        self.furniture: Furniture | None = None
        self.window = Window(folders.data / "pasted")
        self.window.restore_place(unpack(self.session.geometry))
        self.window.welcome.show_recent(self.recent.files)
        if (first := self._opens_first) is None:
            self.window.show_welcome()
        else:
            self.window.show_opening(first)
        self.appearance.changed.connect(self.window.tint)
        self.window.closing.connect(self.stop)
        self._slices = Slices(self)
        self._slices.done.connect(self.furnish)
        self.window.painted.connect(lambda: self._slices.start(furnishing.modules()))
        self.window.show()

    @property
    def _opens_first(self) -> str | None:
        """Return the document that will be in front, None for none."""
        if self._start.wish.files:
            return self._start.wish.files[0]
        if self._start.sample:
            return "sample.pdf"
        tabs = self.session.tabs
        return tabs[min(self.session.current, len(tabs) - 1)].path if tabs else None

    @Slot()
    def furnish(self) -> None:
        """Make everything that the first frame did without. Does nothing a second time."""
        if self.furniture is not None:
            return
        self._watch()
        from app.furniture import Furniture

        self.furniture = Furniture(self)
        for complaint in (self._settings_file.complaint, self.session_file.complaint):
            if complaint:
                self.window.notice.say(complaint)
        self.furniture.open_first(self.session, self._start)

    def _watch(self) -> None:
        """Write the log from now on and hear of exceptions that nobody catches."""
        from app import log
        from app.errors import CrashWatch

        self._log_handler = log.start(self.folders.log)
        self.crashes = CrashWatch(log.describe, self)
        self.crashes.start()

    @Slot(object)
    def set_settings(self, settings: Settings) -> None:
        """Take other settings and keep them."""
        self.settings = settings
        try:
            self._settings_file.save(settings)
        except OSError as error:
            self.window.notice.say(f"The settings could not be saved: {reason(error)}.")
        self.appearance.set_scheme(settings.scheme)

    def look(self) -> Session:
        """Return the session as it is now."""
        tabs, current = self.furniture.desk.saved() if self.furniture else ((), 0)
        return Session(
            tabs=tabs,
            current=current,
            geometry=pack(self.window.place()),
            side_width=self.window.ask_width() or self.session.side_width,
            history_shown=self.window.commands.history.isChecked(),
            versions=dict(self.furniture.versions.overrides) if self.furniture else {},
        )

    @Slot()
    def stop(self) -> None:
        """Write what is not written, end the child processes, let the next start in."""
        self._slices.stop()  # closed before all of it was there
        if self.furniture is not None:
            self.furniture.stop()
            self.furniture = None
        self.place.leave()
        if self.crashes is not None and self._log_handler is not None:
            from app import log

            self.crashes.stop()
            log.stop(self._log_handler)
            self.crashes = self._log_handler = None
