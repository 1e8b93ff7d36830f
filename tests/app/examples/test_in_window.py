"""What a person says about answers in the window is kept as examples with their pictures."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ask.answer_card import AnswerCard
from app.examples import shelf
from app.examples.window import ExamplesWindow
from app.shell import Shell
from app.viewer.page_area import PageArea
from finetune.examples import ExampleStore
from finetune.gathering import look
from finetune.lookalike import distance
from finetune.pictures import document_hash
from finetune.types import NOT_ON_PAGE, Example
from tests.app.conftest import MakeShell, furniture
from tests.app.viewer.sample import LocalSource, draw_sample
from vlm import paths
from vlm.pages.client import PageClient
from vlm.types import Box, PageRef

CROP = Box(0.5, 0.0, 1.0, 0.2)
MEND = "Wrong? Correct it"


def stored() -> list[Example]:
    with ExampleStore(paths.data_dir() / shelf.NAME) as store:
        return list(store.all())


def ask(qtbot: QtBot, shell: Shell, text: str) -> AnswerCard:
    """Ask about the crop and return the card with the fake engine's answer."""
    parts = furniture(shell)
    line = parts.panel.composer.line
    qtbot.keyClicks(line, text)
    with qtbot.waitSignal(parts.asking.finished, timeout=20_000):
        qtbot.keyClick(line, Qt.Key.Key_Return)
    return parts.panel.cards[-1]


def examples_shown() -> int:
    return sum(
        isinstance(widget, ExamplesWindow) and widget.isVisible()
        for widget in QApplication.topLevelWidgets()
    )


def hold_drawing(shell: Shell) -> None:
    """Have no page drawn any more, as while a slow one is."""
    source = furniture(shell).pages._source  # pyright: ignore[reportPrivateUsage] # the test's own
    assert isinstance(source, LocalSource)
    source.gate.clear()


def correct(qtbot: QtBot, card: AnswerCard, text: str) -> None:
    """Press the button, type over what is selected, press Enter."""
    card.wrong.click()
    correction = card.judging.line
    assert correction is not None
    line = correction.line
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


@pytest.fixture
def cropped(qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], tmp_path: Path) -> Shell:
    """A window with a part of a page marked, and the fake engine behind it."""
    (paths.config_dir() / "settings.json").write_text(f'{{"model_folder": "{tmp_path}"}}')
    shell = make_shell(two[0])
    parts = furniture(shell)
    qtbot.waitUntil(lambda: parts.tabs.current is not None and bool(parts.tabs.current.document()))
    view = parts.tabs.current
    assert view is not None
    view.set_crop(0, CROP)
    return shell


def test_a_correction_is_an_example_with_its_picture_after_a_restart(
    qtbot: QtBot, cropped: Shell, make_shell: MakeShell, two: tuple[str, str], tmp_path: Path
) -> None:
    card = ask(qtbot, cropped, "Which number")
    assert card.answer is not None
    correct(qtbot, card, "first try")
    qtbot.waitUntil(lambda: "1 example from 1 document" in cropped.window.notice.text)
    correct(qtbot, card, "2026-0001")
    qtbot.waitUntil(lambda: [one.answer for one in stored()] == ["2026-0001"])
    cropped.window.close()
    digest = document_hash(Path(two[0]))
    Path(two[0]).unlink()

    make_shell()
    (kept,) = stored()
    assert (kept.question, kept.said) == ("Which number", card.answer.text)
    assert (kept.kind, kept.verdict) == ("correction", "wrong")
    assert (kept.page.path, kept.page.page, kept.box) == (two[0], 0, CROP)
    assert kept.document == digest
    with ExampleStore(paths.data_dir() / shelf.NAME) as store:
        crop = store.crop(kept.id)
    picture = QImage.fromData(crop.picture)
    assert (crop.size.width, crop.size.height) == (595, 842)
    assert (picture.width(), picture.height()) == (
        round(595 / 2 / 72 * 300),
        round(842 / 5 / 72 * 300),
    )
    with PageClient() as pages:
        again = draw_sample(tmp_path / "again.pdf", pages=3)
        pages.open(again)
        assert distance(kept.page_hash, look(pages, PageRef(again, 0))) <= 2
    assert "2026-0001" in [word.text for word in crop.words]
    assert "Payment" not in [word.text for word in crop.words]


