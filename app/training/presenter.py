"""Between the training window and everything behind it: which page shows what."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app import dialogs
from app.coalesce import Coalescer
from app.dialogs import Prompt
from app.notice import Message, Way
from app.slices import Slices
from app.training import progress_words, warming, words
from app.training.following import Following
from app.training.setting_up import SettingUp
from app.training.values import Phase, Prepared, Run
from app.training.window import TrainingWindow


class Training(QObject):
    """The training window with everything behind it; lives as long as the main window.

    Signals:
        told(object): `Message` for the main window: a run was measured while this one was closed.
        goes_on(object): `Progress` of the run that is at work, None when none is.
        gate_wanted(object): The folder of a run whose measure the person wants to see.
        examples_wanted(): The person wants to see the examples.
        label_wanted(): The person wants to make some.
        said(str): A sentence for the main window: a run goes on, or ended without a measure, while
            this window was closed.

    Args:
        file: The examples.
        parent: The main window.
        reads: Returns which tuned version reads with a model now, see `in_use.readers`.
    """

    told = Signal(object)
    goes_on = Signal(object)
    gate_wanted = Signal(object)
    examples_wanted = Signal()
    label_wanted = Signal()
    said = Signal(str)

    def __init__(
        self,
        file: Path,
        parent: QWidget | None = None,
        reads: Callable[[str], str] = lambda _: "",
    ) -> None:
        super().__init__(parent)
        # Without a parent, so that a page that is opened from here is not hidden behind it.
        self.window = TrainingWindow()
        window = self.window
        self.setting_up = SettingUp(file, window.setup, window.expert, window.preview, reads, self)
        self.following = Following(file, self)
        self._slices = Slices(self)
        self._warm = False
        self._shown: Path | None = None
        self._greeted = self._announces = False
        self._examples = Coalescer(self, per_second=1)
        self._connect()

    def _connect(self) -> None:
        window, following = self.window, self.following
        window.shown.connect(self._on_shown)
        window.hidden.connect(lambda: following.set_seen(False))
        window.new_pressed.connect(self._on_new)
        window.list.selected.connect(self._on_selected)
        window.setup.preview_pressed.connect(lambda: window.show_page(window.preview))
        window.setup.expert_pressed.connect(lambda: window.show_page(window.expert))
        window.setup.examples_pressed.connect(self.examples_wanted)
        window.setup.label_pressed.connect(self._on_label)
        window.preview.closed.connect(lambda: window.show_page(window.setup))
        window.expert.closed.connect(lambda: window.show_page(window.setup))
        self.setting_up.wanted.connect(self._on_wanted)
        self._examples.due.connect(self._on_examples)
        self._slices.done.connect(self._on_warm)
        following.changed.connect(self._on_runs)
        following.began.connect(self._on_began)
        following.over.connect(self._on_over)
        following.failed.connect(self._on_failed)
        page = window.run
        page.pause_pressed.connect(lambda: self._act(following.pause))
        page.resume_pressed.connect(lambda: self._act(following.resume))
        page.anyway_pressed.connect(lambda: self._act(following.resume_anyway))
        page.stop_pressed.connect(lambda: self._act(following.stop_and_keep))
        page.leave_pressed.connect(lambda: self._act(following.leave))
        page.discard_pressed.connect(self._on_discard)
        page.measure_pressed.connect(lambda: self._act(self.gate_wanted.emit))

    @Slot()
    def open(self) -> None:
        """Show the window."""
        self.window.show()
        self.window.activateWindow()

    def open_at_work(self) -> None:
        """Show the window with the run that is at work."""
        busy = next((run for run in self.following.runs if run.at_work), None)
        self.open()
        if busy is not None:
            self._greeted, self._shown = True, busy.folder
            self._on_runs()

    @Slot()
    def look_at_examples(self) -> None:
        """Look at the examples again: there are others."""
        if self.window.isVisible():
            self._examples.touch()

    def follow(self) -> None:
        """Follow runs from before that are at work, and say so when the window is closed."""
        self._announces = True
        self.following.look()

    def shutdown(self) -> None:
        """Close the window and end all its work; runs go on. Nothing is emitted after this."""
        self.window.close()
        self.window.deleteLater()
        self._examples.drop()
        self.setting_up.shutdown()
        self.following.shutdown()
        self._slices.stop()

    @property
    def shown_run(self) -> Run | None:
        """The run whose page is shown."""
        return self.following.run(self._shown)

    @Slot()
    def _on_shown(self) -> None:
        self.following.set_seen(True)
        self.setting_up.refresh()
        if not self._warm:
            self._warm = True
            self._slices.start(warming.plots())

    @Slot()
    def _on_warm(self) -> None:
        self.window.allow_plots()
        self._on_runs()

    @Slot()
    def _on_examples(self) -> None:
        self.setting_up.refresh()

    @Slot()
    def _on_label(self) -> None:
        self.window.close()  # labelling is in the main window
        self.label_wanted.emit()

    @Slot()
    def _on_new(self) -> None:
        self._greeted = True
        self.window.list.choose(None)
        self.window.show_page(self.window.setup)
        self.window.setup.name.setFocus()

    @Slot(object, str)
    def _on_wanted(self, prepared: Prepared, name: str) -> None:
        self.following.begin(prepared, name)

    @Slot(object)
    def _on_began(self, folder: Path) -> None:
        self.setting_up.clear()
        self._greeted = True
        self._shown = folder
        self.window.list.setFocus()
        self.following.look()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.setting_up.show_trouble(sentence)
        if self.window.pages.currentWidget() is not self.window.setup:
            dialogs.ask(self.window, Prompt("That did not work", sentence))

    @Slot()
    def _on_runs(self) -> None:
        """Show what is new; a run that is at work is what a person wants to see first."""
        runs = self.following.runs
        self.window.runs.show(runs)
        self.window.show_hint()
        self.setting_up.suggest({run.plan.name.casefold() for run in runs})
        at_work = [run for run in runs if run.at_work]
        busy = at_work[0] if at_work else None
        self.goes_on.emit(
            progress_words.progress(busy, len(at_work) - 1) if busy is not None else None
        )
        if self._announces and busy is not None and not self.window.isVisible():
            self.said.emit(words.at_work(busy))
        self._announces = False
        if self.window.isVisible() and not self._greeted:
            self._greeted = True
            self._shown = busy.folder if busy is not None else None
        here = self.following.run(self._shown)
        if here is not None and here.folder not in self.window.list.chosen():
            self.window.list.choose(here.folder)
        self._show_chosen()

    @Slot()
    def _on_selected(self) -> None:
        chosen = self.window.list.chosen()
        self._shown = chosen[0] if len(chosen) == 1 else None
        self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = [self.following.run(folder) for folder in self.window.list.chosen()]
        runs = tuple(run for run in chosen if run is not None)
        window = self.window
        if len(runs) == 1:
            window.run.show_run(runs[0], runs[0].wish)
            window.show_page(window.run)
        elif runs:
            window.compare.show_runs(runs)
            window.show_page(window.compare)
        elif window.pages.currentWidget() in (window.run, window.compare):
            window.show_page(window.setup)

    @Slot(object)
    def _on_over(self, run: Run) -> None:
        if self.window.isVisible():
            return
        sentence = words.done_elsewhere(run)
        if run.phase is Phase.MEASURED:
            way = Way(words.SHOW_MEASURE, partial(self.gate_wanted.emit, run.folder))
            self.told.emit(Message(sentence, "training", way, stays=True))
        else:
            self.said.emit(sentence)

    def _act(self, what: object) -> None:
        run = self.shown_run
        if run is not None and callable(what):
            what(run.folder)

    @Slot()
    def _on_discard(self) -> None:
        run = self.shown_run
        if run is None:
            return
        text = words.DISCARD_QUESTION.format(name=run.plan.name)
        prompt = Prompt("Discard this training?", text, (words.DISCARD, words.KEEP), for_good=True)
        reply = dialogs.ask(self.window, prompt)
        if reply is not None and reply.choice == words.DISCARD:
            self.following.discard(run.folder)
