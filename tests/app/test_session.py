import stat
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.session import MOST_TABS, SavedTab, Session, SessionFile, pack, unpack
from app.session_keeper import SessionKeeper
from app.viewer.state import ViewState
from vlm.types import Box

OPEN = Session(
    tabs=(
        SavedTab("/a.pdf", ViewState(page=3, crop_page=3, crop=Box(0, 0, 0.5, 0.5)), "What is"),
        SavedTab("/b.png"),
    ),
    current=1,
    geometry=pack(b"\x01\x02"),
    side_width=400,
    history_shown=True,
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = SessionFile(tmp_path / "session.json")
    file.save(OPEN)
    assert file.load() == OPEN
    assert unpack(file.load().geometry) == b"\x01\x02"
    assert stat.S_IMODE((tmp_path / "session.json").stat().st_mode) == 0o600


def test_a_missing_file_is_an_empty_session(tmp_path: Path) -> None:
    file = SessionFile(tmp_path / "session.json")
    assert file.load() == Session()
    assert file.complaint == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b'{"tabs": 5}',
        b'{"tabs": [{"path": 1}]}',
        b'{"tabs": [{"path": "/a", "view": {"crop": {"x0": 2, "y0": 0, "x1": 1, "y1": 1}}}]}',
        b"\xff\xfe",
    ],
)
def test_a_broken_file_is_set_aside_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "session.json").write_bytes(content)
    file = SessionFile(tmp_path / "session.json")
    assert file.load() == Session()
    assert "set aside as session.json.broken" in file.complaint
    assert (tmp_path / "session.json.broken").read_bytes() == content


def test_a_session_of_too_many_tabs_is_cut(tmp_path: Path) -> None:
    file = SessionFile(tmp_path / "session.json")
    file.save(Session(tabs=tuple(SavedTab(f"/{number}") for number in range(MOST_TABS + 9))))
    assert len(file.load().tabs) == MOST_TABS


def test_broken_geometry_is_none() -> None:
    assert unpack("no base 64 at all!") == b""


def test_a_change_is_soon_on_disk(qtbot: QtBot, tmp_path: Path) -> None:
    file = SessionFile(tmp_path / "session.json")
    keeper = SessionKeeper(file, lambda: OPEN)
    keeper.touch()
    qtbot.waitUntil(lambda: file.load() == OPEN, timeout=1000)
    keeper.stop()


def test_going_on_typing_does_not_put_the_write_off(qtbot: QtBot, tmp_path: Path) -> None:
    file = SessionFile(tmp_path / "session.json")
    keeper = SessionKeeper(file, lambda: OPEN)

    def typed_and_written() -> bool:
        keeper.touch()  # on every turn of the loop, like somebody who never pauses
        return file.load() == OPEN

    qtbot.waitUntil(typed_and_written, timeout=1000)
    keeper.stop()


def test_the_end_writes_at_once(tmp_path: Path, qtbot: QtBot) -> None:
    file = SessionFile(tmp_path / "session.json")
    keeper = SessionKeeper(file, lambda: OPEN)
    keeper.stop()
    assert file.load() == OPEN
    keeper.touch()


def test_a_session_that_is_not_wanted_is_removed(tmp_path: Path, qtbot: QtBot) -> None:
    file = SessionFile(tmp_path / "session.json")
    file.save(OPEN)
    keeper = SessionKeeper(file, lambda: OPEN)
    keeper.set_enabled(False)
    assert not (tmp_path / "session.json").exists()
    keeper.touch()
    keeper.stop()
    assert not (tmp_path / "session.json").exists()


def test_a_full_disk_does_not_end_the_program(
    tmp_path: Path, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = SessionKeeper(SessionFile(tmp_path / "gone" / "session.json"), lambda: OPEN)
    keeper.stop()
    assert "could not be written" in caplog.text
