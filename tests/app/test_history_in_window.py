"""Questions asked in the window end in the history, and come back from it."""

import csv
import io
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import dialogs, log
from app.ask.values import Verdict
from app.batch.recall import Chosen, past
from app.dialogs import Prompt, Reply
from app.history.entry import Entry
from app.shell import Shell
from tests.app.conftest import MakeShell, furniture, to_the_front
from vlm import paths
from vlm.batch import Cell
from vlm.types import Box, ModelInfo

SECRET = "Zanzibar"


def entries(shell: Shell) -> list[Entry]:
    """Return what the history panel lists."""
    listed = furniture(shell).history_panel._model  # pyright: ignore[reportPrivateUsage] # what is listed
    return [listed.entry(listed.index(row)) for row in range(listed.rowCount())]


@pytest.fixture
def asked(qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], tmp_path: Path) -> Shell:
    """A window in which a question about a crop has been answered by the fake engine."""
    (paths.config_dir() / "settings.json").write_text(
        f'{{"model_folder": "{tmp_path}", "max_answer_tokens": 99, "splitting": false}}'
    )
    shell = make_shell(*two)
    parts = furniture(shell)
    qtbot.waitUntil(lambda: parts.tabs.current is not None and bool(parts.tabs.current.document()))
    view = parts.tabs.current
    assert view is not None
    view.set_crop(0, Box(0.5, 0.0, 1.0, 0.2))
    shell.window.commands.history.setChecked(True)
    line = parts.panel.composer.line
    qtbot.keyClicks(line, f"{SECRET} what")
    with qtbot.waitSignal(parts.history.added, timeout=20_000):
        qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(entries(shell)) == 1)
    return shell