def test_that_an_answer_is_not_on_the_page_is_an_example_of_that(
    qtbot: QtBot, cropped: Shell
) -> None:
    card = ask(qtbot, cropped, "Which number")
    card.wrong.click()
    assert card.judging.line is not None
    qtbot.mouseClick(card.judging.line.absent, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [one.answer for one in stored()] == [NOT_ON_PAGE])
    (kept,) = stored()
    assert (kept.kind, kept.verdict, kept.box) == ("negative", "wrong", CROP)
    correct(qtbot, card, "2026-0001")
    qtbot.waitUntil(lambda: [one.kind for one in stored()] == ["correction"])
    correct(qtbot, card, "not on this PAGE")
    qtbot.waitUntil(lambda: [one.answer for one in stored()] == [NOT_ON_PAGE])
    card.judging.undo.click()
    qtbot.waitUntil(lambda: stored() == [])


def test_a_correction_is_marked_on_the_page_and_undo_brings_the_old_mark_back(
    qtbot: QtBot, cropped: Shell
) -> None:
    card = ask(qtbot, cropped, "Which number")
    assert card.answer is not None
    view = furniture(cropped).tabs.current
    assert view is not None

    def marked() -> tuple[Box, ...]:
        area = view.findChild(PageArea)
        assert area is not None
        return tuple(area.painter.evidence[1])

    correct(qtbot, card, "2026-0001")
    qtbot.waitUntil(lambda: len(marked()) == 1)
    assert CROP.holds(marked()[0])
    assert marked() != card.answer.evidence.boxes
    qtbot.waitUntil(lambda: [one.answer for one in stored()] == ["2026-0001"])
    correct(qtbot, card, "words that stand nowhere")
    qtbot.waitUntil(lambda: marked() == ())
    card.judging.undo.click()
    assert marked() == card.answer.evidence.boxes
    assert card.text.text() == card.answer.text
    qtbot.waitUntil(lambda: stored() == [])
    correct(qtbot, card, "2026-0001")
    qtbot.waitUntil(lambda: len(marked()) == 1)
    cropped.window.commands.label.setChecked(True)
    assert marked() == (), "an answer's mark stayed over the page to be labelled"


def test_right_is_kept_and_taking_it_back_lets_it_go(qtbot: QtBot, cropped: Shell) -> None:
    card = ask(qtbot, cropped, "Which number")
    assert card.answer is not None
    card.right.click()
    said = "Kept as an example to learn from. 1 example from 1 document."
    qtbot.waitUntil(lambda: cropped.window.notice.text == said)
    (kept,) = stored()
    assert (kept.kind, kept.verdict, kept.answer) == ("right", "right", card.answer.text)
    assert cropped.window.notice.way.text() == "Show examples"
    cropped.window.notice.way.click()
    qtbot.waitUntil(lambda: examples_shown() == 1)
    card.right.click()
    said = "No longer an example. There are no others."
    qtbot.waitUntil(lambda: cropped.window.notice.text == said)
    assert stored() == []


def test_closing_the_tab_at_once_loses_nothing(qtbot: QtBot, cropped: Shell) -> None:
    card = ask(qtbot, cropped, "Which number")
    correct(qtbot, card, "2026-0001")
    cropped.window.commands.close_tab.trigger()
    qtbot.waitUntil(lambda: len(stored()) == 1)
    parts = furniture(cropped)
    qtbot.waitUntil(lambda: not parts.pages.is_open(stored()[0].page.path))


def test_closing_the_window_at_once_loses_nothing(
    qtbot: QtBot, cropped: Shell, make_shell: MakeShell
) -> None:
    card = ask(qtbot, cropped, "Which number")
    hold_drawing(cropped)
    correct(qtbot, card, "2026-0001")
    cropped.window.close()
    assert stored() == []
    shell = make_shell()
    qtbot.waitUntil(lambda: "1 example from 1 document" in shell.window.notice.text)
    (kept,) = stored()
    assert (kept.question, kept.answer, kept.kind) == ("Which number", "2026-0001", "correction")
    assert not (paths.data_dir() / shelf.LEFT_OVER).exists()


def test_a_document_that_is_gone_is_said(
    qtbot: QtBot, cropped: Shell, two: tuple[str, str]
) -> None:
    card = ask(qtbot, cropped, "Which number")
    Path(two[0]).unlink()
    correct(qtbot, card, "2026-0001")
    qtbot.waitUntil(lambda: "could not be kept as an example" in cropped.window.notice.text)
    assert stored() == []
