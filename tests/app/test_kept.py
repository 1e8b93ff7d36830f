"""A value that is kept for the next time is its owner's only, and a broken file costs only that."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import msgspec
import pytest

from app.batch.choice import Choice
from app.kept import Kept
from app.labelling.last_choice import Chosen
from vlm.types import Server

VALUES = (
    Server("https://api.example.com/v1", "big", "sk-1"),
    Choice("/papers", "Invoices", "", "/out.csv"),
    Chosen("/papers", ""),
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_is_kept_comes_back_and_can_be_let_go(tmp_path: Path, value: msgspec.Struct) -> None:
    file = tmp_path / "kept.json"
    kept = Kept(file, type(value))
    assert kept.load() is None
    kept.save(None)
    kept.save(value)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Kept(file, type(value)).load() == value
    kept.save(None)
    assert not file.exists()
    assert kept.load() is None


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"folder": 3}', b"\xff\xfe"])
def test_a_file_that_cannot_be_understood_is_nothing_and_a_line_in_the_log(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "kept.json"
    file.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert Kept(file, Choice).load() is None
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "What kept.json keeps is not known"
    ]
    Kept(file, Choice).save(Choice("/papers"))
    assert Kept(file, Choice).load() == Choice("/papers")


def test_a_value_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    Kept(file, Choice).save(Choice("/papers"))
    with pytest.raises(OSError, match="directory"):
        Kept(tmp_path / "gone" / "kept.json", Choice).save(Choice())
    assert Kept(file, Choice).load() == Choice("/papers")