def test_the_question_is_offered_again_for_its_document_only(
    qtbot: QtBot, asked: Shell, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    asked.window.close()
    again = make_shell()
    parts = furniture(again)

    def offered() -> str:
        return parts.panel.welcome.examples[0].text()

    parts.desk.open([two[0]])
    qtbot.waitUntil(lambda: offered() == f"{SECRET} what")
    parts.desk.open([two[1]])
    assert offered() != f"{SECRET} what"
    parts.desk.open([two[0]])
    qtbot.waitUntil(lambda: offered() == f"{SECRET} what")
    with qtbot.waitSignal(parts.history.found) as found:
        parts.history.search()
    assert found.args is not None
    parts.history.delete([entry.number for entry in found.args[0].entries])
    qtbot.waitUntil(lambda: offered() != f"{SECRET} what")


def test_an_answer_is_kept_searched_judged_reopened_and_deleted(
    qtbot: QtBot, asked: Shell, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, panel = furniture(asked), furniture(asked).history_panel
    (entry,) = entries(asked)
    assert entry.question.text == f"{SECRET} what"
    assert entry.question.box == Box(0.5, 0.0, 1.0, 0.2)
    assert entry.question.page.path == two[0]
    assert (entry.question.max_new_tokens, entry.question.splitting) == (99, False)
    assert entry.answer.text

    search = panel._line  # pyright: ignore[reportPrivateUsage] # where a person types
    qtbot.keyClicks(search, "nowhere")
    qtbot.waitUntil(lambda: entries(asked) == [])
    search.clear()
    qtbot.keyClicks(search, SECRET.lower())
    qtbot.waitUntil(lambda: len(entries(asked)) == 1)

    card = parts.panel.cards[0]
    card.judged.emit(_verdict(entry))
    qtbot.waitUntil(lambda: entries(asked)[0].verdict is True)

    asked.window.commands.close_tab.trigger()
    listed = panel._list  # pyright: ignore[reportPrivateUsage] # what a person clicks
    listed.setCurrentIndex(listed.model().index(0, 0))
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: parts.tabs.current is not None and bool(parts.tabs.current.document()))
    view = parts.tabs.current
    assert view is not None
    assert view.path == two[0]
    page, box = view.crop() or (None, None)
    assert (page.page if page else None, box) == (0, Box(0.5, 0.0, 1.0, 0.2))
    assert len(parts.panel.cards) == 2
    assert parts.panel.cards[1].text.text() == entry.answer.text

    monkeypatch.setattr(dialogs, "ask", lambda _, prompt: Reply(prompt.choices[0]))
    qtbot.keyClick(listed, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: entries(asked) == [])
    parts.history.stop()
    assert SECRET.encode() not in (paths.data_dir() / "history.sqlite3").read_bytes()


def test_a_correction_is_kept_and_exported_with_its_answer(
    qtbot: QtBot, asked: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    parts, file = furniture(asked), tmp_path / "out.csv"
    parts.panel.cards[0].wrong.click()
    correction = parts.panel.cards[0].judging.line
    assert correction is not None
    qtbot.keyClicks(correction.line, "2026-0001")
    qtbot.keyClick(correction.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: entries(asked)[0].correction == "2026-0001")
    monkeypatch.setattr(dialogs, "choose_export", lambda *_: file)
    with qtbot.waitSignal(parts.history.exported):
        asked.window.commands.export.trigger()
    (row,) = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    assert (row["answer"], row["verdict"], row["correction"]) == (
        entries(asked)[0].answer.text,
        "wrong",
        "2026-0001",
    )
    parts.history_panel.reopened.emit(entries(asked)[0])
    again = parts.panel.cards[-1]
    assert again.text.text() == "2026-0001"
    assert again.judging.own.text().startswith("Corrected by you.")


def test_a_corrected_answer_of_a_batch_has_an_entry_too(
    qtbot: QtBot, asked: Shell, two: tuple[str, str]
) -> None:
    parts = furniture(asked)
    cell = Cell("invoice 12", 0.5, page=1, evidence="page")
    info = ModelInfo("small", "/models/small", "toy", 9, "cpu", "float32", "", False)
    parts.batch.recalled.emit(past(Chosen(two[0], "Which number?", cell), info, False, 64))
    card = parts.panel.cards[-1]
    card.wrong.click()
    correction = card.judging.line
    assert correction is not None
    correction.line.clear()
    qtbot.keyClicks(correction.line, "invoice 13")
    qtbot.keyClick(correction.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(entries(asked)) == 2)
    qtbot.waitUntil(lambda: entries(asked)[0].correction == "invoice 13")
    assert entries(asked)[0].question.text == "Which number?"
    card.judging.undo.click()
    qtbot.waitUntil(lambda: entries(asked)[0].verdict is None)
    assert len(entries(asked)) == 2


def _verdict(entry: Entry) -> Verdict:
    return Verdict(entry.question, entry.answer, right=True)


def test_deleting_is_asked_first(
    qtbot: QtBot, asked: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts: list[Prompt] = []

    def keep(_: object, prompt: Prompt) -> Reply:
        prompts.append(prompt)
        return Reply("Keep")

    monkeypatch.setattr(dialogs, "ask", keep)
    panel = furniture(asked).history_panel
    panel.delete_wanted.emit((entries(asked)[0].number,))
    assert "cannot be brought back" in prompts[0].text
    assert len(entries(asked)) == 1


def test_the_history_is_exported(
    qtbot: QtBot, asked: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "out.csv"
    monkeypatch.setattr(dialogs, "choose_export", lambda *_: file)
    with qtbot.waitSignal(furniture(asked).history.exported):
        asked.window.commands.export.trigger()
    assert SECRET in file.read_text(encoding="utf-8-sig")
    assert str(file) in asked.window.notice.text


def test_the_log_has_no_word_of_it(asked: Shell) -> None:
    (entry,) = entries(asked)
    asked.window.close()
    written = (paths.log_dir() / log.NAME).read_text(encoding="utf-8")
    assert "The window is complete" in written
    for text in (SECRET, entry.answer.text, "one.pdf", "papers"):
        assert text not in written


def test_closing_the_history_gives_the_keyboard_back_to_the_page(
    qtbot: QtBot, asked: Shell
) -> None:
    parts, shown = furniture(asked), asked.window.commands.history
    to_the_front(qtbot, asked.window)
    view, line = parts.tabs.current, parts.panel.composer.line
    assert view is not None
    parts.history_panel.focus_search()
    shown.setChecked(False)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert view.isAncestorOf(focused)
    shown.setChecked(True)
    line.setFocus()
    shown.setChecked(False)
    assert line.hasFocus(), "where a person types it stays"


def test_history_switched_off_keeps_nothing(qtbot: QtBot, asked: Shell) -> None:
    from dataclasses import replace

    parts = furniture(asked)
    parts._on_settings_changed(  # pyright: ignore[reportPrivateUsage] # as the dialog does
        replace(asked.settings, keep_history=False)
    )
    line = parts.panel.composer.line
    qtbot.keyClicks(line, "again")
    with qtbot.waitSignal(parts.asking.finished, timeout=20_000):
        qtbot.keyClick(line, Qt.Key.Key_Return)
    parts.history.stop()
    assert b"again" not in (paths.data_dir() / "history.sqlite3").read_bytes()
