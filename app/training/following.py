"""Follows all runs and tells them what the person wants; they go on when nobody follows them."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.task import Ended, Failed, Task, Tasks, Work
from app.training import words, work
from app.training.values import News, Prepared, Run
from app.training.watch import RunWatch
from finetune.protocol import Control
from vlm.errors import DeskError
from vlm.system_refusals import reason

SEEN_MS = 700
"""How often runs are looked at while somebody sees them."""
UNSEEN_MS = 3000
"""The same while nobody does, or nothing happens."""

_log = logging.getLogger(__name__)


class Following(QObject):
    """Knows every run; looks at them off the window's thread.

    Signals:
        changed(): There is something new of some run.
        began(object): The folder of a run that was started.
        over(object): The `Run` whose process came to its end since the last look.
        failed(str): Why something could not be done.

    Args:
        file: The examples, of which runs get copies.
    """

    changed = Signal()
    began = Signal(object)
    over = Signal(object)
    failed = Signal(str)

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._watch = RunWatch(work.root())
        self._lane = Tasks(1, self)
        self._runs: dict[Path, Run] = {}
        self._wishes: dict[Path, Control] = {}
        self._looking: Task | None = None
        self._seen = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)

    @property
    def runs(self) -> tuple[Run, ...]:
        """All runs, newest first."""
        return tuple(self._runs.values())

    def run(self, folder: Path | None) -> Run | None:
        """Return one run, None when it is gone."""
        return self._runs.get(folder) if folder is not None else None

    def set_seen(self, seen: bool) -> None:
        """Say whether somebody sees the runs."""
        self._seen = seen
        if seen:
            self.look()

    @Slot()
    def look(self) -> None:
        """Look at all runs now."""
        if self._looking is None:
            self._looking = self._lane.start(work.look(self._watch))
            self._looking.value.connect(self._on_news)
            self._looking.ended.connect(self._on_looked)

    def begin(self, prepared: Prepared, name: str) -> None:
        """Freeze what was prepared and start it; answered by `began` or `failed`."""
        task = self._do(work.start(self._file, prepared, name, self._watch))
        task.value.connect(self.began)

    def pause(self, folder: Path) -> None:
        """Have a run wait after its step."""
        self._tell(folder, Control("pause"))

    def resume(self, folder: Path) -> None:
        """Have a run go on: it waits, or its process is gone."""
        self._tell(folder, Control(), starts=True)

    def resume_anyway(self, folder: Path) -> None:
        """Have a run go on although the machine lives on its battery or is short of memory."""
        self._tell(folder, Control(anyway=True))

    def stop_and_keep(self, folder: Path) -> None:
        """Have a run end after its step and measure what it learned."""
        self._tell(folder, Control("stop"), starts=True)

    def leave(self, folder: Path) -> None:
        """Have a run that is measured end after its question; `resume` asks the others."""
        self._tell(folder, Control("leave"))

    def discard(self, folder: Path) -> None:
        """End a run and remove it."""
        self._do(work.discard(folder, self._watch))

    def shutdown(self) -> None:
        """Look no more; runs go on. What was wished of them is written."""
        self._timer.stop()
        self._lane.stop()

    def _tell(self, folder: Path, control: Control, starts: bool = False) -> None:
        """Write down what is wanted; a process is started where `starts` and there is none."""
        self._wishes[folder] = control
        what = work.go_on(folder, self._watch, control) if starts else work.ask(folder, control)
        task = self._do(what)
        task.ended.connect(_Written(self._wishes, folder, task).forget)
        run = self._runs.get(folder)
        if run is not None:
            run.wish = control.wish
            self.changed.emit()

    def _do(self, what: Work) -> Task:
        task = self._lane.start(what)
        task.ended.connect(self._on_done)
        return task

    @Slot(object)
    def _on_done(self, end: Ended) -> None:
        if isinstance(end, Failed):
            self.failed.emit(_sentence(end))
        self.look()

    @Slot(object)
    def _on_news(self, news: tuple[News, ...]) -> None:
        before = {folder: run.phase for folder, run in self._runs.items()}
        runs: dict[Path, Run] = {}
        for one in news:
            run = self._runs.get(one.folder) or Run(one.folder, one.plan, one.made_at, one.sizes)
            run.take(one)
            if (wanted := self._wishes.get(one.folder)) is not None:
                run.wish = wanted.wish
            runs[one.folder] = run
        self._runs = runs
        self.changed.emit()
        for folder, phase in before.items():
            ended = runs.get(folder)
            if ended is not None and ended.phase is not phase and not ended.at_work:
                self.over.emit(ended)

    @Slot(object)
    def _on_looked(self, end: Ended) -> None:
        self._looking = None
        if isinstance(end, Failed):
            _log.warning("The runs could not be looked at: %s", type(end.error).__name__)
        busy = any(run.at_work for run in self._runs.values())
        if self._seen or busy:
            self._timer.start(SEEN_MS if self._seen and busy else UNSEEN_MS)


class _Written(QObject):
    """Forgets what was wished of a run when that is written; lives as long as its task."""

    def __init__(self, wishes: dict[Path, Control], folder: Path, task: Task) -> None:
        super().__init__(task)
        self._wishes = wishes
        self._folder = folder
        self._control = wishes[folder]

    @Slot(object)
    def forget(self, _: Ended) -> None:
        """Forget it, unless something else was wished since."""
        if self._wishes.get(self._folder) is self._control:
            del self._wishes[self._folder]


def _sentence(end: Failed) -> str:
    if isinstance(end.error, DeskError):
        return str(end.error)
    if isinstance(end.error, OSError):
        _log.warning("A run could not be written: %s", end.error)
        return f"That could not be written: {reason(end.error)}."
    return words.BUG
