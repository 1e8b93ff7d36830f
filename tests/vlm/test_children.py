from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vlm import children


def test_a_child_is_this_program_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert children.command("engine") == [
        *(sys.executable, "-P", "-m", "app", "--child", "engine"),
    ]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert children.command("pages") == [sys.executable, "--child", "pages"]


def test_a_name_that_is_no_child_is_our_bug() -> None:
    with pytest.raises(ValueError, match="nobody"):
        children.command("nobody")
    with pytest.raises(ValueError, match="training"):
        children.run("training")


def test_a_child_is_ours_whatever_lies_in_the_folder_it_is_started_in(tmp_path: Path) -> None:
    for package in ("app", "vlm"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("raise SystemExit(7)")
    ended = subprocess.run(
        children.command("fake-engine"), cwd=tmp_path, input=b"", capture_output=True, timeout=60
    )
    assert ended.returncode != 7, ended.stderr
    assert b"SystemExit" not in ended.stderr
