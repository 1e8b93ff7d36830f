import os
import stat
from pathlib import Path

import pytest

from app import safe_file


def test_content_is_replaced_and_private(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"old")
    file.chmod(0o644)
    safe_file.write(file, b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_the_old_file_stays_when_the_disk_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.json"
    safe_file.write(file, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        safe_file.write(file, b"new")
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_broken_file_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"broken")
    assert safe_file.set_aside(file) == "was set aside as a.json.broken"
    assert not file.exists()
    assert (tmp_path / "a.json.broken").read_bytes() == b"broken"


def test_a_file_that_cannot_be_moved_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"broken")
    (tmp_path / "a.json.broken").mkdir()
    assert safe_file.set_aside(file) == "could not be set aside"
    assert file.exists()
