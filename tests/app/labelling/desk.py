"""A window that labels, and the person at it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.examples import shelf
from app.labelling.panel import LabelPanel
from app.labelling.presenter import Labelling
from app.shell import Shell
from app.viewer.document_view import DocumentView
from finetune import question_sets
from finetune.examples import ExampleStore
from finetune.question_sets import QuestionSet
from finetune.types import Example
from tests.app.conftest import furniture
from tests.app.viewer.hand import area_of, drag, point
from vlm import paths
from vlm.types import Box

NUMBER = Box(0.74, 0.095, 0.9, 0.112)
"""Around the number of `draw_invoice`."""
TOTAL = Box(0.79, 0.47, 0.95, 0.492)


def stored() -> list[Example]:
    with ExampleStore(paths.data_dir() / shelf.NAME) as store:
        return list(store.all())


def rows() -> list[tuple[str, str, int]]:
    """Return question, answer and page of every row in the store."""
    return [(one.question, one.answer, one.page.page) for one in stored()]


def begin(qtbot: QtBot, shell: Shell) -> Labelling:
    """Switch to labelling and wait until the page in front and its rows are known."""
    shell.window.commands.label.setChecked(True)
    behind = furniture(shell).labelling.behind
    assert behind is not None
    settled(qtbot, shell)
    return behind


def settled(qtbot: QtBot, shell: Shell) -> None:
    """Wait until a question stands ready for the page in front."""
    panel = panel_of(shell)
    qtbot.waitUntil(lambda: view_of(shell).document() is not None)
    qtbot.waitUntil(lambda: panel.keep.isEnabled() and panel.picker.question != "")


def panel_of(shell: Shell) -> LabelPanel:
    behind = furniture(shell).labelling.behind
    assert behind is not None
    return behind.panel


def view_of(shell: Shell) -> DocumentView:
    view = furniture(shell).tabs.current
    assert view is not None
    return view


def draw(qtbot: QtBot, shell: Shell, page: int, box: Box) -> None:
    """Draw a box with the mouse."""
    view = view_of(shell)
    qtbot.waitUntil(lambda: area_of(view).layout_of_pages is not None)
    start, end = point(view, page, box.x0, box.y0), point(view, page, box.x1, box.y1)
    drag(qtbot, area_of(view).viewport(), start, end)


def offered(qtbot: QtBot, shell: Shell, text: str) -> None:
    """Wait until this text stands in the answer line, offered."""
    qtbot.waitUntil(lambda: panel_of(shell).answer.text() == text)


def press(qtbot: QtBot, widget: QWidget, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(widget, key)


def pages(shell: Shell) -> QWidget:
    """Return the widget that the keyboard is on while a person moves a box."""
    return area_of(view_of(shell))


def middle(widget: QWidget) -> QPoint:
    return widget.rect().center()


def use_set(*questions: str) -> None:
    """Have this set of questions asked, and no other."""
    folder = paths.data_dir()
    folder.mkdir(parents=True, exist_ok=True)
    question_sets.save(folder / question_sets.NAME, (QuestionSet("Mine", questions),))
