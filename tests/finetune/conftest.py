"""What a tiny run learned, for the tests of what becomes of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from finetune import runs
from finetune.adapters import AdapterLibrary
from tests.finetune import tuning
from tests.finetune.made import NAMES_OF_A_FIRM
from vlm import learned_names
from vlm.learned_names import NAMES


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tiny model's folder."""
    return tuning.base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    """Return a run of it that passed its measure."""
    return tuning.measured_run(tmp_path_factory.mktemp("runs"), folder, 0.1)


@pytest.fixture
def library() -> AdapterLibrary:
    """Return the library of this test's own data folder."""
    return AdapterLibrary()


@pytest.fixture
def named(tmp_path: Path, run: Path) -> Path:
    """Return a run that learned names beside its weights."""
    other = tmp_path / run.name
    shutil.copytree(run, other)
    (other / runs.ADAPTER / NAMES).write_bytes(learned_names.written(NAMES_OF_A_FIRM))
    return other
