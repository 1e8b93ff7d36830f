"""What the main window holds of the batch window: cheap to import, the rest comes when needed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app import dialogs
from app.batch.choice import Choice
from app.dialogs import Prompt
from app.engine_client import EngineClient
from app.kept import Kept
from app.notice import Message, Way
from app.settings import Settings
from app.task import Ended, Failed, Tasks
from vlm import question_sets
from vlm.batch import Table
from vlm.errors import DeskError
from vlm.pages.files import shown_name
from vlm.question_sets import QuestionSet
from vlm.system_refusals import reason
from vlm.types import ModelInfo

if TYPE_CHECKING:
    from app.batch.runner import BatchRunner
    from app.batch.window import BatchWindow

_log = logging.getLogger(__name__)
QUESTIONS = "Questions (*.txt *.json)"
TABLES = "Spreadsheet, Excel (*.xlsx);;Spreadsheet, CSV (*.csv);;JSON (*.json)"


class BatchDoor(QObject):
    """Opens the batch window; what it asks goes on while it is closed.

    Signals:
        jumped(object): `EvidenceClick`, the page of an answer to show.
        recalled(object): `Verdict`, that answer, to be judged.
        said(str): A sentence for the main window while the batch window is closed.
        told(object): `Message` for the main window, with a way to the batch window.

    Args:
        window: The main window.
        client: The one engine.
        open_files: Returns the paths of the open documents.
        settings: Returns the settings of now.
        file: Where it is kept what was asked last; None for nowhere.
    """

    jumped = Signal(object)
    recalled = Signal(object)
    said = Signal(str)
    told = Signal(object)

    def __init__(
        self,
        window: QWidget,
        client: EngineClient,
        open_files: Callable[[], tuple[str, ...]],
        settings: Callable[[], Settings],
        file: Path | None = None,
    ) -> None:
        super().__init__(window)
        self._parent = window
        self._client = client
        self._open_files = open_files
        self._settings = settings
        self._lane = Tasks(1, self)
        self._folder: Path | None = None
        self._files: tuple[str, ...] = ()
        self._sets: tuple[QuestionSet, ...] = ()
        self._chosen = 0
        self._kept = Kept(file, Choice) if file is not None else None
        self._last = Choice()
        self.runner: BatchRunner | None = None
        self.window: BatchWindow | None = None

    @Slot()
    def open(self) -> None:
        """Show the batch window."""
        first = self.window is None
        window = self.window or self._make()
        if first and self._kept is not None and self._settings().restore_session:
            self._last = self._kept.load() or Choice()
        self._read_sets()
        window.show()
        window.activateWindow()
        if first and self._last.folder and Path(self._last.folder).is_dir():
            self._folder = Path(self._last.folder)
            self._look()

    @Slot(object)
    def set_model(self, model: ModelInfo | None) -> None:
        """Look anew at what the model that reads now has answered, unless a batch is running."""
        if model is None or self.runner is None:
            return
        if self.runner.plan is None:
            self._look()  # something was chosen before there was a model
            return
        from app.batch.runner import Phase

        plan = self.runner.plan
        other = (model.folder, model.adapter) != (plan.model.folder, plan.model.adapter)
        if self.runner.phase is Phase.READY and other:
            self.runner.look(replace(plan, model=model))

    def ask_folder(self, folder: Path) -> None:
        """Ask the documents of a folder."""
        self._folder, self._files = folder, ()
        self._look()

    @Slot(str)
    def offer_folder(self, folder: str) -> None:
        """Offer to ask the documents of a folder that was dropped on the window."""
        from app.batch import words

        def go() -> None:
            self.open()
            self.ask_folder(Path(folder))

        sentence = words.FOLDER.format(name=shown_name(folder))
        self.told.emit(Message(sentence, "folder", Way(words.ASK_ALL, go)))

    def ask_file(self, file: Path) -> None:
        """Ask the questions of a file."""
        if self._take_file(file):
            self._last = structs.replace(self._last, file=str(file), questions="")
        self._show_sets()
        self._look()

    def write(self, file: Path) -> None:
        """Write the table to a file."""
        from app.batch import work
        from vlm.batch_export import formats

        if file.suffix.lower() not in formats():
            self._on_said("Name a file that ends with .xlsx, .csv or .json.")
        elif self.runner is not None and self.runner.table is not None:
            export = work.export(file, self.runner.table, self._folder)
            self._last = structs.replace(self._last, out=str(file))
            self._remember()
            task = self._lane.start(export)
            task.value.connect(self._on_written)
            task.ended.connect(self._on_write_ended)

    def shutdown(self) -> None:
        """Ask nothing more and end all work."""
        self._lane.stop()
        if self.runner is not None:
            self.runner.shutdown()
        if self.window is not None:
            self.window.close()
            self.window.deleteLater()
            self.window = None

    def _make(self) -> BatchWindow:
        from app.batch.runner import BatchRunner
        from app.batch.window import BatchWindow

        window = self.window = BatchWindow()  # without a parent: not above a page it opens
        runner = self.runner = BatchRunner(self._client, self)
        window.folder_wanted.connect(self._on_folder)
        window.open_wanted.connect(self._on_open_files)
        window.set_chosen.connect(self._on_set)
        window.file_wanted.connect(self._on_file)
        window.run_pressed.connect(self._on_run)
        window.stop_pressed.connect(runner.stop)
        window.export_wanted.connect(self._on_export)
        window.unlock_wanted.connect(self._on_unlock)
        window.jumped.connect(self.jumped)
        window.chosen.connect(runner.recall)
        runner.recalled.connect(self.recalled)
        runner.tabled.connect(self._on_table)
        runner.answered.connect(window.show_answer)
        runner.changed.connect(self._on_changed)
        runner.said.connect(self._on_said)
        self._on_changed()
        return window

    def _read_sets(self) -> None:
        from finetune.question_sets import load
        from vlm import paths

        try:
            self._sets = load(paths.data_dir() / question_sets.NAME)
        except DeskError as error:
            self._sets = question_sets.SHIPPED
            self._on_said(str(error))
        names = [one.name for one in self._sets]
        self._chosen = names.index(self._last.questions) if self._last.questions in names else 0
        if self._last.file and Path(self._last.file).is_file():
            self._take_file(Path(self._last.file))
        self._show_sets()

    def _take_file(self, file: Path) -> bool:
        """Choose the questions of a file; says why not where that cannot be."""
        try:
            questions = question_sets.questions_of(str(file))
        except DeskError as error:
            self._on_said(str(error))
            return False
        self._sets = (*self._sets, QuestionSet(file.stem, questions))
        self._chosen = len(self._sets) - 1
        return True

    def _remember(self) -> None:
        """Keep what is chosen for the next time, where the person wants anything kept."""
        if self._kept is not None:
            from app.batch import work

            choice = self._last if self._settings().restore_session else None
            task = self._lane.start(work.remember(self._kept, choice))
            task.ended.connect(self._on_remembered)

    def _show_sets(self) -> None:
        if self.window is not None:
            self.window.show_sets([one.name for one in self._sets], self._chosen)

    def _look(self) -> None:
        """Look at the chosen documents and questions, when there are both and a model."""
        if self.runner is None or self.window is None:
            return
        from app.batch import words, work

        name = str(self._folder) if self._folder is not None else ""
        if self._files:
            name = words.documents(len(self._files))
        self.window.show_source(Path(name).name)
        self.window.say("")
        if self._folder is None and not self._files:
            return
        if self._folder is not None:
            self._last = structs.replace(self._last, folder=str(self._folder))
        self._remember()
        model = self._client.model
        if model is None:
            self.window.say(words.NO_MODEL)
            return
        settings = self._settings()
        plan = work.Plan(
            self._folder,
            self._files,
            self._sets[self._chosen].questions,
            model,
            settings.splitting,
            settings.max_answer_tokens,
            settings.exactness.value,
        )
        self.runner.look(plan)

    @Slot()
    def _on_folder(self) -> None:
        start = str(self._folder or Path.home())
        folder = dialogs.choose_folder(self._dialog(), "A folder with documents", start)
        if folder:
            self.ask_folder(Path(folder))

    @Slot()
    def _on_open_files(self) -> None:
        self._folder, self._files = None, self._open_files()
        if self._files:
            self._look()
        else:
            self._on_said("No document is open.")

    @Slot(int)
    def _on_set(self, chosen: int) -> None:
        self._chosen = chosen
        self._last = structs.replace(self._last, questions=self._sets[chosen].name, file="")
        self._look()

    @Slot()
    def _on_file(self) -> None:
        file = dialogs.choose_file(self._dialog(), "A file with questions", QUESTIONS)
        if file is not None:
            self.ask_file(file)
        else:
            self._show_sets()

    @Slot()
    def _on_run(self) -> None:
        if self.runner is not None and self.window is not None:
            self.window.say("")
            self.runner.run()

    @Slot()
    def _on_export(self) -> None:
        name = self._last.out or "answers.xlsx"
        file = dialogs.choose_target(self._dialog(), "Export the table", name, TABLES)
        if file is not None:
            self.write(file)

    @Slot(int)
    def _on_unlock(self, row: int) -> None:
        from app.batch import words

        runner = self.runner
        if runner is None or runner.table is None:
            return
        table, text = runner.table, words.locked(runner.table.rows[row].path)
        prompt = Prompt("This document is locked", text, (words.UNLOCK, words.CANCEL), "Password")
        reply = dialogs.ask(self._dialog(), prompt)
        typed = reply is not None and reply.choice == words.UNLOCK and bool(reply.secret)
        if reply is not None and typed and runner.table is table:
            runner.unlock(row, reply.secret)

    @Slot(object)
    def _on_remembered(self, end: Ended) -> None:
        if isinstance(end, Failed):  # a full disk must not end a batch over a convenience
            _log.warning("What the batch window asked could not be kept: %s", type(end.error))

    @Slot(object)
    def _on_table(self, table: Table | None) -> None:
        if self.window is not None:
            self.window.model.show(table, self._folder)
            self.window.show_table(table)

    @Slot()
    def _on_changed(self) -> None:
        if self.window is not None and (runner := self.runner) is not None:
            state = runner.phase, runner.table, runner.left_s, runner.doing
            self.window.show_state(*state, runner.reading)

    @Slot(object)
    def _on_written(self, file: Path) -> None:
        self._on_said(f"The table was written to {file}.")

    @Slot(object)
    def _on_write_ended(self, end: Ended) -> None:
        if isinstance(end, Failed) and isinstance(end.error, OSError):
            self._on_said(f"The file could not be written: {reason(end.error)}.")
        elif isinstance(end, Failed):
            self._on_said("The table could not be written; the log says more.")

    @Slot(str)
    def _on_said(self, sentence: str) -> None:
        if self.window is not None and self.window.isVisible():
            self.window.say(sentence)
        else:
            self.said.emit(sentence)

    def _dialog(self) -> QWidget:
        return self.window or self._parent
