from __future__ import annotations

import os
from pathlib import Path

from vlm import models


def _model(root: Path, name: str, when: int) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    os.utime(folder, (when, when))
    return folder


def test_the_newest_model_is_the_default(tmp_path: Path) -> None:
    old, new = _model(tmp_path, "b", 1000), _model(tmp_path, "a", 2000)
    (tmp_path / "no model").mkdir()
    assert models.shipped_folders(tmp_path) == (new, old)
    assert models.default_folder(tmp_path) == new


def test_there_may_be_none(tmp_path: Path) -> None:
    assert models.default_folder(tmp_path) is None
    assert models.default_folder(tmp_path / "nowhere") is None


def test_only_a_model_in_that_folder_is_shipped(tmp_path: Path) -> None:
    folder = _model(tmp_path / "assets", "a", 1000)
    assert models.is_shipped(folder, tmp_path / "assets")
    assert not models.is_shipped(folder, tmp_path)
