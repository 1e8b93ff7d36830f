from __future__ import annotations

import os
from pathlib import Path

import pytest

from vlm.errors import DocumentMissing, DocumentTooLarge, UnreadableDocument
from vlm.pages import limits
from vlm.pages.files import as_text, open_file, shown_name, stamp


def test_a_files_stamp_changes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"one")
    descriptor, first = open_file(str(path))
    os.close(descriptor)
    assert stamp(str(path)) == first
    path.write_bytes(b"three")
    assert stamp(str(path)) != first


def test_a_replaced_file_is_another(tmp_path: Path) -> None:
    path, other = tmp_path / "a.pdf", tmp_path / "b.pdf"
    path.write_bytes(b"one")
    other.write_bytes(b"two")
    before = stamp(str(path))
    other.replace(path)
    assert stamp(str(path)) != before


def test_too_large_a_file_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(limits.FILE_BYTES + 100_000_000)
    with pytest.raises(DocumentTooLarge, match=r"large\.pdf has 1\.6 GB; files up to 1\.5 GB"):
        open_file(str(path))


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero", "/dev/tty"])
@pytest.mark.skipif(os.name != "posix", reason="device files are POSIX's")
def test_devices_are_refused(path: str) -> None:
    with pytest.raises(UnreadableDocument, match="not a file but a device"):
        open_file(path)


def test_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="is a folder"):
        open_file(str(tmp_path))


@pytest.mark.parametrize("name", ["gone.pdf", "a\0b.pdf", "x" * 5000, ""])
def test_names_without_a_file_are_sentences(tmp_path: Path, name: str) -> None:
    with pytest.raises(DocumentMissing):
        open_file(str(tmp_path / name) if name else "")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere names are text")
def test_a_name_that_is_no_text_is_said_so(tmp_path: Path) -> None:
    bad = Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xe4rz.pdf"))
    bad.write_bytes(b"%PDF")
    path = as_text(bad)
    assert path == str(tmp_path / "M\N{REPLACEMENT CHARACTER}rz.pdf")
    with pytest.raises(DocumentMissing, match="Rename it, then open it again"):
        stamp(path)
    assert as_text(str(tmp_path / "März.pdf")) == str(tmp_path / "März.pdf")


@pytest.mark.skipif(os.name != "posix", reason="POSIX links")
def test_links_in_a_circle_are_sentences(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.symlink_to(path)
    with pytest.raises(DocumentMissing, match="cannot be read"):
        open_file(str(path))


def test_a_file_that_may_not_be_read_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"secret")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)  # a mode would not stop the superuser
    with pytest.raises(DocumentMissing, match=r"You are not allowed to read a\.pdf"):
        open_file(str(path))


def test_names_are_shown_short_and_on_one_line() -> None:
    assert shown_name("/home/me/Rechnung März.pdf") == "Rechnung März.pdf"
    assert shown_name("/x/a\nb\u202ec\x1b[31m.pdf") == "a\ufffdb\ufffdc\ufffd[31m.pdf"
    assert shown_name("/x/\udcff.pdf") == "\ufffd.pdf"
    assert len(shown_name("/x/" + "y" * 300 + ".pdf")) == limits.NAME + 1
    assert shown_name("") == "The file"
