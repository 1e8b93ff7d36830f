"""Commands whose output or errors are closed by whoever starts them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no shell that closes streams")


def shell(line: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["sh", "-c", line.format(python=sys.executable)], cwd=ROOT, capture_output=True, check=False
    )


@pytest.mark.parametrize("given", ["--version", "models list", "--help"])
def test_a_command_whose_output_is_closed_ends_without_a_fault(given: str) -> None:
    done = shell(f"{{python}} -m app {given} >&-")
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_command_with_nowhere_to_complain_still_says_by_its_code_that_it_was_misused() -> None:
    assert shell("{python} -m app models nonsense >&- 2>&-").returncode == 2


def test_a_file_that_is_opened_is_not_taken_for_the_output(tmp_path: Path) -> None:
    code = (
        "from vlm import closed_streams; closed_streams.fill()\n"
        f"import os; file = open({str(tmp_path / 'kept')!r}, 'w')\n"
        "os.write(1, b'said by a library'); print('said')\n"
        "assert file.fileno() > 2"
    )
    done = subprocess.run(
        ["sh", "-c", f'{sys.executable} -c "$0" <&- >&-', code], cwd=ROOT, check=False
    )
    assert done.returncode == 0
    assert (tmp_path / "kept").read_bytes() == b""
