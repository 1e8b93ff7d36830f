"""Files put in place while others write the same ones."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from finetune.disk import RealDisk, save


class Interrupted(RealDisk):
    """Lets somebody else save the same file whole between two pieces."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.others = 0

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        if not self.others:
            self.others += 1
            other = threading.Thread(target=save, args=(RealDisk(), self._path, [b"theirs" * 9]))
            other.start()
            other.join()
        return super().write(descriptor, data)


def test_two_that_save_one_file_at_once_leave_one_of_both_whole(tmp_path: Path) -> None:
    path = tmp_path / "setting.json"
    disk = Interrupted(path)
    save(disk, path, [b"ours ", b"whole"])
    assert disk.others == 1
    assert path.read_bytes() == b"ours whole"
    assert list(tmp_path.iterdir()) == [path]


class Full(RealDisk):
    """Has no room."""

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_leaves_what_was_there_and_nothing_half(tmp_path: Path) -> None:
    path = tmp_path / "setting.json"
    save(RealDisk(), path, [b"before"])
    with pytest.raises(OSError, match="No space"):
        save(Full(), path, [b"after"])
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
