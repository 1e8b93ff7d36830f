import contextlib
import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from finetune import cli as tuning
from vlm import cli, system_refusals

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
COMMANDS = [(cli.main, ["models", "list"]), (tuning.main, ["adapters", "list"])]
Main = Callable[[list[str]], int]


def test_a_full_disk_is_named_with_what_did_not_fit_on_it() -> None:
    assert system_refusals.foreseen(FULL)
    assert system_refusals.sentence(FULL, Path("/home/anna")) == (
        "VLM Desk cannot use /home/anna: the disk is full. Free some space and try again."
    )
    named = OSError(errno.ENOSPC, "", "/home/anna/history.db")
    assert "/home/anna/history.db" in system_refusals.sentence(named, "other")


def test_what_nobody_can_mend_is_no_excuse() -> None:
    assert not system_refusals.foreseen(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    assert not system_refusals.foreseen(OSError("no number"))
    assert system_refusals.sentence(OSError("no number")) == (
        "VLM Desk cannot use its files: no number."
    )


def test_a_reason_ends_a_sentence_without_numbers_and_paths() -> None:
    read_only = OSError(errno.EROFS, os.strerror(errno.EROFS), "/home/anna/batches.sqlite3")
    assert system_refusals.reason(read_only) == (
        "the disk can only be read. Check how it is mounted"
    )
    with pytest.raises(UnicodeDecodeError) as raised:
        b"\xff".decode()
    assert system_refusals.reason(raised.value) == "it is not saved as UTF-8"
    assert system_refusals.reason(ValueError("line 3: no answer.")) == "line 3: no answer"


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.EISDIR, "a folder lies where a file should be. Move it away"),
        (errno.EBUSY, "another program is using it. Close it there and try again"),
        (errno.ESTALE, "its disk in the network does not answer. Connect it and try again"),
        (errno.ENOENT, "it, or its folder, is not there any more"),
        (errno.EINVAL, "the system refuses it (EINVAL). Try another folder or disk"),
        (98765, "the system refuses it (error 98765). Try another folder or disk"),
    ],
)
def test_a_reason_is_in_plain_words(number: int, why: str) -> None:
    assert system_refusals.reason(OSError(number, os.strerror(number))) == why
    assert not system_refusals.foreseen(OSError(number, ""))


def test_a_reason_of_a_database_is_in_plain_words(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite3"
    file.write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with (
        contextlib.closing(sqlite3.connect(file)) as broken,
        pytest.raises(sqlite3.DatabaseError) as raised,
    ):
        broken.execute("SELECT * FROM sqlite_master")
    assert system_refusals.reason(raised.value).startswith("it is damaged. Bring it back")
    with pytest.raises(sqlite3.OperationalError) as raised:
        sqlite3.connect(tmp_path / "nowhere" / "history.sqlite3")
    assert system_refusals.reason(raised.value).startswith("it, or its folder, cannot be opened")
    with contextlib.closing(sqlite3.connect(":memory:")) as memory:
        memory.execute("CREATE TABLE kept (number INTEGER)")
        memory.execute("PRAGMA query_only = 1")
        with pytest.raises(sqlite3.OperationalError) as raised:
            memory.execute("INSERT INTO kept VALUES (1)")
    assert system_refusals.reason(raised.value) == (
        "it can only be read. Check who may write there"
    )


@pytest.mark.parametrize(("main", "words"), COMMANDS)
def test_a_home_that_is_a_file_is_one_sentence(
    main: Main,
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "home").write_text("")
    monkeypatch.setenv("VLM_DESK_HOME", str(tmp_path / "home"))
    assert main(words) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"VLM Desk cannot use {tmp_path / 'home' / 'data'}: ")


@pytest.mark.parametrize(("main", "words"), COMMANDS)
def test_a_disk_that_is_full_anywhere_is_one_sentence(
    main: Main,
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(*_: object) -> None:
        raise FULL

    monkeypatch.setattr("vlm.catalogue.scan", full)
    monkeypatch.setattr("finetune.adapters.AdapterLibrary.all", full)
    assert main(words) == 1
    assert capsys.readouterr().err == (
        "VLM Desk cannot use its files: the disk is full. Free some space and try again.\n"
    )


@pytest.mark.parametrize(
    ("number", "part"), [(errno.ENOENT, "its folder"), (errno.ENODEV, "its disk")]
)
def test_a_disk_that_was_taken_out_is_said_but_is_not_expected_of_our_own(
    number: int, part: str
) -> None:
    error = OSError(number, "said by the system", "/stick/out.csv")
    assert part in system_refusals.reason(error)
    assert "not there any more" in system_refusals.reason(error)
    assert not system_refusals.foreseen(error)
