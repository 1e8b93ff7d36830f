from collections import Counter
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QTabBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.drop_hint import DropHint
from app.furniture import Furniture
from app.notice import Message, Notice, Way
from app.shell import Shell
from app.tabs import NARROWEST
from app.viewer.box_hint import BoxHint
from app.viewer.page_area import PageArea
from tests.app.conftest import MakeShell, furniture, to_the_front
from vlm import paths


def hold(shell: Shell, data: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(
        QPoint(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    shell.window.dragEnterEvent(event)
    return event


def file(path: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path)])
    return data


def hint(shell: Shell) -> DropHint:
    found = shell.window.findChild(DropHint)
    assert isinstance(found, DropHint)
    return found


def opened(qtbot: QtBot, make_shell: MakeShell, path: str) -> tuple[Shell, Furniture]:
    """Start the program with a document and wait until it is there."""
    shell = make_shell(path)
    parts = furniture(shell)
    qtbot.waitUntil(lambda: parts.tabs.current is not None and bool(parts.tabs.current.document()))
    return shell, parts


def test_a_file_held_over_a_document_shows_where_it_goes(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    assert hold(shell, file(two[1])).isAccepted()
    assert hint(shell).isVisible()
    centre = shell.window.centralWidget()
    assert centre is not None
    assert hint(shell).geometry() == centre.rect()
    shell.window.dragLeaveEvent(QDragLeaveEvent())
    assert not hint(shell).isVisible()


def test_words_held_over_the_window_are_not_taken(shell: Shell) -> None:
    data = QMimeData()
    data.setText("words")
    assert not hold(shell, data).isAccepted()
    assert not hint(shell).isVisible()


def test_the_question_line_leaves_dropped_files_to_the_window(shell: Shell) -> None:
    line = furniture(shell).panel.composer.line
    assert not line.acceptDrops()
    assert not line.viewport().acceptDrops()


def test_no_key_means_two_things(qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]) -> None:
    shell = make_shell(two[0])
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)
    keys = Counter(
        key.toString()
        for action in shell.window.findChildren(QAction)
        if action.isEnabled()
        for key in action.shortcuts()
        if not key.isEmpty()
    )
    assert [key for key, times in keys.items() if times > 1] == []


def test_every_menu_entry_has_a_letter_of_its_own(shell: Shell) -> None:
    for menu in shell.window.menuBar().findChildren(QMenu):
        texts = [action.text().replace("&&", "") for action in menu.actions() if action.text()]
        letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
        assert len(letters) == len(set(letters)), texts
        assert len(letters) == len(texts), texts


def test_the_window_stays_layout(shell: Shell) -> None:
    from app import window

    assert len(Path(window.__file__).read_text(encoding="utf-8").splitlines()) <= 250


def test_a_message_moves_nothing_and_lies_over_the_document(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)
    before = tabs.mapTo(shell.window, tabs.rect().topLeft()), tabs.size()
    notice = shell.window.notice
    for sentence in ("Short.", "A long sentence about what could not be opened. " * 12):
        notice.say(sentence)
        assert (tabs.mapTo(shell.window, tabs.rect().topLeft()), tabs.size()) == before
        place = QRect(notice.mapTo(shell.window, notice.rect().topLeft()), notice.size())
        assert QRect(*before[0].toTuple(), *before[1].toTuple()).contains(place)
        text = notice.findChildren(QLabel)[0]
        assert text.height() >= text.heightForWidth(text.width()), "words are cut off"
    shell.window.resize(800, 600)
    assert notice.geometry().right() < shell.window.width()


