"""The command `vlm-desk` as a person starts it: real processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import __main__ as command

HEAVY = (
    "torch",
    "transformers",
    "pymupdf",
    "fitz",
    "PIL",
    "peft",
    "numpy",
    "accelerate",
    "vlm.cli",
)


def start(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    inherited = {key: value for key, value in os.environ.items() if key not in names}
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=inherited | {"VLM_DESK_HOME": str(home)} | environment,
    )


def test_without_a_display_a_sentence_says_so(own_home: Path) -> None:
    done = start("a.pdf", home=own_home)
    assert done.returncode == command.NO_WINDOW
    assert done.stderr.strip().startswith("There is no display")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [["--colour"], ["--page"], ["--page", "0"], ["--page=x", "a"]])
def test_wrong_usage_is_said_in_one_line(own_home: Path, words: list[str]) -> None:
    done = start(*words, home=own_home)
    assert done.returncode == command.USAGE_ERROR
    assert len(done.stderr.splitlines()) == 1


def test_help_lists_commands_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in command.COMMANDS)
    assert "3 no window can be shown" in text


def test_an_unknown_child_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--child", "torch"]) == command.USAGE_ERROR
    assert "--child takes one of" in capsys.readouterr().err


def test_importing_the_window_loads_nothing_heavy() -> None:
    code = (
        "import sys, app.main, app.furniture, app.viewer.document_view; "
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_first_frame_needs_no_viewer_and_no_database() -> None:
    later = ("app.viewer.document_view", "app.furniture", "sqlite3", "psutil", "PySide6.QtNetwork")
    code = f"import sys, app.main; print(*[name for name in {later!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
