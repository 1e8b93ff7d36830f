from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from vlm import busy, paths

_HOLD = (
    "import sys, pathlib; from vlm import busy\n"
    "with busy.answering(pathlib.Path(sys.argv[1])):\n"
    "    print('in', flush=True); sys.stdin.readline()\n"
)


def _holder(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_nobody_answers_where_nobody_ever_did(tmp_path: Path) -> None:
    assert not busy.is_answering(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_sign_stands_while_any_of_several_answers_and_ends_with_a_kill(tmp_path: Path) -> None:
    first, second = _holder(tmp_path), _holder(tmp_path)
    with first, second:
        for process in (first, second):
            assert process.stdout is not None
            assert process.stdout.readline() == "in\n"
        assert busy.is_answering(tmp_path)
        first.communicate("go on\n", timeout=200)
        assert busy.is_answering(tmp_path)
        second.kill()
        second.wait(200)
        assert not busy.is_answering(tmp_path)


def test_a_question_is_answered_though_the_sign_cannot_be_set(tmp_path: Path) -> None:
    entered = False
    with busy.answering(tmp_path / "gone"):
        entered = True
    assert entered


def test_by_default_the_sign_stands_in_the_programs_own_folder() -> None:
    with busy.answering():
        assert busy.is_answering()
        assert (paths.data_dir() / busy.FILE).exists()
    assert not busy.is_answering()
