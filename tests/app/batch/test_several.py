"""Further engines beside the one that a person asks, and documents that are locked."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app import dialogs
from app.batch import words
from app.batch.runner import Phase
from app.dialogs import Prompt, Reply
from tests.app.batch.conftest import WAIT, Desk, draw, looked, press_run
from vlm.protocol import Done
from vlm.types import PageRef, Question

PASSWORD = "open sesame 4711"


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the fake say that there is a second card."""
    monkeypatch.setenv("VLM_FAKE_CARDS", "1")


def engines() -> list[psutil.Process]:
    """The engine processes that run, the person's first."""
    found: list[psutil.Process] = []
    for one in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end at any moment
            if "fake-engine" in one.cmdline():
                found.append(one)
    return sorted(found, key=lambda one: one.create_time())


def fill(folder: Path, count: int) -> None:
    for number in range(count):
        draw(folder / f"n{number}.pdf", f"Invoice {number}")


def ready(qtbot: QtBot, desk: Desk) -> None:
    qtbot.waitUntil(lambda: desk.runner.phase is Phase.READY, timeout=WAIT)


def texts(desk: Desk) -> dict[str, str]:
    cells = {row.path: desk.table.cell(number, 0) for number, row in enumerate(desk.table.rows)}
    return {Path(path).name: cell.text for path, cell in cells.items() if cell is not None}


@pytest.mark.usefixtures("several")
def test_a_second_card_helps_while_the_batch_runs(qtbot: QtBot, desk: Desk) -> None:
    fill(desk.folder, 5)
    looked(qtbot, desk)
    assert len(engines()) == 1
    asked: set[str] = set()
    desk.client.aside.connect(lambda event: asked.add(type(event).__name__))
    press_run(desk)
    qtbot.waitUntil(lambda: len(engines()) == 2, timeout=WAIT)
    helper = engines()[1]
    assert helper.environ()["CUDA_VISIBLE_DEVICES"] == "1"
    ready(qtbot, desk)
    assert desk.table.done == desk.table.total
    assert [texts(desk)[f"n{number}.pdf"] for number in range(5)] == [
        f"Invoice {number}" for number in range(5)
    ]
    assert asked, "the person's engine helped too"
    qtbot.waitUntil(lambda: len(engines()) == 1, timeout=WAIT)


@pytest.mark.usefixtures("several")
def test_a_persons_question_stops_only_the_persons_engine(qtbot: QtBot, desk: Desk) -> None:
    fill(desk.folder, 6)
    looked(qtbot, desk)
    press_run(desk)
    qtbot.waitUntil(lambda: desk.table.done > 0, timeout=WAIT)
    done: list[Done] = []
    desk.client.reported.connect(lambda event: done.append(event) if isinstance(event, Done) else 0)
    desk.client.ask(Question("Mine?", PageRef(str(desk.folder / "a.pdf"), 0)))
    qtbot.waitUntil(lambda: bool(done), timeout=WAIT)
    ready(qtbot, desk)
    assert desk.table.done == desk.table.total
    assert desk.table.problems == 1, "only the broken document"


@pytest.mark.usefixtures("several")
def test_a_helper_that_is_killed_loses_nothing(qtbot: QtBot, desk: Desk) -> None:
    fill(desk.folder, 6)
    looked(qtbot, desk)
    press_run(desk)
    qtbot.waitUntil(lambda: len(engines()) == 2, timeout=WAIT)
    engines()[1].kill()
    ready(qtbot, desk)
    assert desk.table.done == desk.table.total
    assert desk.table.problems == 1, "only the broken document"
    assert texts(desk)["n5.pdf"] == "Invoice 5"


@pytest.mark.usefixtures("several")
def test_stop_ends_the_helpers_and_run_goes_on(qtbot: QtBot, desk: Desk) -> None:
    fill(desk.folder, 6)
    looked(qtbot, desk)
    press_run(desk)
    qtbot.waitUntil(lambda: desk.table.done > 1, timeout=WAIT)
    QTest.mouseClick(desk.window.run, Qt.MouseButton.LeftButton)
    ready(qtbot, desk)
    assert 1 < desk.table.done < desk.table.total
    qtbot.waitUntil(lambda: len(engines()) == 1, timeout=WAIT)
    press_run(desk)
    ready(qtbot, desk)
    assert desk.table.done == desk.table.total


@pytest.mark.usefixtures("several")
def test_the_program_may_end_while_helpers_work(qtbot: QtBot, desk: Desk) -> None:
    fill(desk.folder, 3)
    looked(qtbot, desk)
    press_run(desk)
    qtbot.waitUntil(lambda: len(engines()) == 2, timeout=WAIT)
    desk.door.shutdown()
    assert len(engines()) == 1
    desk.door.runner = None  # it is ended; the fixture ends the rest


def test_the_person_types_a_password_once(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.folder / "b.pdf").unlink()
    draw(desk.folder / "locked.pdf", "Secret total 7", password=PASSWORD)
    looked(qtbot, desk)
    press_run(desk)
    ready(qtbot, desk)
    window, row = desk.window, 2
    assert window.model.index(row, 1).data() == words.LOCKED
    assert window.state.text().endswith("1 document with problems · 1 document locked")
    window.table.setCurrentIndex(window.model.index(0, 1))
    assert not window.unlock.isVisible()
    window.table.setCurrentIndex(window.model.index(row, 1))
    assert window.unlock.isVisible()
    prompts: list[Prompt] = []
    typed = ["wrong", PASSWORD]

    def reply(_parent: object, prompt: Prompt) -> Reply:
        prompts.append(prompt)
        return Reply(words.UNLOCK, typed.pop(0))

    monkeypatch.setattr(dialogs, "ask", reply)
    QTest.mouseClick(window.unlock, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: desk.runner.phase is Phase.READY and desk.table.is_locked(row), timeout=WAIT
    )
    QTest.mouseClick(window.unlock, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Secret total 7" in texts(desk).values(), timeout=WAIT)
    ready(qtbot, desk)
    assert prompts[0].secret
    assert "locked.pdf" in prompts[0].text
    assert not window.unlock.isVisible()
    assert desk.table.problems == 1, "the broken document was not asked again"
