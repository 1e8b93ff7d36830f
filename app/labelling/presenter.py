"""Between the labelling panel, the pages and the examples: what a row is, and what comes next."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.desk import Reading
from app.examples.presenter import may_remove
from app.labelling import words
from app.labelling.ahead import CropsAhead
from app.labelling.example import made
from app.labelling.front import Front
from app.labelling.keys import PageKeys
from app.labelling.last_choice import LastChoice
from app.labelling.model_answer import ModelAnswer
from app.labelling.panel import LabelPanel
from app.labelling.papers import Papers
from app.labelling.parts import Parts
from app.labelling.rows import Rows
from app.labelling.sets import Sets
from app.labelling.texts import PageTexts
from app.labelling.turn import Turn
from app.labelling.values import Offer, Step, Typed
from app.viewer.document_view import DocumentView
from finetune.types import NOT_ON_PAGE, Example
from vlm.types import PageRef


class Labelling(QObject):
    """Makes rows on the page in front, one after the other; `model` is asked on request.

    Args:
        panel: The view.
        parts: Of the window.
        folder: Where question sets and what was chosen last are kept.
        window: What dialogs lie above.
    """

    def __init__(self, panel: LabelPanel, parts: Parts, folder: Path, window: QWidget) -> None:
        super().__init__(panel)
        self.panel = panel
        self._parts = parts
        self._window = window
        self._active = False
        self._reading = Reading()
        self._correcting: Example | None = None
        self._returning: Example | None = None
        """A row that was taken back, until its page is in front."""
        self.model = ModelAnswer(self)
        self._ahead = CropsAhead(parts.taker, self)
        self._texts = PageTexts(parts.pages, self)
        self._rows = Rows(parts.shelf, self._ahead, self)
        last = LastChoice(folder)
        self._sets = Sets(folder, last, panel.picker, window)
        self._turn = Turn(panel.picker, self._sets)
        self._papers = Papers(panel, parts.pages, parts.tabs, last, window, self)
        self._keys = PageKeys(panel.answer)
        self._front = Front(parts.desk, parts.tabs, self._keys)
        self._connect()
        self._sets.load()

    def begin(self) -> None:
        """Label what is in front, beginning with the open documents."""
        self._active = self._keys.active = True
        self._papers.begin()
        self._on_switched(self._front.view)
        self._reading = Reading()  # so that all of it is new
        self._on_reading(self._parts.desk.reading())
        self._rows.look_at(*self._page_key())

    def end(self) -> None:
        """Label no more; what was entered is kept all the same."""
        self._leave_row()
        self._set_correcting(None)
        self._active = self._keys.active = False
        self._ahead.look_at(None, None)
        self._front.show_rows(0, (), "")

    def set_model(self, loaded: bool) -> None:
        """Say whether a model can be asked."""
        self.model.loaded = loaded
        self.panel.model.setEnabled(loaded)

    def shutdown(self) -> None:
        """Begin nothing more."""
        self._active = False
        self._rows.stop()
        self._ahead.stop()
        self._papers.stop()

    def _connect(self) -> None:
        panel, parts = self.panel, self._parts
        parts.desk.reading_changed.connect(self._on_reading)
        parts.tabs.switched.connect(self._on_switched)
        self._texts.read.connect(self._show_offer)
        self.model.came.connect(self._on_model_answer)
        panel.kept.connect(self._on_kept)
        panel.absent_pressed.connect(self._on_absent)
        panel.model_wanted.connect(self._on_model_wanted)
        panel.stepped.connect(self._on_step)
        panel.question_stepped.connect(self._on_question_step)
        panel.picker.chosen.connect(lambda: self._turn.show(self._turn.question))
        panel.left.connect(self._on_left)
        panel.undo_pressed.connect(self._on_undo)
        panel.row_chosen.connect(self._on_row_chosen)
        panel.row_removed.connect(self._on_row_removed)
        panel.paper_chosen.connect(lambda path: self._go((path, 0)))
        self._papers.named.connect(self._on_named)
        self._papers.replaced.connect(self._go)
        self._sets.changed.connect(self._on_set)
        self._sets.complained.connect(panel.say)
        self._rows.changed.connect(self._on_rows)
        self._rows.complained.connect(panel.say)

    # What is in front

    def _page_key(self) -> tuple[str, PageRef | None]:
        """Return the document's hash, "" while it is not known, and the page."""
        page = self._reading.page
        return (self._papers.work.paper(page.path).document if page else "", page)

    def _go(self, place: tuple[str, int]) -> None:
        """Bring a page to the front; who was typing goes on typing."""
        typing = self.panel.answer.hasFocus()
        self._front.go(place)
        if typing:
            self.panel.answer.setFocus()

    @Slot(object)
    def _on_switched(self, view: DocumentView | None) -> None:
        if not self._active or view is None:
            return
        self._papers.come_to(view)
        self._front.prepare()

    @Slot(object)
    def _on_reading(self, reading: Reading) -> None:
        if not self._active:
            return
        before, self._reading = self._reading, reading
        self.panel.set_ready(reading.page is not None)
        if reading.page != before.page:
            self._on_page(reading.page)
        if (reading.page, reading.box) != (before.page, before.box):
            self.model.forget()
            self._ahead.look_at(reading.page, reading.box)
            self._show_offer()
        self._return()

    def _on_page(self, page: PageRef | None) -> None:
        if self._correcting is not None and self._correcting.page != page:
            self._set_correcting(None)
            self.panel.answer.clear_all()
        self._turn.begin(keep=not self.panel.answer.untouched)
        self._texts.look_at(page)
        self._papers.show_place(page)
        self._rows.look_at(*self._page_key())

    @Slot(str)
    def _on_named(self, path: str) -> None:
        """Look for rows again, now that it is known which document this is."""
        if self._reading.page is not None and self._reading.page.path == path:
            self._rows.look_at(*self._page_key())

    @Slot()
    def _show_offer(self) -> None:
        """Offer the text under the box, and say what to do next."""
        reading = self._reading
        text = self._texts.under(reading.box)
        self.panel.show_offer(Offer(text, words.FROM_PAGE) if text else None)
        if reading.page is None:
            self.panel.show_hint(words.NOTHING_OPEN)
        elif self._correcting is not None:
            self.panel.show_hint(words.CORRECTING)
        else:
            boxed = reading.box is not None
            self.panel.show_hint(words.box_hint(boxed, self._texts.known, text))

    @Slot()
    def _on_rows(self) -> None:
        if not self._active:
            return
        rows = self._rows.shown
        current = self._correcting.id if self._correcting is not None else ""
        self.panel.show_rows(rows, current, can_undo=self._rows.can_undo)
        self._turn.offer(self._answered())
        self._papers.set_labelled(self._rows.labelled)
        if self._reading.page is not None:
            self._front.show_rows(self._reading.page.page, rows, current)
        if self._rows.known and not self._turn.settled and self.panel.answer.untouched:
            self._turn.first(self._answered())

    # Rows

    def _answered(self) -> list[str]:
        return [row.example.question for row in self._rows.shown]

    @Slot(object)
    def _on_kept(self, typed: Typed) -> None:
        if self._may_keep():
            if typed.answer:
                self._keep(typed)
            else:
                self.panel.say(words.NO_ANSWER)

    @Slot()
    def _on_absent(self) -> None:
        if self._may_keep():
            self._keep(Typed(self._turn.question, NOT_ON_PAGE))

    def _may_keep(self) -> bool:
        """Tell whether there is a page and a question; if not, say what is missing."""
        if self._active and self._reading.page is None:
            self.panel.say(words.NOTHING_OPEN)
        elif self._active and not self._turn.question:
            self.panel.say(words.NO_QUESTION)
            self.panel.picker.box.setFocus()
        return self._active and self._reading.page is not None and bool(self._turn.question)

    def _keep(self, typed: Typed) -> None:
        page, old = self._reading.page, self._correcting
        assert page is not None
        said = self.model.said(typed.question)
        example = made(typed, self._page_key()[0], page, self._reading.box, said, old)
        self._set_correcting(None)
        self._rows.keep(example)
        self.panel.say(words.kept(example.question, example.answer))
        if old is not None:
            self._leave_row()
        else:
            self._advance(example.question)

    def _advance(self, question: str) -> None:
        """Go on to the next question of the set, or to the next page."""
        self._leave_row()
        if not self._turn.advance(self._answered(), question):
            self._on_step(Step.NEXT_PAGE)

    def _leave_row(self) -> None:
        """Empty the line and take the box away, ready for another row on this page."""
        self.model.forget()
        self.panel.answer.clear_all()
        if self._reading.page is not None and self._reading.box is not None:
            self._front.show_box(self._reading.page.page, None)

    def _set_correcting(self, example: Example | None) -> None:
        self._correcting = example
        self.panel.set_correcting(example is not None)

    @Slot(str)
    def _on_row_chosen(self, id: str) -> None:
        for row in self._rows.shown:
            if row.example.id == id:
                self._show_row(row.example)
                self._set_correcting(row.example)
                self._show_offer()
                self._on_rows()
                self.panel.answer.setFocus()

    def _show_row(self, example: Example) -> None:
        """Put a row into the editor, with its box on the page."""
        self._turn.show(example.question)
        self.panel.answer.put(example.answer)
        self._front.show_box(example.page.page, example.box)

    @Slot(str)
    def _on_row_removed(self, id: str) -> None:
        if may_remove(self._window, 1):
            if self._correcting is not None and self._correcting.id == id:
                self._set_correcting(None)
                self._leave_row()
            self._rows.remove(id)

    @Slot()
    def _on_undo(self) -> None:
        if not self._active:
            return
        done = self._rows.undo()
        if done is None:
            self.panel.say(words.NOTHING_TO_UNDO)
            return
        self.panel.say(words.undone(done.example))
        self._returning = done.example if done.before is None else None
        page = done.example.page
        if self._reading.page != page:
            self._go((page.path, page.page))
        self._return()

    def _return(self) -> None:
        """Put the row that was taken back into the editor, as soon as its page is in front."""
        if self._returning is not None and self._returning.page == self._reading.page:
            row, self._returning = self._returning, None
            self._show_row(row)

    # Going on

    @Slot(object)
    def _on_step(self, step: Step) -> None:
        page = self._reading.page
        place = (page.path, page.page) if page else (self._front.path, 0)
        target = self._papers.work.step(place, step)
        if target is None:
            ahead = step in (Step.NEXT_PAGE, Step.NEXT_DOCUMENT)
            self.panel.say(words.THE_END if ahead else words.THE_BEGINNING)
            self._turn.first(self._answered())
        else:
            self._go(target)

    @Slot(int)
    def _on_question_step(self, by: int) -> None:
        if not self._turn.step(by) and by > 0:
            self._on_step(Step.NEXT_PAGE)

    @Slot()
    def _on_set(self) -> None:
        self._turn.begin(keep=False)
        self._on_rows()

    @Slot()
    def _on_left(self) -> None:
        """Escape: leave a correction, else empty the line, else take the box, else the page."""
        if self._correcting is not None:
            self._set_correcting(None)
            self._leave_row()
            self._turn.first(self._answered())
            self._on_rows()
        elif self.panel.answer.text():
            self.panel.answer.clear_all()
        elif self._reading.box is not None:
            self._leave_row()
        else:
            self._front.focus()

    @Slot()
    def _on_model_wanted(self) -> None:
        page = self._reading.page
        if not self.model.loaded:
            self.panel.say(words.NO_MODEL)
        elif self._may_keep() and page is not None:
            self.panel.show_hint(words.ASKED)
            self.model.ask(self._turn.question, page, self._reading.box)

    @Slot(str)
    def _on_model_answer(self, text: str) -> None:
        if self._active:
            self.panel.show_offer(Offer(text, words.FROM_MODEL))
            self.panel.show_hint(words.FROM_MODEL)
