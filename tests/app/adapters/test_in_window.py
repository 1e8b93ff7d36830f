"""Which tuned version reads: set, kept, gone back on, chosen by the page."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app import dialogs
from app.adapters import merge, words
from app.adapters.dialog import VersionsDialog
from app.adapters.values import BY_PAGE, Tuned
from app.dialogs import Prompt, Reply
from app.settings import Settings, SettingsFile
from app.shell import Shell
from finetune.adapters import AdapterLibrary
from finetune.gathering import look
from tests.app.adapters import made
from tests.app.conftest import MakeShell, furniture
from vlm import paths
from vlm.pages.client import PageClient
from vlm.types import PageRef


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The model that reads, with two versions and one of another model."""
    base = made.model(tmp_path / "reader")
    made.version("invoices", base, made_at=2.0)
    made.version("letters", base, passed=False, made_at=1.0)
    made.version("foreign", made.model(tmp_path / "other", fill=7))
    return base


def begin(base: Path, **more: object) -> None:
    settings = {"version": 1, "model_folder": str(base), **more}
    (paths.config_dir() / "settings.json").write_text(json.dumps(settings))


def saved() -> Settings:
    return SettingsFile(paths.config_dir() / "settings.json").load()


def ready(qtbot: QtBot, shell: Shell, active: str) -> None:
    """Wait until this version reads."""
    door = furniture(shell).versions

    def reads() -> bool:
        return door.wearing.model is not None and door.wearing.active == active

    qtbot.waitUntil(reads, timeout=20_000)


def window(qtbot: QtBot, shell: Shell) -> VersionsDialog:
    shell.window.commands.versions.trigger()
    behind = furniture(shell).versions.behind
    assert behind is not None
    qtbot.waitUntil(lambda: bool(behind.dialog.cards))
    return behind.dialog


def menu(qtbot: QtBot, shell: Shell) -> QMenu:
    """Return what a click on the model chip opens."""
    door = furniture(shell).versions
    qtbot.waitUntil(lambda: bool(door.listing.fitting))
    found = door.menu()
    assert found is not None
    return found


def entries(of: QMenu) -> dict[str, bool]:
    return {action.text(): action.isChecked() for action in of.actions() if action.text()}


def press(of: QMenu, text: str) -> None:
    next(action for action in of.actions() if action.text() == text).trigger()


def test_what_was_tuned_gives_its_place_back(
    qtbot: QtBot, make_shell: MakeShell, base: Path
) -> None:
    begin(base, adapters={str(base): "letters"})
    shell = make_shell()
    ready(qtbot, shell, "letters")
    door, gate = furniture(shell).versions, furniture(shell).gate
    gate.use_wanted.emit(Tuned(str(base), AdapterLibrary().get("invoices")))
    ready(qtbot, shell, "invoices")
    gate.back_wanted.emit()
    ready(qtbot, shell, "letters")
    assert saved().adapters == {str(base): "letters"}
    door.go_back()  # nobody knows what was before that
    ready(qtbot, shell, "")


def test_used_kept_and_gone_back_on(
    qtbot: QtBot, make_shell: MakeShell, base: Path, two: tuple[str, str]
) -> None:
    begin(base)
    shell = make_shell(two[0])
    ready(qtbot, shell, "")
    dialog = window(qtbot, shell)
    assert list(dialog.cards) == ["invoices", "letters", "foreign"]
    card = dialog.cards["invoices"]
    assert "62 % before, 81 % now" in card.score.text()
    assert "24 examples of 12 documents" in card.about.text()
    assert dialog.base.used.isVisible()
    offered = {name: c.use.isVisible() for name, c in dialog.cards.items()}
    assert offered == {"invoices": True, "letters": False, "foreign": False}
    assert words.OTHER_BASE in dialog.cards["foreign"].score.text()

    qtbot.mouseClick(card.use, Qt.MouseButton.LeftButton)
    ready(qtbot, shell, "invoices")
    assert saved().adapters == {str(base): "invoices"}
    assert "+ invoices" in furniture(shell).panel.head.chip.text()
    assert card.used.isVisible()
    assert not card.use.isVisible()
    dialog.accept()
    shell.window.close()

    again = make_shell(two[0])
    ready(qtbot, again, "invoices")
    chip = menu(qtbot, again)
    assert entries(chip)["invoices"]
    assert "letters" not in entries(chip)
    press(chip, words.BASE)
    ready(qtbot, again, "")
    assert saved().adapters == {}


def test_without_versions_the_chip_opens_the_models(
    qtbot: QtBot, make_shell: MakeShell, tmp_path: Path, two: tuple[str, str]
) -> None:
    begin(made.model(tmp_path / "plain"))
    shell = make_shell(two[0])
    ready(qtbot, shell, "")
    parts = furniture(shell)
    with qtbot.waitSignal(parts.panel.models_wanted):
        qtbot.mouseClick(parts.panel.head.chip, Qt.MouseButton.LeftButton)
    assert parts.models.behind is not None
    parts.models.behind.dialog.close()


