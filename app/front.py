"""Between the document in front and the asking panel: what keys on a page mean, small offers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app import dialogs
from app.ask.panel import AskPanel
from app.ask.recent import RecentQuestions
from app.ask.values import Scope
from app.desk import Desk
from app.editing import Edit
from app.history.keeper import History
from app.labelling.texts import PageTexts
from app.pages import PageService
from app.tabs import Tabs
from app.viewer import box_hint
from app.viewer.actions import add_grouped
from app.viewer.box_past import BoxPast
from app.viewer.crop import Crop
from app.viewer.document_view import DocumentView
from vlm.types import Box

SHOWN = 60
"""Characters of a copied text that are shown."""
NO_TEXT = "This part is a picture without text of its own. Ask “What does it say?” to have it read."
NO_BOX = (
    "Draw a box around the text you want to copy, then press Ctrl+C. A right click copies all of "
    "the page."
)
NO_PAGE_TEXT = "This page is a picture without text of its own. “What does it say?” has it read."
_WHOLE = Box(0.0, 0.0, 1.0, 1.0)


class Front(QObject):
    """Letters typed on a page go into the question, "Draw a box" says how.

    Ctrl+C copies the text of the box, Ctrl+Z takes its last change back, Esc stops an answer or
    takes marks away.

    Args:
        tabs: The open documents.
        desk: Their presenter.
        pages: Where a page's own words come from.
        panel: Where questions are asked.
        history: What was asked before.
        say: Tells the person a plain sentence.
    """

    def __init__(
        self,
        tabs: Tabs,
        desk: Desk,
        pages: PageService,
        panel: AskPanel,
        history: History,
        say: Callable[[str, str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._tabs = tabs
        self._desk = desk
        self._panel = panel
        self._say = say
        self._pasts: dict[str, BoxPast] = {}
        self._wanted: Crop | None = None
        self._texts = PageTexts(pages, self)
        self._texts.read.connect(self._on_text)
        RecentQuestions(tabs, history, panel, self)
        panel.left.connect(tabs.take_keyboard)
        panel.crop_wanted.connect(self._on_crop_wanted)
        panel.closer_wanted.connect(self._on_closer_wanted)
        tabs.typed.connect(panel.type_on)
        tabs.escape = self._on_escape
        tabs.copy_pressed.connect(self._on_copy)
        tabs.undo_pressed.connect(self._on_undo)
        tabs.made.connect(self._on_made)
        tabs.menu_wanted.connect(self._on_menu_wanted)

    def put_back(self) -> None:
        """Put questions that have no answer yet back into the lines they were typed in."""
        for card in self._panel.cards:
            if card.pending:
                self._desk.put_back(card.question.page.path, card.question.text)

    def _on_escape(self) -> bool:
        """Stop the answer that is coming, else take the marks away; tell whether either was there.

        The message and the colours on the page have gone before, see `app.escape`; so has the box.
        """
        view = self._tabs.current
        if self._panel.running:
            self._panel.composer.stop.click()
            return True
        return view is not None and view.clear_evidence()

    @Slot()
    def _on_crop_wanted(self) -> None:
        if self._tabs.current is not None:
            box_hint.invite(self._tabs.current)

    @Slot(object)
    def _on_closer_wanted(self, scope: Scope) -> None:
        if self._tabs.current is not None and scope.box is not None:
            box_hint.bring_closer(self._tabs.current, scope.page.page, scope.box)

    # What a right click offers

    def menu(self, view: DocumentView) -> QMenu:
        """Return what can be done with the box and the page, with the keys that do it too."""
        menu = QMenu(view)
        boxed = view.crop() is not None
        keys = QKeySequence.StandardKey
        for text, key, usable, does in (
            ("Copy the text in the box", QKeySequence(keys.Copy), boxed, self._on_copy),
            ("Copy the text of the page", QKeySequence(), True, self._on_copy_page),
            ("Remove the box", QKeySequence("Esc"), boxed, lambda: view.set_crop(0, None)),
            ("Undo", QKeySequence(keys.Undo), self._can_step(view, -1), lambda: self._on_undo(-1)),
            ("Redo", QKeySequence(keys.Redo), self._can_step(view, 1), lambda: self._on_undo(1)),
        ):
            action = menu.addAction(text, does)
            action.setShortcut(key)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)  # told, not taken
            action.setEnabled(usable)
        menu.addSeparator()
        add_grouped(menu, view.actions())
        return menu

    def able(self, field: QWidget) -> frozenset[Edit]:
        """Return what of the Edit menu can be done on the page in front, where `field` is in it."""
        view = self._tabs.current
        if view is None or not view.isAncestorOf(field):
            return frozenset()
        steps = {Edit.UNDO: self._can_step(view, -1), Edit.REDO: self._can_step(view, 1)}
        can = {edit for edit, there in steps.items() if there}
        return frozenset(can | {Edit.COPY} if view.crop() is not None else can)

    @Slot(QPoint)
    def _on_menu_wanted(self, place: QPoint) -> None:
        view = self._tabs.current
        if view is not None and view.document() is not None:
            menu = self.menu(view)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(place)

    # The box's past

    def _can_step(self, view: DocumentView, by: int) -> bool:
        past = self._pasts.get(view.path)
        return past is not None and past.can_step(by)

    @Slot(object)
    def _on_made(self, view: DocumentView) -> None:
        past = self._pasts[view.path] = BoxPast(view)
        view.crop_changed.connect(past.note_crop)

    @Slot(int)
    def _on_undo(self, by: int) -> None:
        view = self._tabs.current
        past = self._pasts.get(view.path) if view is not None else None
        spot = past.step(by) if past is not None else None
        if view is not None and spot is not None:
            page, box = spot
            if box is not None and view.page().page != page:
                view.go_to(page)
            view.set_crop(page, box)

    # The box's text

    @Slot()
    def _on_copy(self) -> None:
        view = self._tabs.current
        crop = view.crop() if view is not None else None
        if crop is None:
            self._say(NO_BOX, "copy")
            return
        self._wanted = Crop(*crop)
        self._texts.look_at(self._wanted.page)

    @Slot()
    def _on_copy_page(self) -> None:
        view = self._tabs.current
        if view is not None:
            self._wanted = Crop(view.page(), _WHOLE)
            self._texts.look_at(self._wanted.page)

    @Slot()
    def _on_text(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        text = self._texts.copied(wanted.box)
        if not text:
            self._say(NO_PAGE_TEXT if wanted.box == _WHOLE else NO_TEXT, "copy")
            return
        dialogs.copy(text)
        line = " ".join(text.split())
        shown = line if len(line) <= SHOWN else f"{line[:SHOWN].rstrip()}…"
        self._say(f"Copied: {shown}", "copy")
