"""The program as a whole: what is open, asked and kept, through the window."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import dialogs
from app.dialogs import Prompt, Reply
from app.shell import Folders, Shell, Start
from app.single import Place, Wish, forward
from tests.app.conftest import MakeShell, furniture
from tests.app.viewer.sample import LocalSource
from vlm import children, paths
from vlm.types import Box


def opened(qtbot: QtBot, shell: Shell) -> None:
    """Wait until the document in front can be read."""
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)


def names(shell: Shell) -> list[str]:
    return [Path(path).name for path in furniture(shell).tabs.paths]


def drop(shell: Shell, *files: str) -> None:
    """Drop files from a program that offers to move them, as file managers do."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(file) for file in files])
    event = QDropEvent(
        QPointF(200, 200),
        Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.setDropAction(Qt.DropAction.MoveAction)
    shell.window.dropEvent(event)
    assert event.isAccepted()
    assert event.dropAction() is Qt.DropAction.CopyAction


def test_an_empty_desk_welcomes(shell: Shell) -> None:
    assert shell.window.welcome.isVisible()
    assert not furniture(shell).panel.isVisible()
    assert shell.window.windowTitle() == "VLM Desk"


def test_dropped_files_become_tabs_with_the_first_in_front(
    qtbot: QtBot, shell: Shell, two: tuple[str, str], tmp_path: Path
) -> None:
    drop(shell, *two, str(tmp_path))
    opened(qtbot, shell)
    assert names(shell) == ["one.pdf", "two & three.pdf"]
    assert shell.window.windowTitle() == "one.pdf — VLM Desk"
    assert "is a folder" in shell.window.notice.text
    assert furniture(shell).panel.isVisible()
    assert not shell.window.welcome.isVisible()
    drop(shell, two[1])
    opened(qtbot, shell)
    assert names(shell) == ["one.pdf", "two & three.pdf"]
    assert shell.window.windowTitle() == "two & three.pdf — VLM Desk"


def test_the_command_line_opens_a_page(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(*two, page=2)
    opened(qtbot, shell)
    current = furniture(shell).tabs.current
    assert current is not None
    assert current.path == two[0]
    assert current.page().page == 2


def test_a_later_start_hands_its_files_over(
    qtbot: QtBot, shell: Shell, two: tuple[str, str]
) -> None:
    assert forward(shell.place.folder, shell.place.notes, Wish((two[1],), 1))
    qtbot.waitUntil(lambda: names(shell) == ["two & three.pdf"])
    opened(qtbot, shell)
    current = furniture(shell).tabs.current
    assert current is not None
    assert current.page().page == 1


def test_a_pasted_picture_is_opened(qtbot: QtBot, shell: Shell) -> None:
    picture = QImage(60, 40, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    QApplication.clipboard().setImage(picture)
    shell.window.commands.paste.trigger()
    opened(qtbot, shell)
    assert names(shell)[0].startswith("Pasted ")
    QApplication.clipboard().clear()


def test_pasting_nothing_says_what_to_do(shell: Shell) -> None:
    QApplication.clipboard().clear()
    shell.window.commands.paste.trigger()
    assert "Copy one, then paste again" in shell.window.notice.text


def test_a_picture_is_pasted_even_from_the_question_line(
    qtbot: QtBot, shell: Shell, two: tuple[str, str]
) -> None:
    drop(shell, two[0])
    opened(qtbot, shell)
    picture = QImage(60, 40, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    line = furniture(shell).panel.composer.line
    QApplication.clipboard().setImage(picture)
    qtbot.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(names(shell)) == 2)
    QApplication.clipboard().setText("What is due?")
    qtbot.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(names(shell)) == 2
    QApplication.clipboard().clear()


def test_what_was_said_of_an_earlier_drop_is_gone_with_the_next(
    shell: Shell, two: tuple[str, str], tmp_path: Path
) -> None:
    letter = tmp_path / "letter.docx"
    letter.write_bytes(b"words")
    drop(shell, str(letter))
    assert "neither a PDF nor a picture" in shell.window.notice.text
    drop(shell, str(tmp_path))
    assert "neither a PDF" not in shell.window.notice.text
    assert "is a folder" in shell.window.notice.text
    drop(shell, two[0])
    assert shell.window.notice.text == ""


def test_closing_and_reopening_brings_the_place_and_the_draft_back(
    qtbot: QtBot, shell: Shell, two: tuple[str, str]
) -> None:
    parts = furniture(shell)
    drop(shell, *two)
    opened(qtbot, shell)
    parts.tabs.current.go_to(1)  # type: ignore[union-attr]
    parts.tabs.current.set_crop(1, Box(0.1, 0.1, 0.5, 0.5))  # type: ignore[union-attr]
    qtbot.keyClicks(parts.panel.composer.line, "Who pays")
    shell.window.commands.close_tab.trigger()
    assert names(shell) == ["two & three.pdf"]
    assert parts.panel.draft() == ""
    shell.window.commands.reopen.trigger()
    opened(qtbot, shell)
    current = parts.tabs.current
    assert current is not None
    assert current.path == two[0]
    assert current.crop() is not None
    assert current.page().page == 1
    assert parts.panel.draft() == "Who pays"


def test_every_document_has_its_own_draft(qtbot: QtBot, shell: Shell, two: tuple[str, str]) -> None:
    parts = furniture(shell)
    drop(shell, *two)
    opened(qtbot, shell)
    qtbot.keyClicks(parts.panel.composer.line, "first")
    shell.window.commands.next_tab.trigger()
    assert parts.panel.draft() == ""
    qtbot.keyClicks(parts.panel.composer.line, "second")
    shell.window.commands.previous_tab.trigger()
    assert parts.panel.draft() == "first"


def test_the_next_start_brings_everything_back(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    first = make_shell(*two)
    first.window.resize(780, 600)  # as large as the next start finds room for
    opened(qtbot, first)
    current = furniture(first).tabs.current
    assert current is not None
    current.go_to(2)
    current.set_crop(2, Box(0.25, 0.25, 0.75, 0.5))
    qtbot.keyClicks(furniture(first).panel.composer.line, "What is the IBAN")
    first.window.close()

    second = make_shell()
    opened(qtbot, second)
    parts = furniture(second)
    assert names(second) == ["one.pdf", "two & three.pdf"]
    current = parts.tabs.current
    assert current is not None
    page, box = current.crop() or (None, None)
    assert (page.page if page else None, box) == (2, Box(0.25, 0.25, 0.75, 0.5))
    assert current.page().page == 2
    assert parts.panel.draft() == "What is the IBAN"
    assert parts.tabs.view(two[1]) is None  # opened only when somebody looks
    second.window.commands.history.setChecked(True)
    second.window.close()
    assert make_shell().window.commands.history.isChecked()


def test_without_restore_the_next_start_is_empty(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    (paths.config_dir() / "settings.json").write_text('{"restore_session": false}')
    first = make_shell(*two)
    opened(qtbot, first)
    first.window.close()
    assert not (paths.config_dir() / "session.json").exists()
    assert names(make_shell()) == []


def test_broken_files_are_said_and_harm_nothing(make_shell: MakeShell) -> None:
    (paths.config_dir() / "settings.json").write_text("{{{")
    (paths.config_dir() / "session.json").write_text("[1, 2")
    (paths.config_dir() / "recent.json").write_text("?")
    shell = make_shell()
    assert "settings.json.broken" in shell.window.notice.text
    assert "session.json.broken" in shell.window.notice.text
    assert shell.window.welcome.isVisible()


def test_recent_files_are_listed_and_a_missing_one_is_forgotten(
    qtbot: QtBot, shell: Shell, two: tuple[str, str]
) -> None:
    drop(shell, two[0])
    opened(qtbot, shell)
    assert furniture(shell).desk.recent == (two[0],)
    shell.window.commands.close_tab.trigger()
    Path(two[0]).unlink()
    furniture(shell).desk.open([two[0]])
    assert json.loads((paths.config_dir() / "recent.json").read_bytes()) == [two[0]]


def test_the_sample_opens(qtbot: QtBot, make_shell: MakeShell) -> None:
    shell = make_shell(sample=True)
    opened(qtbot, shell)
    assert names(shell) == ["sample.pdf"]


def test_a_crash_is_one_dialog_with_details_to_copy(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Prompt] = []

    def ask(_: object, prompt: Prompt) -> Reply:
        asked.append(prompt)
        return Reply("Copy")

    monkeypatch.setattr(dialogs, "ask", ask)
    assert shell.crashes is not None
    shell.crashes.crashed.emit("ValueError at\n  somewhere")
    (prompt,) = asked
    assert prompt.title == "Something went wrong"
    assert "ValueError at" in QApplication.clipboard().text()
    QApplication.clipboard().clear()


def test_a_question_without_its_answer_stands_ready_again_at_the_next_start(
    qtbot: QtBot,
    make_shell: MakeShell,
    two: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "60000")
    (paths.config_dir() / "settings.json").write_text(f'{{"model_folder": "{tmp_path}"}}')
    first = make_shell(*two)
    opened(qtbot, first)
    panel = furniture(first).panel
    qtbot.keyClicks(panel.composer.line, "What is the IBAN")
    qtbot.keyClick(panel.composer.line, Qt.Key.Key_Return)
    assert panel.cards[0].pending
    assert panel.draft() == ""
    first.window.close()

    second = make_shell()
    opened(qtbot, second)
    assert furniture(second).panel.draft() == "What is the IBAN"


def test_the_first_frame_says_which_document_comes(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first: list[str] = []
    furnish = Shell.furnish

    def look(shell: Shell) -> None:
        if shell.furniture is None:
            first.append(shell.window.opening.text() if shell.window.opening.isVisible() else "")
        furnish(shell)

    monkeypatch.setattr(Shell, "furnish", look)
    shell = make_shell(two[1])
    opened(qtbot, shell)
    assert first == ["Opening two & three.pdf…"]
    assert not shell.window.opening.isVisible()
    shell.window.close()
    make_shell()
    assert first[1:] == ["Opening two & three.pdf…"], "of the session"


def test_a_window_that_is_closed_at_once_is_not_furnished_afterwards(
    qtbot: QtBot,
    qapp: QApplication,
    make_shell: MakeShell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def modules() -> Iterator[None]:
        while shell.window.isVisible():
            yield

    monkeypatch.setattr("app.furnishing.modules", modules)
    folders = Folders(paths.config_dir(), paths.data_dir(), paths.log_dir())
    place = Place(folders.data)
    assert place.take()
    engine = children.command("fake-engine")
    shell = Shell(qapp, folders, place, Start(), lambda: engine, LocalSource)
    qtbot.addWidget(shell.window)
    shell.window.painted.connect(lambda: QTimer.singleShot(50, shell.window.close))
    qtbot.waitUntil(lambda: not shell.window.isVisible())
    turns: list[None] = []
    timer = QTimer()
    timer.timeout.connect(lambda: turns.append(None))
    timer.start(0)
    qtbot.waitUntil(lambda: len(turns) > 200)
    timer.stop()
    assert shell.furniture is None
    shell.deleteLater()
