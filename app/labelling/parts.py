"""The parts of the window that labelling uses."""

from __future__ import annotations

from dataclasses import dataclass

from app.ask.panel import AskPanel
from app.ask.presenter import AskPresenter
from app.desk import Desk
from app.examples.crops import CropTaker
from app.examples.shelf import Shelf
from app.pages import PageService
from app.tabs import Tabs


@dataclass(frozen=True, slots=True)
class Parts:
    """They belong to the window, which ends them."""

    desk: Desk
    tabs: Tabs
    pages: PageService
    taker: CropTaker
    shelf: Shelf
    asking: AskPresenter
    ask: AskPanel
