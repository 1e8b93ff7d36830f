from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import about, diagnostics
from app.settings import Settings
from tests.app.conftest import MakeShell, furniture
from vlm.types import ModelInfo

MODEL = ModelInfo(
    name="Secret tuning of Mr Moss",
    folder="/home/moss/models/secret",
    family="idefics2",
    parameters=25_000_000,
    device="cpu",
    dtype="bfloat16",
    reason="no graphics card was found",
    splits=True,
)


def test_the_report_has_what_helps(qapp: object) -> None:
    text = diagnostics.report(Settings(), MODEL)
    for part in (
        "PySide6-Essentials 6",
        "torch 2",
        "SQLite 3",
        "GiB in all",
        "idefics2",
        "bfloat16",
    ):
        assert part in text
    assert "no graphics card was found" in text
    assert "none loaded" in diagnostics.report(Settings(), None)


def test_the_report_names_no_document_and_no_model(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(*two)
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)
    text = diagnostics.report(Settings(model_folder="/home/moss/models/secret"), MODEL)
    for private in ("one.pdf", "two & three", "papers", "Secret", "moss"):
        assert private not in text


def test_paths_do_not_name_the_person(monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    monkeypatch.setattr(Path, "home", lambda: own_home.parent)
    text = diagnostics.report(Settings(), None)
    assert str(own_home) not in text
    assert f"~/{own_home.name}/data" in text


def test_about_says_the_licence_and_how_documents_are_held() -> None:
    prompt = about.prompt()
    assert "Affero General Public License" in prompt.text
    assert diagnostics.sandbox() in prompt.text
    assert diagnostics.sandbox() != ""
    assert prompt.title.startswith("VLM Desk ")


def test_a_package_that_is_missing_is_said() -> None:
    assert diagnostics.version("no-such-package-anywhere") == "not installed"