def test_where_a_message_leads_is_legible_in_a_narrow_place_too(qtbot: QtBot) -> None:
    window, over = QWidget(), QWidget()
    qtbot.addWidget(window)
    over.setParent(window)
    notice = Notice(window, over)
    window.resize(900, 600)
    window.show()
    way = Way("Ask all its documents…", lambda: None)
    for width in (700, 240):
        over.resize(width, 500)
        notice.tell(Message("“papers” is a folder. To open single documents, drop those.", "", way))
        assert notice.width() <= width
        text = notice.findChildren(QLabel)[0]
        qtbot.waitUntil(lambda: notice.way.width() >= notice.way.sizeHint().width())
        assert text.height() >= text.heightForWidth(text.width()), "words are cut off"
        assert notice.rect().contains(notice.way.geometry())
        below = notice.way.geometry().top() >= text.geometry().bottom()
        assert below is (width == 240)


def test_a_message_leads_somewhere_until_it_is_gone(qtbot: QtBot, shell: Shell) -> None:
    notice = shell.window.notice
    gone: list[str] = []
    notice.tell(Message("It is measured.", "one", Way("Show it", lambda: gone.append("one"))))
    notice.say("And another thing.")
    assert notice.way.isVisible()
    assert notice.way.text() == "Show it"
    qtbot.mouseClick(notice.way, Qt.MouseButton.LeftButton)
    assert gone == ["one"]
    assert not notice.isVisible()
    notice.say("Nothing to see.")
    assert not notice.way.isVisible()


def test_what_nobody_may_have_seen_stays_until_it_is_closed(shell: Shell) -> None:
    notice = shell.window.notice
    notice.say("This goes by itself.")
    timer = notice.findChild(QTimer)
    assert timer is not None
    assert timer.isActive()
    notice.tell(Message("It has learned.", "training", stays=True))
    assert not timer.isActive()
    notice.say("And another thing.")
    notice.leaveEvent(QEvent(QEvent.Type.Leave))
    assert not timer.isActive(), "another message takes it along"
    notice.dismiss()
    notice.say("Nothing more.")
    assert timer.isActive()


