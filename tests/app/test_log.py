import logging
import logging.handlers
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qWarning

from app import log

SECRET = "IBAN DE02 1203 0000"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    level = root.level
    handler = log.start(tmp_path)
    yield tmp_path
    log.stop(handler)
    root.setLevel(level)


def text(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())


def test_records_are_written_to_a_private_file(folder: Path) -> None:
    logging.getLogger("app").info("Opened %d pages", 3)
    assert "INFO app Opened 3 pages" in text(folder)
    assert stat.S_IMODE((folder / log.NAME).stat().st_mode) == 0o600


def fail_with_text() -> None:
    words = SECRET
    try:
        raise ValueError(f"cannot read {words!r}")
    except ValueError as error:
        raise RuntimeError(f"while reading {words}") from error


def test_an_exception_is_written_without_what_it_says(folder: Path) -> None:
    try:
        fail_with_text()
    except RuntimeError:
        logging.getLogger("app").exception("A page failed")
    written = text(folder)
    assert SECRET not in written
    assert "ValueError at" in written
    assert "RuntimeError at" in written
    assert "in fail_with_text" in written


def test_old_records_make_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (handler,) = [
        found
        for found in logging.getLogger().handlers
        if isinstance(found, logging.handlers.RotatingFileHandler)
    ]
    monkeypatch.setattr(handler, "maxBytes", 2000)
    for number in range(200):
        logging.getLogger("app").info("Line %d of many to fill the file", number)
    files = sorted(folder.iterdir())
    assert len(files) == log.KEPT + 1
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert sum(file.stat().st_size for file in files) < 2000 * (log.KEPT + 2)
    assert "Line 199" in text(folder)


@pytest.mark.qt_no_exception_capture
def test_warnings_of_qt_are_written(folder: Path) -> None:
    qWarning("a warning of Qt")
    assert "WARNING qt default: a warning of Qt" in text(folder)
