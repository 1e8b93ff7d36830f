"""Each page is read by the version that knows its like."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.adapters import words
from finetune.gathering import look
from finetune.types import BY_PAGE
from tests.app.adapters import made
from tests.app.adapters.conftest import begin, entries, menu, press, ready, saved, window
from tests.app.conftest import MakeShell, furniture
from vlm.pages.client import PageClient
from vlm.types import PageRef


def test_each_page_is_read_by_the_version_that_learned_from_its_like(
    qtbot: QtBot, make_shell: MakeShell, tmp_path: Path
) -> None:
    base = made.model(tmp_path / "reader")
    papers = [made.paper(tmp_path / f"{seed}.pdf", seed) for seed in (1, 2, 3)]
    with PageClient() as pages:
        looks = []
        for path in papers:
            pages.open(path)
            looks.append(look(pages, PageRef(path, 0)))  # as the rows of a training have it
    made.version("receipts", base, looks=(looks[0],))
    made.version("invoices", base, looks=(looks[1],))
    begin(base)
    shell = make_shell(*papers)
    ready(qtbot, shell, "")
    parts = furniture(shell)
    dialog = window(qtbot, shell)
    dialog.by_page.click()
    dialog.accept()
    assert saved().adapters == {str(base): BY_PAGE}
    parts.desk.open([papers[1]])
    ready(qtbot, shell, "invoices")
    status = parts.panel.head.status
    qtbot.waitUntil(lambda: "looks like a page that “invoices” learned" in status.text())
    parts.desk.open([papers[0]])
    ready(qtbot, shell, "receipts")
    parts.desk.open([papers[2]])
    ready(qtbot, shell, "")
    assert "looks like none" in status.text()

    chip = menu(qtbot, shell)
    assert entries(chip)[words.BY_PAGE]
    press(chip, "receipts")
    ready(qtbot, shell, "receipts")
    assert "You chose it" in status.text()
    parts.desk.open([papers[1]])
    ready(qtbot, shell, "invoices")
    shell.window.close()

    again = make_shell()
    furniture(again).desk.open([papers[2]])
    ready(qtbot, again, "receipts")
    press(menu(qtbot, again), words.BY_PAGE)
    ready(qtbot, again, "")


def test_a_question_waits_until_the_version_for_its_page_is_chosen(
    qtbot: QtBot, make_shell: MakeShell, tmp_path: Path
) -> None:
    base = made.model(tmp_path / "reader")
    paper = made.paper(tmp_path / "1.pdf", 1)
    with PageClient() as pages:
        pages.open(paper)
        made.version("receipts", base, looks=(look(pages, PageRef(paper, 0)),))
    made.version("invoices", base)
    begin(base, adapters={str(base): BY_PAGE})
    shell = make_shell()
    ready(qtbot, shell, "")
    parts = furniture(shell)
    qtbot.waitUntil(lambda: bool(parts.versions.listing.fitting))
    parts.desk.open([paper])
    line = parts.panel.composer.line
    qtbot.waitUntil(lambda: parts.panel.scope is not None)
    with qtbot.waitSignal(parts.asking.finished, timeout=20_000):
        qtbot.keyClicks(line, "What is it?")
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert parts.versions.wearing.active == "receipts"
