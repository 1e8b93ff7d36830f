"""Writes a run's events to its log and, while somebody listens, to the process's output."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

from finetune import runs
from finetune.disk import FULL, Disk, save
from finetune.protocol import Event, StepDone, Watched
from vlm.wire import write

_MOST_WAITING = 10_000
"""Lines kept while the disk is full; older ones are then given up, they are only a tale."""


class EventLog:
    """The log of one run; a broken pipe or a full disk never stops the run.

    Args:
        run: The run folder.
        disk: Rewrites the log at the start.
        pipe: Descriptor that somebody may listen to, or None.
    """

    def __init__(self, run: Path, disk: Disk, pipe: int | None) -> None:
        self._run = run
        self._disk = disk
        self._file = run / runs.LOG
        self._pipe = pipe
        self._waiting: deque[bytes] = deque(maxlen=_MOST_WAITING)

    def rewind(self, step: int) -> None:
        """Forget steps after `step`, which were cut off and will be taken again."""
        events, _ = runs.read_events(self._run)
        kept = [e for e in events if not (isinstance(e, StepDone | Watched) and e.step > step)]
        save(self._disk, self._file, [write(event) for event in kept])

    def emit(self, event: Event) -> None:
        """Write an event down and say it.

        Raises:
            OSError: When it cannot be written down for another reason than a full disk.
        """
        line = write(event)
        self._waiting.append(line)
        try:
            self._flush()
        finally:  # who listens hears it, whatever became of the log
            if self._pipe is not None:
                try:
                    os.write(self._pipe, line)
                except OSError:  # the window was closed; the log tells the next one
                    self._pipe = None

    def _flush(self) -> None:
        try:
            with self._file.open("ab", buffering=0) as log:
                while self._waiting:
                    written = log.write(self._waiting[0])
                    rest = self._waiting.popleft()[written:]
                    if rest:  # a disk that is nearly full takes a part of a line
                        self._waiting.appendleft(rest)
        except OSError as error:
            if error.errno not in FULL:
                raise
