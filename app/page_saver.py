"""Saves the page in front with what was asked about it. Knows cards and files, draws nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot

import assets
from app import dialogs
from app.ask import words
from app.ask.answer_card import AnswerCard
from app.ask.panel import AskPanel
from app.ask.values import EvidenceClick
from app.examples.crops import CropTaker, NotTaken, Taken, Wanted
from app.page_sheet import Said, Sheet, Writing
from app.tabs import Tabs
from app.task import Ended, Failed, Tasks
from app.window import Window
from vlm import paths
from vlm.pages.files import shown_name
from vlm.system_refusals import reason
from vlm.types import PageRef

KEY = "page sheet"
NOTHING = "Nothing was answered about this page yet, so there is nothing to save with it."
KINDS = "PDF (*.pdf)"


class PageSaver(QObject):
    """Does what "Save the page with its answers" says.

    Args:
        window: Its command is heard, its notice tells what came of it.
        tabs: Know the page in front.
        panel: Has the answers.
        taker: Draws the page.
    """

    def __init__(self, window: Window, tabs: Tabs, panel: AskPanel, taker: CropTaker) -> None:
        super().__init__(window)
        self._window = window
        self._tabs = tabs
        self._panel = panel
        self._taker = taker
        self._lane = Tasks(1, self)
        self._folder: Path | None = None
        self._wanted: tuple[Path, PageRef, tuple[Said, ...]] | None = None
        window.commands.save_page.triggered.connect(self.save)
        window.closing.connect(self._lane.stop)
        taker.ended.connect(self._on_taken)

    @Slot()
    def save(self) -> None:
        """Let the person choose a file and write the page in front to it."""
        view = self._tabs.current
        if view is None or view.document() is None:
            return
        page = view.page()
        said = tuple(_said(card) for card in self._panel.cards if _is_about(card, page))
        if not said:
            self._say(NOTHING)
            return
        name = f"{Path(page.path).stem} - page {page.page + 1}.pdf"
        there = str(self._folder_for(page) / name)
        file = dialogs.choose_target(self._window, "Save the page with its answers", there, KINDS)
        if file is not None:
            self._folder = file.parent
            self._wanted = file, page, said
            self._taker.forget(KEY)
            self._taker.take(Wanted(KEY, page, None))

    def _folder_for(self, page: PageRef) -> Path:
        """Return where it is offered to be written: as the last time, else beside the document."""
        if self._folder is not None:
            return self._folder
        folder = Path(page.path).parent
        ours = paths.data_dir(), Path(assets.__file__).parent  # pasted pictures, the sample
        return Path.home() if any(map(folder.is_relative_to, ours)) else folder

    def _say(self, sentence: str) -> None:
        self._window.notice.say(sentence, KEY)

    @Slot(object)
    def _on_taken(self, end: Taken | NotTaken) -> None:
        if end.wanted.key != KEY or self._wanted is None:
            return
        file, page, said = self._wanted
        self._wanted = None
        if isinstance(end, NotTaken):
            self._say(f"The page could not be saved. {end.sentence}")
            return
        title = f"{shown_name(page.path)}, page {page.page + 1}"
        sheet = Sheet(title, end.image, end.size, page.rotation, said, end.words)
        task = self._lane.start(Writing(file, sheet))
        task.value.connect(self._on_written)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_written(self, file: Path) -> None:
        self._say(f"The page and its answers were written to {file}.")

    @Slot(object)
    def _on_ended(self, end: Ended) -> None:
        if isinstance(end, Failed):
            why = "; the log says more"
            if isinstance(end.error, OSError):
                why = f": {reason(end.error)}"
            self._say(f"The page could not be written{why}.")


def _is_about(card: AnswerCard, page: PageRef) -> bool:
    asked, answer = card.question.page, card.answer
    if answer is None or (answer.read is not None and not answer.read.found):
        return False
    return (asked.path, asked.page) == (page.path, page.page)


def _said(card: AnswerCard) -> Said:
    """Return what a card shows."""
    answer, own = card.answer, card.judging.correction
    assert answer is not None  # `_is_about` has looked
    if own:
        return Said(card.question.text, own, words.CORRECTED, card.own_places)
    beside = f"{words.beside(card.question, answer, card.warning)}. {words.made_by(answer)}"
    found = EvidenceClick.of(card.question.page, answer.evidence)
    told = answer.text or words.NO_ANSWER
    return Said(card.question.text, told, beside, found.boxes, found.proven)
