from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.ask.values import EvidenceClick
from app.batch import words
from app.shell import Shell
from tests.app.conftest import MakeShell, furniture, to_the_front
from vlm.types import PageRef


def test_the_command_opens_the_batch_and_a_cell_its_page(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell: Shell = make_shell(two[0])
    parts = furniture(shell)
    assert parts.batch.window is None
    shell.window.commands.batch.trigger()
    window = parts.batch.window
    assert window is not None
    assert window.isVisible()
    assert not window.run.isEnabled()
    assert window.parent() is None, "else it stays above the page that it opens"
    to_the_front(qtbot, window)
    window.jumped.emit(EvidenceClick(PageRef(two[1], 2), ()))
    qtbot.waitUntil(shell.window.isActiveWindow)
    qtbot.waitUntil(lambda: parts.tabs.current_path == two[1])
    view = parts.tabs.current
    assert view is not None
    qtbot.waitUntil(lambda: view.document() is not None and view.page().page == 2)
    shell.window.close()
    assert not window.isVisible()


def test_a_folder_that_is_dropped_can_be_asked_at_once(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell()
    folder = Path(two[0]).parent
    furniture(shell).desk.open([str(folder)])
    notice = shell.window.notice
    assert notice.text.startswith("“papers” is a folder.")
    assert notice.way.text() == words.ASK_ALL
    qtbot.mouseClick(notice.way, Qt.MouseButton.LeftButton)
    window = furniture(shell).batch.window
    assert window is not None
    assert window.isVisible()
    assert window.source.text() == "papers"
    window.close()
