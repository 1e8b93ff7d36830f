"""Which models are asked part by part, and that nobody else's model is taken for one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vlm import models, parted, safety
from vlm.parted import MARK, reads_parts


def model(folder: Path, settings: str = "{}", tokenizer: str = "{}") -> Path:
    folder.mkdir()
    (folder / "config.json").write_text(settings)
    (folder / "tokenizer.json").write_text(tokenizer)
    return folder


def test_what_comes_with_the_program_is() -> None:
    shipped = models.default_folder()
    assert shipped is not None
    assert reads_parts(shipped)


def test_a_marked_model_is_wherever_it_is_moved(tmp_path: Path) -> None:
    made = model(tmp_path / "made")
    assert not reads_parts(made)
    parted.mark(made)
    assert reads_parts(made)
    assert reads_parts(made.rename(tmp_path / "moved"))


@pytest.mark.parametrize(
    ("settings", "tokenizer"), [('{"a": 1}', "{}"), ("{}", '{"b": 1}')], ids=["config", "words"]
)
def test_a_mark_beside_another_model_does_not_count(
    tmp_path: Path, settings: str, tokenizer: str
) -> None:
    made, other = model(tmp_path / "made"), model(tmp_path / "other", settings, tokenizer)
    parted.mark(made)
    shutil.copyfile(made / MARK, other / MARK)
    assert not reads_parts(other)


@pytest.mark.parametrize("said", [b"", b"{}", b"\xff", b'{"files": {}, "version": 1}', b"[" * 5000])
def test_a_mark_that_says_nothing_known_does_not_count(tmp_path: Path, said: bytes) -> None:
    made = model(tmp_path / "made")
    (made / MARK).write_bytes(said)
    assert not reads_parts(made)


def test_a_mark_is_never_fetched() -> None:
    assert not safety.is_allowed(MARK)
