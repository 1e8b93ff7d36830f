"""The main job with nothing replaced: real window, jailed page process, real engine and model.

The model is tiny and its weights random, so the test holds the way of an answer, not its words.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import main
from app.history import store
from app.shell import Shell, Start
from app.single import Place
from app.viewer.page_area import PageArea
from tests import tiny
from tests.app.conftest import furniture
from tests.app.viewer.sample import draw_sample
from vlm import paths

ENGINE_MS = 60_000
"""Milliseconds that importing and loading may take on a busy machine."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with a marker for each part of the page, as the shipped one has."""
    return tiny.save("marked", tmp_path_factory.mktemp("model") / "marked")


@pytest.fixture
def desk(qtbot: QtBot, model: Path) -> Iterator[Shell]:
    """The program as it starts for a person who chose that model."""
    settings = {"version": 1, "model_folder": str(model), "max_answer_tokens": 16}
    (paths.config_dir() / "settings.json").write_text(json.dumps(settings))
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    looks = (application.style().objectName(), application.palette(), application.styleSheet())
    place = Place(paths.data_dir())
    assert place.take()
    shell = main.build(application, Start(), place)
    qtbot.addWidget(shell.window)
    qtbot.waitUntil(lambda: shell.furniture is not None)
    assert shell.crashes is not None
    shell.crashes.stop()  # pytest-qt watches for exceptions
    yield shell
    shell.window.close()
    shell.deleteLater()
    application.setStyle(looks[0])
    application.setPalette(looks[1])
    application.setStyleSheet(looks[2])


def drop(shell: Shell, file: str) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(file)])
    shell.window.dropEvent(
        QDropEvent(
            QPointF(200, 200),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def drag_a_box(area: PageArea) -> None:
    paper = area.place(0)
    view = area.viewport()
    corners = [paper.topLeft() + QPointF(paper.width() * x, 60 + 90 * x) for x in (0.3, 0.5, 0.9)]
    start, middle, end = (point.toPoint() for point in corners)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, middle)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def ask(qtbot: QtBot, shell: Shell, question: str) -> None:
    panel, asking = furniture(shell).panel, furniture(shell).asking
    with qtbot.waitSignal(asking.finished, timeout=ENGINE_MS):
        QTest.keyClicks(panel.composer.line, question)
        QTest.keyClick(panel.composer.line, Qt.Key.Key_Return)


def test_drop_a_document_draw_a_box_ask_twice_and_read(
    qtbot: QtBot, desk: Shell, tmp_path: Path
) -> None:
    parts = furniture(desk)
    drop(desk, draw_sample(tmp_path / "invoice.pdf", pages=2))
    qtbot.waitUntil(
        lambda: parts.tabs.current is not None and parts.tabs.current.document() is not None,
        timeout=20_000,
    )
    view = parts.tabs.current
    assert view is not None
    area = view.findChild(PageArea)
    assert area is not None
    drag_a_box(area)
    crop = view.crop()
    assert crop is not None
    assert crop[0].page == 0

    ask(qtbot, desk, "What is the number?")
    ask(qtbot, desk, "And the date?")

    first, second = parts.panel.cards
    assert first.question.box == crop[1]
    assert second.question.text == "And the date?"
    for card in (first, second):
        assert card.answer is not None
        assert card.answer.model
        assert 0 < card.answer.confidence <= 1
        assert card.answer.evidence.kind in {"crop", "page", "absent"}
        assert card.answer.visual_tokens > 0
    assert first.answer is not None
    assert second.answer is not None
    assert second.answer.timings.encode == 0  # the second question reuses what was seen

    database = paths.data_dir() / store.NAME
    desk.window.close()
    with sqlite3.connect(database) as kept:
        rows = kept.execute("SELECT question FROM entry ORDER BY number").fetchall()
    kept.close()
    assert [row[0] for row in rows] == ["What is the number?", "And the date?"]
