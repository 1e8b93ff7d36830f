"""Everything behind the first frame: documents, asking, history, doorbell; and their wiring."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot

import assets
from app import dialogs, intake, wiring
from app.adapters.door import VersionsDoor
from app.ask.panel import AskPanel
from app.ask.presenter import AskPresenter
from app.ask.values import EvidenceClick, Verdict
from app.batch import choice as batch_choice
from app.batch.door import BatchDoor
from app.desk import Desk, Reading
from app.engine_client import EngineClient
from app.escape import Escape
from app.examples import shelf
from app.examples import words as example_words
from app.examples.crops import CropTaker
from app.examples.keeper import ExampleKeeper
from app.examples.list_import import ListImport
from app.examples.looks import LookFiller
from app.examples.presenter import ExamplesPresenter
from app.examples.values import Changed
from app.front import Front
from app.gate.door import GateDoor
from app.history import store
from app.history.entry import Entry
from app.history.keeper import History
from app.history.panel import HistoryPanel
from app.history.presenter import HistoryPresenter
from app.labelling.door import LabelDoor
from app.labelling.parts import Parts
from app.models.door import ModelsDoor
from app.notice import Message, Way
from app.page_saver import PageSaver
from app.pages import PageService
from app.remote.door import RemoteDoor
from app.reports import Reports
from app.session import Session
from app.session_keeper import SessionKeeper
from app.settings import Settings
from app.settings_dialog import SettingsDialog
from app.single import Doorbell, Wish
from app.tabs import Tabs
from app.training.door import TrainingDoor
from app.viewer.document_view import DocumentView
from vlm.types import Document

if TYPE_CHECKING:
    from app.models.values import ModelChoice
    from app.shell import Shell, Start

_log = logging.getLogger(__name__)
SAMPLE = Path(assets.__file__).parent / "sample.pdf"


class Furniture(QObject):
    """The parts and how they hang together. Owned by the shell, ended by its `stop`."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._window = shell.window
        self.reports = Reports(self._window, lambda: shell.settings)
        self.pages = PageService(shell.source(), self)
        self.tabs = Tabs(lambda path: DocumentView(path, self.pages))
        self.desk = Desk(self.tabs, shell.recent, self)
        self.panel = AskPanel()
        client = EngineClient(shell.engine(), self)
        self.asking = AskPresenter(self.panel, client, self.pages, self)
        self.batch = BatchDoor(
            self._window,
            client,
            lambda: self.tabs.paths,
            lambda: shell.settings,
            shell.folders.config / batch_choice.NAME,
        )
        self.history = History(shell.folders.data / store.NAME, self)
        self.history_panel = HistoryPanel()
        keeps = shell.settings.keep_history
        self.archive = HistoryPresenter(self.history, self.history_panel, keeps, self)
        say = self._window.notice.say
        self.front = Front(self.tabs, self.desk, self.pages, self.panel, self.history, say, self)
        Escape(self._window, self._window.notice, self.asking)
        self.models = ModelsDoor(self._window, lambda: self.versions.folder)
        self.remote = RemoteDoor(self._window, self.asking, shell.folders.config)
        self._window.column.insertWidget(0, self.remote.strip)
        file = shell.folders.data / shelf.NAME
        self.shelf = shelf.Shelf(file, self)
        self.taker = CropTaker(self.pages, lambda path: path in self.tabs.paths, self)
        self.examples = ExampleKeeper(self.shelf, self.taker, self)
        self.looks = LookFiller(self.shelf, self.taker, self)
        self.saver = PageSaver(self._window, self.tabs, self.panel, self.taker)
        importing = ListImport(self.shelf, self.taker, file, self)
        self.examples_window = ExamplesPresenter(self.shelf, importing, self._window)
        self.versions = VersionsDoor(
            self._window, lambda: shell.settings, self.asking, self.panel, self.taker
        )
        self.gate = GateDoor(self._window)
        self.training = TrainingDoor(file, self._window, self.versions.set_for)
        self._window.column.addWidget(self.training.sign)
        parts = Parts(
            self.desk, self.tabs, self.pages, self.taker, self.shelf, self.asking, self.panel
        )
        self.labelling = LabelDoor(parts, shell.folders.data, self._window)
        self.keeper = SessionKeeper(shell.session_file, shell.look, self)
        self.bell = Doorbell(shell.place.folder, shell.place.notes, self)
        line = self.panel.composer.line
        self._window.furnish(self.tabs, self.labelling.side, self.history_panel, line)
        self._connect_desk()
        self._connect_asking()
        self._connect_archive()
        wiring.connect_commands(self, self._window)
        self._connect_rest()

    def open_first(self, session: Session, start: Start) -> None:
        """Open what the last session, the command line and earlier notes ask for."""
        self.versions.overrides = dict(session.versions)
        self.desk.restore(session.tabs, session.current)
        if session.side_width:
            self._window.set_ask_width(session.side_width)
        self._window.commands.history.setChecked(session.history_shown)
        if start.sample:
            self.open_sample()
        self.desk.open(start.wish.files, start.wish.page)
        self._window.show_count(len(self.tabs.paths))
        self.bell.read_notes()
        settings = self._shell.settings
        self.asking.set_limits(settings.splitting, settings.max_answer_tokens)
        self.versions.load(settings)
        self.training.find_again()
        _log.info("The window is complete")

    def stop(self) -> None:
        """Write what is not written and end the child processes."""
        self.front.put_back()
        self.keeper.stop()
        self.bell.stop()
        self.desk.stop()
        self.batch.shutdown()
        self.asking.shutdown()
        self.models.shutdown()
        self.versions.shutdown()
        self.gate.shutdown()
        self.training.shutdown()
        self.history.stop()
        self.examples_window.shutdown()
        self.labelling.shutdown()
        self.shelf.stop()
        self.pages.stop()

    @Slot()
    def open_sample(self) -> None:
        """Open the document that comes with the program."""
        self.desk.open([str(SAMPLE)])

    def _connect_desk(self) -> None:
        desk, window = self.desk, self._window
        window.came_in.connect(desk.take)
        desk.said.connect(window.notice.say)
        desk.folder_came.connect(self.batch.offer_folder)
        desk.count_changed.connect(window.show_count)
        desk.recent_changed.connect(self._on_recent)
        desk.reading_changed.connect(self._on_reading)
        desk.document_opened.connect(self._on_document)
        desk.switched.connect(self.panel.set_draft)
        self.tabs.switched.connect(self._on_switched)
        self.panel.draft_changed.connect(desk.set_draft)
        self.panel.scope_wanted.connect(lambda scope: desk.look_at(scope.page, scope.box))
        self._on_recent()

    def _connect_asking(self) -> None:
        self.asking.finished.connect(self.archive.keep)
        self.asking.judged.connect(self.archive.judge)
        self.asking.judged.connect(self.examples.judge)
        self.asking.corrected.connect(self.examples.correct)
        self.examples.said.connect(lambda text: self._window.notice.say(text, "examples"))
        self.examples.kept.connect(self._on_kept)
        self.asking.show_evidence.connect(self._on_evidence)
        self.asking.looks.connect(self.desk.show_looks)
        self.asking.model_changed.connect(self.reports.set_model)
        self.panel.asked.connect(self.desk.clear_evidence)
        self.panel.models_wanted.connect(self.models.open)
        self.asking.model_changed.connect(self.models.set_model)
        self.asking.load_failed.connect(self.models.set_failed, Qt.ConnectionType.QueuedConnection)
        self.asking.model_changed.connect(self.batch.set_model)
        self.batch.jumped.connect(self._on_evidence)
        self.batch.recalled.connect(self.asking.show_past)
        self.batch.said.connect(self._window.notice.say)
        self.batch.told.connect(self._window.notice.tell)
        self.asking.finished.connect(lambda asked: self.models.note(asked.answer.timings))
        self.models.chosen.connect(self._on_model_chosen)
        self.models.said.connect(self._window.notice.say)
        self.models.server_wanted.connect(self.remote.open)
        self.remote.said.connect(self._window.notice.say)
        self.remote.turned_off.connect(self._on_server_off)
        self.versions.settings_wanted.connect(self._on_settings_changed)
        self.versions.models_wanted.connect(self.models.open)
        self.versions.said.connect(lambda text: self._window.notice.say(text, "versions"))
        self.versions.refused.connect(self._on_version_refused)
        self.desk.reading_changed.connect(self.versions.set_reading)
        self.asking.model_changed.connect(self.gate.set_model)
        self.gate.use_wanted.connect(self.versions.use_tuned)
        self.gate.back_wanted.connect(self.versions.go_back)
        self.gate.opened.connect(lambda row: self.desk.look_at(row.page, row.box))
        self.gate.said.connect(self._window.notice.say)
        self.asking.model_changed.connect(self.training.set_model)
        self.shelf.changed.connect(self.training.look_at_examples)
        self.training.examples_wanted.connect(self.examples_window.open)
        self.training.gate_wanted.connect(self.gate.open)
        self.training.said.connect(lambda text: self._window.notice.say(text, "training"))
        self.training.told.connect(self._window.notice.tell)

    def _connect_archive(self) -> None:
        self.archive.reopened.connect(self._on_reopened)
        self.archive.said.connect(lambda text: self._window.notice.say(text, "history"))
        self.examples_window.opened.connect(lambda one: self.desk.look_at(one.page, one.box))
        self.history_panel.closed.connect(lambda: self._window.commands.history.setChecked(False))

    def _connect_rest(self) -> None:
        welcome = self._window.welcome
        welcome.open_pressed.connect(self.choose_documents)
        welcome.sample_pressed.connect(self.open_sample)
        welcome.recent_pressed.connect(lambda file: self.desk.open([file]))
        self.bell.wished.connect(self._on_wish)
        self.desk.changed.connect(self.keeper.touch)
        self._window.rearranged.connect(self.keeper.touch)
        self.keeper.set_enabled(self._shell.settings.restore_session)
        if self._shell.crashes is not None:
            self._shell.crashes.crashed.connect(self.reports.show_crash)

    @Slot()
    def _on_recent(self) -> None:
        self._window.commands.show_recent(self.desk.recent)
        self._window.welcome.show_recent(self.desk.recent)

    @Slot(object)
    def _on_reading(self, reading: Reading) -> None:
        self.asking.set_scope(reading.document, reading.page, reading.box)

    @Slot(object)
    def _on_document(self, document: Document) -> None:
        password = self.pages.password(document.path)
        if password is not None:
            self.asking.unlock(document.path, password)

    @Slot(object)
    def _on_switched(self, view: DocumentView | None) -> None:
        self._window.show_document(view.path if view else "", view.actions() if view else [])
        if view is not None:
            view.setFocus()

    @Slot(object)
    def _on_kept(self, changed: Changed) -> None:
        sentence = example_words.kept(changed.examples, changed.documents)
        way = Way(example_words.SHOW, self.examples_window.open)
        if changed.documents >= example_words.ENOUGH:
            way = Way(example_words.TRAIN, self.training.open)
        self._window.notice.tell(Message(sentence, "examples", way))

    @Slot(str)
    def _on_version_refused(self, sentence: str) -> None:
        way = Way(example_words.TRAIN, self.training.open)
        self._window.notice.tell(Message(sentence, "versions", way, stays=True))

    @Slot()
    def ask_whole_page(self) -> None:
        """Take the box off the page in front."""
        if self.tabs.current is not None:
            self.tabs.current.set_crop(self.tabs.current.page().page, None)

    @Slot(object)
    def _on_evidence(self, click: EvidenceClick) -> None:
        self._window.come_forward()  # the click may come from another window
        self.desk.show_evidence(click)

    @Slot(object)
    def _on_reopened(self, entry: Entry) -> None:
        question, answer = entry.question, entry.answer
        self.desk.look_at(question.page, question.box)
        self.asking.show_past(Verdict(question, answer, entry.verdict, entry.correction))
        if not entry.correction:  # else the place of what the person wrote is marked
            self.desk.show_evidence(EvidenceClick.of(question.page, answer.evidence, jump=False))

    @Slot()
    def choose_documents(self) -> None:
        """Let the person choose files to open."""
        folder = str(Path(self.desk.recent[0]).parent if self.desk.recent else Path.home())
        self.desk.open(dialogs.choose_documents(self._window, folder, intake.KINDS))

    @Slot(object)
    def _on_wish(self, wish: Wish) -> None:
        self.desk.open(wish.files, wish.page)
        self._window.come_forward()

    @Slot()
    def search_history(self) -> None:
        """Show the history with the keyboard in its search line."""
        self._window.commands.history.setChecked(True)
        self.history_panel.focus_search()

    @Slot(object)
    def _on_model_chosen(self, choice: ModelChoice) -> None:
        self.versions.unpark()
        self._on_settings_changed(replace(self._shell.settings, model_folder=choice.folder))

    @Slot()
    def _on_server_off(self) -> None:
        self.versions.unpark()
        self.versions.load(self._shell.settings)

    @Slot()
    def show_settings(self) -> SettingsDialog:
        """Show the settings; what is changed there holds at once."""
        dialog = SettingsDialog(self._shell.settings, self._window)
        dialog.changed.connect(self._on_settings_changed)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    @Slot()
    def show_keys(self) -> None:
        """List every key of the program."""
        from app import key_list, keys_dialog  # not while the window comes up

        groups = key_list.of_window(self._window.menuBar(), self.tabs.current)
        dialog = keys_dialog.KeysDialog(groups, self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        before = self._shell.settings
        self._shell.set_settings(settings)
        self.archive.set_keep(settings.keep_history)
        self.asking.set_limits(settings.splitting, settings.max_answer_tokens)
        if before.restore_session != settings.restore_session:
            self.keeper.set_enabled(settings.restore_session)
        self.versions.load(settings)