def test_a_version_that_cannot_be_used_is_said_and_the_model_reads(
    qtbot: QtBot, make_shell: MakeShell, base: Path, two: tuple[str, str]
) -> None:
    begin(base, adapters={str(base): "invoices"})
    shell = make_shell(two[0])
    ready(qtbot, shell, "invoices")
    furniture(shell).asking.adapter_refused.emit("There is no adapter called invoices.")
    ready(qtbot, shell, "")
    assert "The model as it came reads now." in shell.window.notice.text
    assert saved().adapters == {}


def test_renamed_and_removed(
    qtbot: QtBot,
    make_shell: MakeShell,
    base: Path,
    two: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin(base, adapters={str(base): "invoices"})
    shell = make_shell(two[0])
    ready(qtbot, shell, "invoices")
    dialog = window(qtbot, shell)
    line = dialog.cards["invoices"].name.line
    dialog.cards["invoices"].name.edit()
    qtbot.keyClicks(line, "letters")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "already" in dialog.status.text())
    dialog.cards["invoices"].name.edit()
    qtbot.keyClicks(line, "Bills")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    ready(qtbot, shell, "Bills")
    qtbot.waitUntil(lambda: "Bills" in dialog.cards)
    assert saved().adapters == {str(base): "Bills"}

    asked: list[Prompt] = []
    answers = [None, Reply("Remove")]

    def answered(_: object, prompt: Prompt) -> Reply | None:
        asked.append(prompt)
        return answers.pop(0)

    monkeypatch.setattr(dialogs, "ask", answered)
    press(dialog.cards["Bills"].menu(), "Re&move…")
    assert "Bills" in asked[0].title
    assert Path(AdapterLibrary().get("Bills").folder).is_dir()
    press(dialog.cards["Bills"].menu(), "Re&move…")
    ready(qtbot, shell, "")
    qtbot.waitUntil(lambda: "Bills" not in dialog.cards)
    assert saved().adapters == {}
    assert "Bills" not in [adapter.name for adapter in AdapterLibrary().all()]
    dialog.accept()


def test_exported_and_imported_with_a_sentence_for_each_refusal(
    qtbot: QtBot,
    make_shell: MakeShell,
    base: Path,
    two: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin(base)
    shell = make_shell(two[0])
    ready(qtbot, shell, "")
    dialog = window(qtbot, shell)
    folders: list[Path] = []
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: str(folders.pop()))

    folders.append(tmp_path)
    press(dialog.cards["invoices"].menu(), "&Export for peft…")
    qtbot.waitUntil(lambda: "“invoices” is in" in dialog.status.text())
    assert (tmp_path / "invoices" / "adapter_model.safetensors").is_file()

    folders.append(tmp_path / "invoices")
    qtbot.mouseClick(dialog.bring, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "invoices 2" in dialog.cards)
    assert "is here now" in dialog.status.text()

    def shown(said: str) -> bool:
        return said in dialog.status.text()

    pickled = made.peft(tmp_path / "pickled")
    (pickled / "adapter_model.safetensors").rename(pickled / "adapter_model.bin")
    for folder, sentence in (
        (made.peft(tmp_path / "wider", side=9), "another model"),
        (made.peft(tmp_path / "coded", my_code="os"), "my_code"),
        (pickled, "can hide programs"),
        (tmp_path, "no adapter_model"),
    ):
        folders.append(folder)
        qtbot.mouseClick(dialog.bring, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(partial(shown, sentence))
    qtbot.waitUntil(lambda: len(dialog.cards) == 4)
    dialog.accept()


CHILD = """
import sys, time
print('{"kind":"preparing","text":"Reading the model","fraction":0.5}', flush=True)
if sys.argv[1] == "fails":
    print('{"kind":"failed","code":"disk","message":"The disk is full."}', flush=True)
    sys.exit(1)
if sys.argv[1] == "waits":
    time.sleep(60)
"""


def test_a_full_model_is_written_by_a_process_that_can_be_stopped(
    qtbot: QtBot,
    make_shell: MakeShell,
    base: Path,
    two: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin(base)
    shell = make_shell(two[0])
    ready(qtbot, shell, "")
    dialog = window(qtbot, shell)
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: str(tmp_path))
    given: list[tuple[Path, ...]] = []

    def export(how: str) -> None:
        def command(*paths: Path) -> list[str]:
            given.append(paths)
            return [sys.executable, "-c", CHILD, how]

        monkeypatch.setattr(merge, "merge_command", command)
        press(dialog.cards["invoices"].menu(), "Export as a &full model…")
        assert dialog.bar.isVisible()

    export("works")
    qtbot.waitUntil(lambda: "“invoices” is in" in dialog.status.text())
    assert given[0][0] == base
    assert given[0][2] == tmp_path / "invoices"
    export("fails")
    qtbot.waitUntil(lambda: dialog.status.text() == "The disk is full.")
    export("waits")
    qtbot.waitUntil(lambda: dialog.bar.value() == 50)
    assert "Reading the model" in dialog.status.text()
    qtbot.mouseClick(dialog.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Stopped" in dialog.status.text())
    assert not dialog.bar.isVisible()
    export("waits")
    dialog.accept()


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
