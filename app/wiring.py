"""What the window's commands do: each of them with the part that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ask import latest
from app.editing import Edit, Editing

if TYPE_CHECKING:
    from app.commands import Commands
    from app.furniture import Furniture
    from app.window import Window


def connect_commands(parts: Furniture, window: Window) -> None:
    """Have the parts do what a person chooses in a menu or with a key. Called once."""
    does = window.commands
    _connect_documents(parts, does)
    _connect_asking(parts, does)
    _connect_windows(parts, does)
    _connect_editing(parts, window)


def _connect_documents(parts: Furniture, does: Commands) -> None:
    desk = parts.desk
    does.open.triggered.connect(parts.choose_documents)
    does.sample.triggered.connect(parts.open_sample)
    does.close_tab.triggered.connect(desk.close_current)
    does.reopen.triggered.connect(desk.reopen)
    does.next_tab.triggered.connect(lambda: parts.tabs.step(1))
    does.previous_tab.triggered.connect(lambda: parts.tabs.step(-1))
    does.export.triggered.connect(lambda: parts.archive.export())
    does.search_history.triggered.connect(parts.search_history)
    does.history.toggled.connect(parts.archive.refresh)
    does.recent_chosen.connect(lambda file: desk.open([file]))
    does.recent_cleared.connect(desk.forget_recent)


def _connect_asking(parts: Furniture, does: Commands) -> None:
    does.ask.triggered.connect(parts.panel.setFocus)
    does.stop.triggered.connect(parts.asking.stop)
    does.copy_answer.triggered.connect(parts.panel.copy_latest)
    does.right.triggered.connect(parts.panel.call_latest_right)
    does.correct.triggered.connect(parts.panel.correct_latest)
    does.clear_crop.triggered.connect(parts.ask_whole_page)
    does.clear_crop.triggered.connect(parts.panel.choose_page)
    does.whole.triggered.connect(parts.panel.choose_document)
    parts.panel.running_changed.connect(does.stop.setEnabled)
    of_answers = (does.copy_answer, does.right, does.correct)

    def offer() -> None:
        """Offer what can be done with an answer only where there is one."""
        cards = parts.panel.cards
        does.copy_answer.setEnabled(latest.copied(cards) is not None)
        for action in of_answers[1:]:
            action.setEnabled(latest.judged(cards) is not None)

    def take_keys() -> None:
        """Take the keys again: an answer may come while no menu is open."""
        for action in of_answers:
            action.setEnabled(True)

    does.ask_menu.aboutToShow.connect(offer)
    does.ask_menu.aboutToHide.connect(take_keys)


def _connect_editing(parts: Furniture, window: Window) -> None:
    does = window.commands
    actions = {
        Edit.UNDO: does.undo,
        Edit.REDO: does.redo,
        Edit.CUT: does.cut,
        Edit.COPY: does.copy,
        Edit.PASTE: does.paste,
        Edit.SELECT_ALL: does.select_all,
    }
    Editing(window, does.edit_menu, actions, window.paster, parts.front.able)


def _connect_windows(parts: Furniture, does: Commands) -> None:
    does.settings.triggered.connect(parts.show_settings)
    does.examples.triggered.connect(parts.examples_window.open)
    parts.examples_window.label_wanted.connect(lambda: does.label.setChecked(True))
    parts.training.label_wanted.connect(lambda: does.label.setChecked(True))
    parts.examples_window.train_wanted.connect(parts.training.open)
    does.models.triggered.connect(parts.models.open)
    does.batch.triggered.connect(parts.batch.open)
    does.versions.triggered.connect(parts.versions.open)
    does.train.triggered.connect(parts.training.open)
    does.keys.triggered.connect(parts.show_keys)
    does.diagnostics.triggered.connect(parts.reports.show_diagnostics)
    does.about.triggered.connect(parts.reports.show_about)