def test_words_on_the_clipboard_go_into_the_question(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell, parts = opened(qtbot, make_shell, two[0])
    QApplication.clipboard().setText("What is the IBAN?")
    shell.window.commands.paste.trigger()
    assert parts.panel.draft() == "What is the IBAN?"
    assert shell.window.notice.text == ""


def test_when_the_last_document_is_closed_the_keyboard_is_on_the_welcome(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell, _ = opened(qtbot, make_shell, two[0])
    to_the_front(qtbot, shell.window)
    shell.window.commands.close_tab.trigger()
    focused = QApplication.focusWidget()
    assert isinstance(focused, QPushButton)
    assert focused.text() == "Open a document…"


def test_what_is_typed_on_a_page_is_asked(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell, parts = opened(qtbot, make_shell, two[0])
    to_the_front(qtbot, shell.window)
    view = parts.tabs.current
    assert view is not None
    area = view.findChildren(PageArea)[0]
    area.setFocus()
    page = view.page()
    QTest.keyClicks(area, "W")
    line = parts.panel.composer.line
    assert QApplication.focusWidget() is line
    QTest.keyClicks(line, "hat is it?")
    assert parts.panel.draft() == "What is it?"
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is area
    with qtbot.waitSignal(parts.panel.asked) as asked:
        QTest.keyClick(area, Qt.Key.Key_Return)
    assert asked.args is not None
    assert (asked.args[0].text, asked.args[0].scope.page) == ("What is it?", page)


def test_draw_a_box_says_how(qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]) -> None:
    _, parts = opened(qtbot, make_shell, two[0])
    view = parts.tabs.current
    assert view is not None
    parts.panel.composer.chip.draw.click()
    (said,) = view.findChildren(BoxHint)
    assert said.isVisible()
    viewport = view.findChildren(PageArea)[0].viewport()
    assert viewport.rect().contains(said.geometry())
    parts.panel.composer.chip.draw.click()
    assert view.findChildren(BoxHint) == [said]
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=viewport.rect().center())
    assert not said.isVisible()


def test_tabs_scroll_before_their_names_become_unreadable(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    copies = []
    for number in range(9):
        copy = Path(two[0]).with_name(f"{number:03d} invoice of a supplier.pdf")
        copy.write_bytes(Path(two[0]).read_bytes())
        copies.append(str(copy))
    shell = make_shell(*copies)
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)
    bar = tabs.findChildren(QTabBar)[0]
    assert min(bar.tabRect(index).width() for index in range(bar.count())) >= NARROWEST
    everything = next(
        button
        for button in tabs.findChildren(QToolButton)
        if button.accessibleName() == "All open documents"
    )
    assert everything.isVisible()
    menu = everything.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == [Path(path).name for path in copies]
    menu.actions()[7].trigger()
    assert tabs.current_path == copies[7]
    for path in copies[:5]:
        tabs.close_wanted.emit(path)
    assert not everything.isVisible()


def test_tabs_show_where_names_that_begin_alike_differ(
    make_shell: MakeShell, two: tuple[str, str]
) -> None:
    copies = []
    for month in ("March", "April", "May"):
        copy = Path(two[0]).with_name(f"Statement of account {month}.pdf")
        copy.write_bytes(Path(two[0]).read_bytes())
        copies.append(str(copy))
    tabs = furniture(make_shell(*copies)).tabs
    bar = tabs.findChildren(QTabBar)[0]
    shown = [bar.tabText(index) for index in range(bar.count())]
    assert shown == ["…March.pdf", "…April.pdf", "…May.pdf"]
    for path in copies[:2]:
        tabs.close_wanted.emit(path)
    assert bar.tabText(0) == "Statement of account May.pdf"
    assert bar.accessibleTabName(0) == "Statement of account May.pdf"


def test_nothing_is_cut_off_in_the_smallest_window(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell, parts = opened(qtbot, make_shell, two[0])
    window = shell.window
    panels = window.findChildren(QSplitter)[0]
    for shown in (False, True):
        window.commands.history.setChecked(shown)
        window.resize(100, 100)
        qtbot.waitUntil(lambda: window.width() < 1000)
        qtbot.waitUntil(lambda: panels.width() >= panels.minimumSizeHint().width())
        for part in (parts.panel, parts.panel.composer, parts.tabs):
            corner = part.mapTo(window, part.rect().bottomRight())
            assert window.rect().contains(corner), part


def test_escape_leaves_the_full_screen(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)
    shell.window.commands.full_screen.setChecked(True)
    assert shell.window.isFullScreen()
    assert tabs.current is not None
    QTest.keyClick(tabs.current.findChildren(PageArea)[0], Qt.Key.Key_Escape)
    assert not shell.window.isFullScreen()
    assert not shell.window.commands.full_screen.isChecked()


def test_the_notice_goes_when_it_is_closed(shell: Shell) -> None:
    notice = shell.window.notice
    for sentence in ("Zero.", "One.", "Two.", "Three."):
        notice.say(sentence)
    assert notice.text == "One.\nTwo.\nThree."
    notice.dismiss()
    assert not notice.isVisible()
    assert notice.text == ""


def test_stop_and_what_is_done_with_an_answer_are_offered_when_there_is_one(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], tmp_path: Path
) -> None:
    (paths.config_dir() / "settings.json").write_text(f'{{"model_folder": "{tmp_path}"}}')
    shell, parts = opened(qtbot, make_shell, two[0])
    does = shell.window.commands

    def usable() -> list[bool]:
        does.ask_menu.aboutToShow.emit()
        return [one.isEnabled() for one in (does.copy_answer, does.right, does.correct, does.stop)]

    assert usable() == [False, False, False, False]
    does.ask_menu.aboutToHide.emit()
    assert does.copy_answer.isEnabled(), "its key would not work for an answer that comes"
    with qtbot.waitSignal(parts.asking.finished):
        parts.panel.composer.line.set_question("Which number")
        parts.panel.composer.line.submit()
        assert usable() == [False, False, False, True]
    assert usable() == [True, True, True, False]
