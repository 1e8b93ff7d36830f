"""Set-up as `make` runs it, with another folder and without the network."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "packaging" / "set_up.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    return module


@pytest.mark.skipif(os.name != "posix", reason="the interpreter lies elsewhere")
def test_an_environment_that_was_left_half_made_is_made_anew(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(set_up.VENV, with_pip=False)  # as when the making of it is killed
    python = set_up.VENV / "bin" / "python"
    assert python.exists()
    assert not set_up.has_pip(python)
    made: list[bool] = []
    monkeypatch.setattr(set_up.venv, "create", lambda *_, **how: made.append(how["clear"]))

    def install(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1 if "--version" in command else 0)

    monkeypatch.setattr(set_up.subprocess, "run", install)
    set_up.make_environment("")
    assert made == [True]


def test_an_environment_with_pip_is_kept(set_up: ModuleType) -> None:
    assert set_up.has_pip(Path(sys.executable))
