"""Tells when a file that is open has become another on disk. Opens none of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from vlm.errors import DeskError
from vlm.pages.files import Stamp, stamp

REST_MS = 500
"""How long a file must stay as it is: who writes a document takes a moment to finish it."""


class FileWatch(QObject):
    """Watches files, and their folders: a program that saves often puts a new file in their place.

    A file that is gone is not told of; it is when another one takes its place.

    Signals:
        changed(str): The file at this path has other bytes now, and they are all written.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: dict[str, Stamp | None] = {}
        self._seen: dict[str, Stamp | None] = {}
        """What is another than is known, until it has come to rest."""
        self._system = QFileSystemWatcher(self)
        self._system.fileChanged.connect(self._on_noise)
        self._system.directoryChanged.connect(self._on_noise)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._look)

    def add(self, path: str) -> None:
        """Watch a file from how it is now on."""
        self._known[path] = _stamp(path)
        self._seen.pop(path, None)
        self._watch(path)

    def remove(self, path: str) -> None:
        """Watch a file no longer."""
        self._known.pop(path, None)
        self._seen.pop(path, None)
        self._system.removePath(path)
        folder = str(Path(path).parent)
        if folder not in {str(Path(other).parent) for other in self._known}:
            self._system.removePath(folder)

    def stop(self) -> None:
        """Tell of nothing more."""
        self._known.clear()
        self._rest.stop()

    def _watch(self, path: str) -> None:
        watched = {*self._system.files(), *self._system.directories()}
        for place in (path, str(Path(path).parent)):
            if place not in watched:
                self._system.addPath(place)

    @Slot()
    def _on_noise(self) -> None:
        if self._known:
            self._rest.start()

    @Slot()
    def _look(self) -> None:
        for path, known in list(self._known.items()):
            now = _stamp(path)
            if now is None or now == known:
                self._seen.pop(path, None)
            elif self._seen.get(path) != now:
                self._seen[path] = now
                self._rest.start()
            else:
                self.add(path)
                self.changed.emit(path)


def _stamp(path: str) -> Stamp | None:
    try:
        return stamp(path)
    except DeskError:
        return None
