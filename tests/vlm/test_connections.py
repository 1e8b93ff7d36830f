from __future__ import annotations

import stat

import pytest

from vlm import connections
from vlm.connections import ConnectionLog


def test_a_connection_is_on_disk_before_it_is_opened() -> None:
    log = ConnectionLog()
    with log.opened("example.com", "Look up a/b") as counting:
        (row,) = ConnectionLog().read()
        assert (row.host, row.purpose, row.bytes, row.outcome) == (
            "example.com",
            "Look up a/b",
            None,
            "",
        )
        counting.bytes = 7
        counting.outcome = "complete"
    (row,) = log.read()
    assert (row.bytes, row.outcome) == (7, "complete")


def test_one_that_fails_is_logged_with_what_arrived() -> None:
    log = ConnectionLog()

    def fail() -> None:
        with log.opened("example.com", "x") as counting:
            counting.bytes = 3
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    (row,) = log.read()
    assert (row.bytes, row.outcome) == (3, "broke off")


def test_the_newest_comes_first_and_no_more_than_asked_for() -> None:
    log = ConnectionLog()
    for number in range(5):
        with log.opened("example.com", str(number)):
            pass
    assert [row.purpose for row in log.read(3)] == ["4", "3", "2"]


def test_a_line_cut_short_by_a_crash_is_left_out() -> None:
    log = ConnectionLog()
    with log.opened("example.com", "x"):
        pass
    with log.path.open("ab") as file:
        file.write(b'{"type":"opened","id":"\xff"}\n')
        file.write(b'{"type":"opened","id"')
    assert len(log.read()) == 1


def test_only_the_owner_can_read_it() -> None:
    log = ConnectionLog()
    with log.opened("example.com", "x"):
        pass
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_it_stays_small_and_keeps_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LARGEST_BYTES", 1000)
    log = ConnectionLog()
    for number in range(50):
        with log.opened("example.com", str(number)):
            pass
    size = sum(path.stat().st_size for path in log.path.parent.iterdir())
    assert size < 3000
    assert log.read()[0].purpose == "49"
