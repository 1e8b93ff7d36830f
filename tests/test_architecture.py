"""The page that explains the code names every file of it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in ("app", "vlm", "finetune", "pretrain", "benchmarks", "packaging")
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__init__.py"
)
NAMED = re.findall(r"`([\w./-]+\.py)`", PAGE)


@pytest.mark.parametrize("file", FILES)
def test_every_file_has_its_line(file: str) -> None:
    assert file in NAMED


def test_no_line_names_a_file_that_is_gone() -> None:
    assert [file for file in NAMED if file not in FILES] == []


def test_a_file_of_ours_is_short_enough_to_read() -> None:
    long = {
        file: count
        for file in FILES
        if (count := len((ROOT / file).read_text(encoding="utf-8").splitlines())) > 350
    }
    assert long == {}
