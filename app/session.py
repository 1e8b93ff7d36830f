"""What was open when the program ended, and the file that remembers it.

A change is on disk at most `WRITE_AFTER_MS` and one write later, so a killed program loses at most
a second of typing. The file is whole at every moment.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Generator
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer, Slot

from app import safe_file
from app.task import CancelToken, Tasks
from app.viewer.state import ViewState

WRITE_AFTER_MS = 300
VERSION = 1
MOST_TABS = 50

_log = logging.getLogger(__name__)


class SavedTab(msgspec.Struct, frozen=True):
    """One open document: where the person was on it, and the question not yet asked."""

    path: str
    view: ViewState | None = None
    draft: str = ""


class Session(msgspec.Struct, frozen=True):
    """Everything that the next start brings back.

    `current` is the index of the tab in front. `geometry` is Qt's own description of the window's
    place, in base 64; `side_width` is the asking panel's width in logical pixels, 0 for its own.
    """

    tabs: tuple[SavedTab, ...] = ()
    current: int = 0
    geometry: str = ""
    side_width: int = 0
    history_shown: bool = False
    version: int = VERSION


def pack(data: bytes) -> str:
    """Return bytes as text for a session."""
    return base64.b64encode(data).decode("ascii")


def unpack(text: str) -> bytes:
    """Undo `pack`; text that is none gives no bytes."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


class SessionFile:
    """Reads and writes the session.

    `complaint` is "" or the plain sentence to show after `load` found a file it could not use.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.complaint = ""

    def load(self) -> Session:
        """Read the file; a missing one is an empty session, a broken one is set aside."""
        try:
            session = msgspec.json.decode(self._path.read_bytes(), type=Session)
        except FileNotFoundError:
            return Session()
        except OSError as error:
            self.complaint = f"The last session could not be read ({error.strerror})."
            return Session()
        except (msgspec.DecodeError, UnicodeDecodeError):
            aside = safe_file.set_aside(self._path)
            self.complaint = (
                f"The last session could not be understood. It was set aside as {aside.name}."
            )
            return Session()
        return msgspec.structs.replace(session, tabs=session.tabs[:MOST_TABS])

    def save(self, session: Session) -> None:
        """Write the file.

        Raises:
            OSError: When the folder cannot be written.
        """
        safe_file.write(self._path, msgspec.json.encode(session))

    def forget(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)


class SessionKeeper(QObject):
    """Writes the session soon after it has changed, without making the window wait.

    Args:
        file: Where to.
        look: Called on the window's thread; returns the session as it is now.
    """

    def __init__(
        self, file: SessionFile, look: Callable[[], Session], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._file = file
        self._look = look
        self._enabled = True
        self._stopped = False
        self._tasks = Tasks(threads=1, parent=self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WRITE_AFTER_MS)
        self._timer.timeout.connect(self._on_due)

    def set_enabled(self, enabled: bool) -> None:
        """Keep the session from now on, or remove what is kept and stop."""
        self._enabled = enabled
        if enabled:
            self.touch()
        else:
            self._timer.stop()
            self._tasks.stop()
            self._file.forget()

    @Slot()
    def touch(self) -> None:
        """Note that something has changed; a write is already due if it has before."""
        if self._enabled and not self._stopped and not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Write what is not written yet, now, and write no more."""
        self._stopped = True
        self._timer.stop()
        self._tasks.stop()
        if self._enabled:
            self._save(self._look())

    @Slot()
    def _on_due(self) -> None:
        session = self._look()

        def work(token: CancelToken) -> Generator[None, None, None]:
            self._save(session)
            yield

        self._tasks.start(work)

    def _save(self, session: Session) -> None:
        try:
            self._file.save(session)
        except OSError as error:  # a full disk must not end the program over a convenience
            _log.warning("The session could not be written: errno %s", error.errno)
