"""Writes a version and its model together as a full model, in a process of its own."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.adapters import words
from app.adapters.values import Exporting
from app.process import Ended, How, Program
from finetune.launch import merge_command
from finetune.protocol import EVENTS, Failed, Preparing
from vlm import wire
from vlm.errors import ProtocolError

_log = logging.getLogger(__name__)


class FullExport(QObject):
    """One at a time.

    Signals:
        progressed(object): `Exporting`.
        ended(object): `Exporting` whose `text` says how it ended, in a sentence.
    """

    progressed = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program: Program | None = None
        self._now = Exporting("", Path())
        self._failure = ""

    @property
    def running(self) -> bool:
        """Whether a model is being written."""
        return self._program is not None

    def start(self, name: str, base: Path, adapter: Path, target: Path) -> None:
        """Write a full model to a folder that is new or empty. Does nothing while one is written.

        Args:
            name: What the version is called.
            base: Folder of its model.
            adapter: Its own folder.
            target: Where to.
        """
        if self._program is not None:
            return
        self._now, self._failure = Exporting(name, target), ""
        command = merge_command(base, adapter, target)
        program = self._program = Program(command, wire.MAX_LINE, self)
        program.line.connect(self._on_line)
        program.ended.connect(self._on_ended)
        program.start()
        self.progressed.emit(self._now)

    @Slot()
    def stop(self) -> None:
        """Write no further; what was written is removed."""
        if self._program is not None:
            self._program.stop()

    def shutdown(self) -> None:
        """Stop, and wait until the process is gone; nothing is emitted after this."""
        if self._program is not None:
            program, self._program = self._program, None
            program.line.disconnect(self._on_line)
            program.ended.disconnect(self._on_ended)
            program.end()
            self._tidy()

    @Slot(object)
    def _on_line(self, line: bytes) -> None:
        try:
            event = EVENTS.read(line)
        except ProtocolError as error:
            _log.error("The export broke the protocol: %s", error)
            self._failure = words.BUG
            return
        if isinstance(event, Preparing):
            self._now = replace(self._now, text=event.text, fraction=event.fraction)
            self.progressed.emit(self._now)
        elif isinstance(event, Failed):
            self._failure = event.message

    @Slot(object)
    def _on_ended(self, end: Ended) -> None:
        if self._program is not None:
            self._program.deleteLater()
        self._program = None
        match end.how:
            case How.FINISHED:
                text = words.exported(self._now.name, self._now.target)
            case How.STOPPED:
                text = "Stopped. Nothing was exported."
            case _:
                _log.warning("The export ended: %s %s", end.how.value, end.complaints)
                text = self._failure or words.BUG
        if end.how is not How.FINISHED:
            self._tidy()
        self.ended.emit(replace(self._now, text=text, fraction=1.0))

    def _tidy(self) -> None:
        """Remove what a process that was ended has left beside the target."""
        target = self._now.target
        shutil.rmtree(target.with_name(target.name + ".part"), ignore_errors=True)
