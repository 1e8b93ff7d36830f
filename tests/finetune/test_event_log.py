"""The log of a run on a disk that is nearly full."""

from __future__ import annotations

import errno
import io
from pathlib import Path

import pytest

from finetune import runs
from finetune.disk import RealDisk
from finetune.event_log import EventLog
from finetune.protocol import Waiting

ROOM = 40
"""Bytes that the disk takes; a line is longer."""


class NearlyFull(io.FileIO):
    """Takes a part of what is written, then nothing, as a disk does."""

    room = ROOM

    def write(self, data: object) -> int:
        line = bytes(memoryview(data))  # type: ignore[arg-type]  # the log writes bytes
        if not NearlyFull.room:
            raise OSError(errno.ENOSPC, "no")
        taken = super().write(line[: NearlyFull.room])
        NearlyFull.room -= taken
        return taken


def test_a_line_that_a_full_disk_took_a_part_of_is_whole_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = EventLog(tmp_path, RealDisk(), None)
    told = [Waiting(number, "The disk is full; this is a line.") for number in range(3)]
    monkeypatch.setattr(Path, "open", lambda path, *_, **__: NearlyFull(path, "ab"))
    log.emit(told[0])
    log.emit(told[1])
    monkeypatch.undo()
    assert (tmp_path / runs.LOG).stat().st_size == ROOM
    log.emit(told[2])
    assert runs.read_events(tmp_path)[0] == told
