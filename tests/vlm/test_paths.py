import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from vlm import paths
from vlm.errors import FolderUnusable


@pytest.mark.parametrize(
    "folder", [paths.data_dir, paths.config_dir, paths.cache_dir, paths.log_dir]
)
def test_folders_lie_under_home_and_belong_to_the_person_alone(
    folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VLM_DESK_HOME", str(tmp_path / "home"))
    made = folder()
    assert made.is_dir()
    assert tmp_path in made.parents
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.write_text("a file where the folder should be")
    monkeypatch.setenv("VLM_DESK_HOME", str(home))
    with pytest.raises(FolderUnusable) as raised:
        paths.data_dir()
    assert str(raised.value).startswith(f"VLM Desk cannot use {home / 'data'}: a file lies where")
    assert "VLM_DESK_HOME" in str(raised.value)
