"""Has the tokens of rows counted by a process that may load what that needs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.process import Ended, How, Program
from finetune.costs import COSTS, Cost
from finetune.launch import count_command
from finetune.protocol import Failed
from vlm import wire
from vlm.errors import ProtocolError

NOT_COUNTED = "The tokens of the pictures could not be counted."


class Counting(QObject):
    """One count at a time; a new one ends the last.

    Signals:
        counted(object): `dict` of example ids to `Cost`: all rows, once.
        failed(str): Why it could not be counted.
    """

    counted = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program: Program | None = None
        self._rows: Path | None = None
        self._costs: dict[str, Cost] = {}
        self._sentence = ""

    def start(self, base: Path, rows: Path, splitting: bool) -> None:
        """Count the rows in a file, which is removed when they are counted."""
        self.stop()
        self._costs, self._sentence, self._rows = {}, "", rows
        program = self._program = Program(count_command(base, rows, splitting), wire.MAX_LINE, self)
        program.line.connect(self._on_line)
        program.ended.connect(self._on_ended)
        program.start()

    def stop(self) -> None:
        """Count no more; nothing is emitted after this."""
        if self._program is not None:
            program, self._program = self._program, None
            program.line.disconnect(self._on_line)
            program.ended.disconnect(self._on_ended)
            program.kill()
            program.end()
            program.deleteLater()
        self._forget()

    def _forget(self) -> None:
        if self._rows is not None:
            self._rows.unlink(missing_ok=True)
            self._rows = None

    @Slot(object)
    def _on_line(self, line: bytes) -> None:
        try:
            said = COSTS.read(line)
        except ProtocolError:
            self._sentence = NOT_COUNTED
            return
        if isinstance(said, Failed):
            self._sentence = said.message
        else:
            self._costs[said.id] = said

    @Slot(object)
    def _on_ended(self, ended: Ended) -> None:
        if self._program is not None:
            self._program.deleteLater()
            self._program = None
        self._forget()
        if ended.how is How.FINISHED and not self._sentence:
            self.counted.emit(self._costs)
        else:
            self.failed.emit(self._sentence or NOT_COUNTED)
