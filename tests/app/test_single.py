import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.single import Doorbell, Place, Wish, forward

HOLDER = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.single import Doorbell, Place
app = QCoreApplication([])
place = Place(Path(sys.argv[1]))
print("taken" if place.take() else "refused", flush=True)
bell = Doorbell(place.folder, place.notes)
bell.wished.connect(lambda wish: print(*wish.files, wish.page, flush=True))
bell.read_notes()
sys.exit(app.exec())
"""


@contextmanager
def holder(folder: Path) -> Generator[subprocess.Popen[str]]:
    """Run a process that holds the place and listens."""
    command = [sys.executable, "-c", HOLDER, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "taken\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_only_one_process_has_the_place(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with holder(tmp_path) as first:
        assert not place.take()
        first.kill()
        first.wait()
    assert place.take()
    place.leave()


def test_a_killed_process_leaves_no_lock_and_no_bell(tmp_path: Path, qtbot: QtBot) -> None:
    with holder(tmp_path) as first:
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    assert (tmp_path / "desk.lock").exists()
    place = Place(tmp_path)
    assert place.take()
    bell = Doorbell(place.folder, place.notes)
    assert bell.listening
    bell.stop()
    place.leave()


def test_files_reach_the_process_that_has_the_place(tmp_path: Path) -> None:
    with holder(tmp_path) as first:
        notes = Place(tmp_path).notes
        assert forward(tmp_path, notes, Wish(("/a b.pdf", "/ü.png"), 4))
        assert said(first) == "/a b.pdf /ü.png 4"
        assert forward(tmp_path, notes, Wish())
        assert said(first) == "None"
        assert list(notes.iterdir()) == []


def test_many_starts_at_once_lose_no_file(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from app.single import *; "
        "p = Place(Path(sys.argv[1])); "
        "sys.exit(not forward(p.folder, p.notes, Wish((sys.argv[2],))))"
    )
    with holder(tmp_path) as first:
        starts = [
            subprocess.Popen([sys.executable, "-c", code, str(tmp_path), f"/{number}.pdf"])
            for number in range(4)
        ]
        assert [start.wait() for start in starts] == [0] * 4
        assert {said(first) for _ in starts} == {f"/{number}.pdf None" for number in range(4)}


def test_a_note_left_before_anyone_listens_is_read_at_the_start(
    tmp_path: Path, qtbot: QtBot
) -> None:
    place = Place(tmp_path)
    assert not forward(tmp_path, place.notes, Wish(("/early.pdf",)), ring_for_s=0.1)
    bell = Doorbell(place.folder, place.notes)
    with qtbot.waitSignal(bell.wished) as heard:
        bell.read_notes()
    assert heard.args == [Wish(("/early.pdf",))]
    bell.stop()


def test_a_note_that_is_none_is_thrown_away(tmp_path: Path, qtbot: QtBot) -> None:
    place = Place(tmp_path)
    (place.notes / "1.json").write_bytes(b"rubbish")
    (place.notes / "2.json").write_bytes(b'{"files": [], "run": "rm"}')
    bell = Doorbell(place.folder, place.notes)
    with qtbot.assertNotEmitted(bell.wished):
        bell.read_notes()
    assert list(place.notes.iterdir()) == []
    bell.stop()


def test_a_clock_that_is_set_while_a_window_is_open_lets_no_second_one_in(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with holder(tmp_path):
        for written in (1, 4_000_000_000):
            os.utime(tmp_path / "desk.lock", (written, written))
            assert not place.take()


def test_a_lock_of_a_process_number_used_again_is_stale(tmp_path: Path) -> None:
    with holder(tmp_path) as first:
        lines = (tmp_path / "desk.lock").read_text(encoding="utf-8").splitlines()
        first.kill()
        first.wait()
    lines[:2] = [str(os.getpid()), "python"]  # this process does not hold it
    (tmp_path / "desk.lock").write_text("\n".join(lines), encoding="utf-8")
    place = Place(tmp_path)
    assert place.take()
    place.leave()


@pytest.mark.parametrize("written", [1, 4_000_000_000])
@pytest.mark.parametrize("content", ["", "rubbish", "-5\nx\ny"])
def test_a_broken_lock_of_nobody_does_not_block(tmp_path: Path, content: str, written: int) -> None:
    (tmp_path / "desk.lock").write_text(content, encoding="utf-8")
    os.utime(tmp_path / "desk.lock", (written, written))
    place = Place(tmp_path)
    assert place.take()
    place.leave()
