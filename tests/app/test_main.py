"""The command `vlm-desk` as a person starts it: real processes."""

import errno
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest
from pytestqt.qtbot import QtBot

import assets
from app import __main__ as command
from app import main, single
from app.dialogs import Prompt
from app.shell import Start
from tests.app.test_single import holder, said
from vlm.pages.client import PageClient
from vlm.types import Box, PageRef

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
    assert all(name in text for name in command.COMMANDS + command.TUNING)
    assert "3 no window can be shown" in text


def test_an_unknown_child_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--child", "torch"]) == command.USAGE_ERROR
    assert "--child takes one of" in capsys.readouterr().err


def test_the_training_process_is_reached_with_its_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[list[str]] = []

    def work(arguments: list[str]) -> int:
        told.append(arguments)
        return 7

    monkeypatch.setattr("finetune.worker.main", work)
    assert command.main(["--child", "training", "/runs/1"]) == 7
    assert told == [["/runs/1"]]


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


def test_a_second_start_hands_its_files_over_and_ends(own_home: Path, tmp_path: Path) -> None:
    folder = own_home / "data"
    folder.mkdir()
    with holder(folder) as first:
        done = start("--page", "3", "a.pdf", home=own_home, QT_QPA_PLATFORM="offscreen")
        assert done.returncode == 0
        assert done.stderr == ""
        assert said(first) == f"{Path.cwd() / 'a.pdf'} 2"


def test_the_sample_is_answered_in_the_terminal_where_there_is_no_display(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[str]] = []

    def answer(arguments: list[str]) -> int:
        asked.append(arguments)
        return 0

    monkeypatch.setattr("vlm.cli.main", answer)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert command.main(["--sample"]) == 0
    ((verb, file, question, *crop),) = asked
    assert (verb, question) == ("ask", command.SAMPLE_QUESTION)
    assert crop == ["--crop", command.SAMPLE_CROP]
    assert Path(file).is_file()
    said_there = capsys.readouterr().err
    assert "no display" in said_there
    assert command.SAMPLE_QUESTION in said_there


def test_the_sample_is_what_its_script_draws() -> None:
    root = Path(__file__).resolve().parent.parent.parent
    spec = importlib.util.spec_from_file_location("make", root / "packaging" / "make_sample.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    with pymupdf.open(make.SAMPLE) as kept, pymupdf.open(stream=make.draw()) as drawn:
        assert [page.get_text() for page in kept] == [page.get_text() for page in drawn]
        assert len(kept) == 3


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "data").write_text("a file where the folder should be")
    done = start("a.pdf", home=home, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 1
    assert done.stderr.startswith(f"VLM Desk cannot use {home / 'data'}: a file lies where")
    assert len(done.stderr.splitlines()) == 1


def test_a_full_disk_is_said_also_to_who_sees_no_terminal(
    qtbot: QtBot,
    own_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    shown: list[Prompt] = []
    monkeypatch.setattr(single.Place, "take", lambda place: False)
    monkeypatch.setattr("app.single.safe_file.write", full)
    monkeypatch.setattr(main, "SEEN_BY_NOBODY", ())
    monkeypatch.setattr("app.dialogs.ask", lambda parent, prompt: shown.append(prompt))
    assert main.run(Start()) == main.UNUSABLE
    sentence = capsys.readouterr().err.strip()
    assert sentence == (
        f"VLM Desk cannot use {own_home / 'data'}: the disk is full. Free some space and try again."
    )
    assert [prompt.text for prompt in shown] == [sentence]


def test_ctrl_c_in_the_terminal_is_for_the_program_not_for_its_children(own_home: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "app", "--child", "fake-engine"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.readline()
    child.send_signal(signal.SIGINT)
    _, complaint = child.communicate(timeout=60)
    assert child.returncode == 0
    assert complaint == b""


@pytest.mark.skipif(os.name != "posix", reason="elsewhere names are text")
def test_a_name_that_is_no_text_reaches_the_window_as_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[Start] = []

    def run(start: Start) -> int:
        started.append(start)
        return 0

    monkeypatch.setattr("app.main.run", run)
    monkeypatch.setattr("app.display.obstacle", lambda environment: "")
    assert command.main([os.fsdecode(os.fsencode(tmp_path) + b"/M\xe4rz.pdf")]) == 0
    assert [start.wish.files for start in started] == [
        (str(tmp_path / "M\N{REPLACEMENT CHARACTER}rz.pdf"),)
    ]


def test_output_that_nobody_reads_ends_without_a_trace(own_home: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app", "--version"],
            stdout=writing,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (command.UNREAD, b"")


def test_ctrl_c_before_there_is_a_window_ends_without_a_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(given: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_run", interrupted)
    assert command.main(["a.pdf"]) == command.INTERRUPTED


def test_the_sample_question_is_asked_where_its_answer_stands() -> None:
    box = Box(*(float(edge) for edge in command.SAMPLE_CROP.split(",")))
    with PageClient() as client:
        words = client.words(PageRef(str(Path(assets.__file__).parent / "sample.pdf"), 0))
    inside = " ".join(word.text for word in words if box.holds(word.box))
    assert inside == "Invoice number LP-20418"


def test_behind_the_first_frame_the_window_is_never_busy_for_all_of_it(own_home: Path) -> None:
    """What is imported leaves turns to the person's keys and mouse."""
    code = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from app.main import build\n"
        "from app.shell import Start\n"
        "from app.single import Place\n"
        "from vlm import paths\n"
        "application = QApplication([])\n"
        "place = Place(paths.data_dir())\n"
        "assert place.take()\n"
        "shell = build(application, Start(), place)\n"
        "seen = set()\n"
        "def look():\n"
        "    seen.add(len([name for name in sys.modules if name.startswith('app.')]))\n"
        "    if shell.furniture is not None:\n"
        "        shell.window.close()\n"
        "timer = QTimer()\n"
        "timer.timeout.connect(look)\n"
        "shell.window.painted.connect(lambda: timer.start(0))\n"
        "application.exec()\n"
        "print(len(seen))\n"
    )
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "VLM_DESK_HOME": str(own_home)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=environment,
    )
    assert int(done.stdout) >= 5
