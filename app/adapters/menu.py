"""The menu of the model chip: which tuned version reads, and the way back to the base."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from app.adapters import words
from app.adapters.values import Listing, Wearing
from app.labels import menu_text


@dataclass(frozen=True, slots=True)
class Doings:
    """What the entries do.

    Attributes:
        use: Read all documents with this version, "" for the base.
        use_here: Read this document with it; None to let the page decide again.
        by_page: Let the page decide, or no more.
        versions: Open the window of the versions.
        models: Open the models window.
    """

    use: Callable[[str], None]
    use_here: Callable[[str | None], None]
    by_page: Callable[[bool], None]
    versions: Callable[[], None]
    models: Callable[[], None]


def build(parent: QWidget, listing: Listing, wearing: Wearing, does: Doings) -> QMenu:
    """Make the menu; the version that reads, or the way it is chosen, is ticked."""
    menu = QMenu(parent)
    group = QActionGroup(menu)
    names = [v.name for v in listing.fitting if v.adapter.card.passed is not False]
    heading = menu.addAction(words.FOR_DOCUMENT if wearing.by_page else words.FOR_ALL)
    heading.setEnabled(False)

    def entry(text: str, ticked: bool, do: Callable[[], None]) -> None:
        action: QAction = menu.addAction(menu_text(text), do)
        action.setCheckable(True)
        action.setChecked(ticked)
        group.addAction(action)

    if wearing.by_page:
        entry(words.BY_PAGE, wearing.override is None, lambda: does.use_here(None))
        entry(words.BASE, wearing.override == "", lambda: does.use_here(""))
        for name in names:
            entry(name, wearing.override == name, partial(does.use_here, name))
    else:
        entry(words.BASE, not wearing.active, lambda: does.use(""))
        for name in names:
            entry(name, wearing.active == name, partial(does.use, name))
    menu.addSeparator()
    if listing.choosable or wearing.by_page:
        toggle = menu.addAction(words.BY_PAGE if not wearing.by_page else "One for all documents")
        toggle.triggered.connect(lambda: does.by_page(not wearing.by_page))
    menu.addAction(f"{words.TITLE}…", does.versions)
    menu.addAction("Models…", does.models)
    return menu
