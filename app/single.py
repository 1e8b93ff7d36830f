"""One window per person: a lock decides who is first, a socket is only the doorbell.

A second start leaves a note with its files in a folder, rings, and ends. The first reads the
folder when it hears the bell, and once when it starts to listen, so no note is lost between.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import msgspec
from PySide6.QtCore import QLockFile, QObject, Signal, Slot

from app import safe_file

RING_FOR_S = 10.0
"""How long a second start rings before it says that nobody answers."""
WRITING_S = 10.0
"""A lock without a process number that is older than this will not get one any more."""
MAX_NOTE = 1_000_000
"""Bytes; a longer note is thrown away unread."""


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a start of the program was asked to open: absolute paths; `page` counts from 0."""

    files: tuple[str, ...] = ()
    page: int | None = None


def bell_name(folder: Path) -> str:
    """Name the doorbell that belongs to a data folder; short enough for every system."""
    import hashlib  # not for the first frame

    return "vlm-desk-" + hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:24]


class Place:
    """The place that only one running program can have.

    Args:
        folder: Where the lock and the notes lie; one place per folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "desk.lock"
        self._lock = QLockFile(str(self._path))
        # Never stale by age: only when its process is gone (Qt compares process and boot).
        self._lock.setStaleLockTime(0)

    @property
    def notes(self) -> Path:
        """The folder of notes from later starts. Created with mode 0700."""
        notes = self.folder / "inbox"
        notes.mkdir(mode=0o700, exist_ok=True)
        return notes

    def take(self) -> bool:
        """Try to be the one; false when another running program already is."""
        if self._lock.tryLock(0):
            return True
        return self._removed_of_the_dead() and self._lock.tryLock(0)

    def _removed_of_the_dead(self) -> bool:
        """Remove a lock that nobody holds although Qt cannot know it; tell whether it was one.

        Either its process number now belongs to another program, or the file was never written to
        its end, as after a power cut. The system knows who holds a file, whatever became of the
        clock since.
        """
        try:
            age_s = abs(time.time() - self._path.stat().st_mtime)
            number = self._path.read_text(encoding="utf-8", errors="replace").split("\n")[0]
            if _is_held(self._path) or (not number.isdecimal() and age_s < WRITING_S):
                return False
            self._path.unlink()
        except FileNotFoundError:
            return True
        except OSError:  # Windows lets nobody remove what a program holds
            return False
        return True

    def leave(self) -> None:
        """Let the next start be the one."""
        self._lock.unlock()


def forward(folder: Path, notes: Path, wish: Wish, ring_for_s: float = RING_FOR_S) -> bool:
    """Hand a wish to the running program; false when nobody answered the bell in time."""
    from PySide6.QtNetwork import QLocalSocket  # the first start needs it only after its window

    note = notes / f"{time.time_ns():020d}-{os.getpid()}.json"
    safe_file.write(note, msgspec.json.encode(wish))
    end = time.monotonic() + ring_for_s
    while time.monotonic() < end:
        bell = QLocalSocket()
        bell.connectToServer(bell_name(folder))
        if bell.waitForConnected(500):
            bell.disconnectFromServer()
            return True
        if not note.exists():  # read at the start of listening
            return True
        time.sleep(0.05)
    return False


class Doorbell(QObject):
    """Listens for later starts and reads their notes.

    Signals:
        wished(object): A `Wish`, once for every later start, in order.
    """

    wished = Signal(object)

    def __init__(self, folder: Path, notes: Path, parent: QObject | None = None) -> None:
        from PySide6.QtNetwork import QLocalServer

        super().__init__(parent)
        self._notes = notes
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_rung)
        QLocalServer.removeServer(bell_name(folder))  # what a killed program left
        self.listening = self._server.listen(bell_name(folder))

    def read_notes(self) -> None:
        """Announce every note in the folder, oldest first, and remove it."""
        for note in sorted(self._notes.glob("*.json")):
            content = note.read_bytes() if note.stat().st_size <= MAX_NOTE else b""
            note.unlink()
            try:
                self.wished.emit(msgspec.json.decode(content, type=Wish))
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue  # not one of ours; it is gone from the folder

    def stop(self) -> None:
        """Stop listening."""
        self._server.close()

    @Slot()
    def _on_rung(self) -> None:
        while self._server.hasPendingConnections():
            visitor = self._server.nextPendingConnection()
            visitor.abort()
            visitor.deleteLater()
        self.read_notes()


if sys.platform == "win32":

    def _is_held(_path: Path) -> bool:
        return False

else:
    import fcntl

    def _is_held(path: Path) -> bool:
        """Tell whether a program holds a lock file, as Qt does; a disk that cannot say so counts.

        Raises:
            OSError: When the file cannot be opened.
        """
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
            return False
