from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hub_server import COMMIT, FakeHub, Fault, serving, tiny_files
from vlm import catalogue, cli, cli_models, models
from vlm.download import Fetch
from vlm.fetch_events import Event, Waiting
from vlm.parts import Store

Run = Callable[..., int]


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with serving(FakeHub({COMMIT: tiny_files()})) as running:
        yield running


@pytest.fixture
def run(hub: FakeHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(models, "shipped_folders", lambda: ())

    def start(*words: str) -> int:
        parser = argparse.ArgumentParser()
        cli_models.register(parser.add_subparsers())
        arguments = parser.parse_args(["models", *words])
        arguments.server, arguments.plain_local = hub.address, True
        return int(arguments.run(arguments))

    return start


def test_get_list_and_remove(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("get", "owner/tiny") == cli_models.DONE
    out, err = capsys.readouterr()
    folder = Path(out.strip())
    assert (folder / "model.safetensors").is_file()
    assert "owner/tiny at 0123456789ab, 305 kB" in err
    assert "owner/tiny is here." in err

    assert run("list", "--json") == cli_models.DONE
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["runs"], row["fit"]) == ("owner/tiny", True, "fits")
    assert row["commit"] == COMMIT

    assert run("list") == cli_models.DONE
    assert "Needs about 0.4 GB" in capsys.readouterr().out

    assert run("remove", "owner/tiny", "--yes") == cli_models.DONE
    assert not folder.exists()
    assert run("list") == cli_models.DONE
    assert "There are no models" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("typed", "code", "kept"), [("n\n", 10, True), ("", 10, True), ("y\n", 0, False)]
)
def test_remove_asks_first(
    run: Run, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, kept: bool
) -> None:
    run("get", "owner/tiny")
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert run("remove", "owner/tiny") == code
    assert any(catalogue.scan()) is kept


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(status=404), cli_models.REFUSED),
        (Fault(status=403), cli_models.REFUSED),
        (Fault(status=418), cli_models.FAILED),
        (Fault(status=429, headers={"Retry-After": "7200"}), cli_models.NETWORK),
    ],
)
def test_failures_have_their_exit_codes(
    run: Run, hub: FakeHub, capsys: pytest.CaptureFixture[str], fault: Fault, code: int
) -> None:
    hub.fail("revision/main", fault)
    assert run("get", "owner/tiny") == code
    assert capsys.readouterr().err.strip().endswith(".")


def test_a_name_that_is_none_connects_to_nothing(run: Run, hub: FakeHub) -> None:
    assert run("get", "tiny") == cli_models.REFUSED
    assert run("remove", "owner/other") == cli_models.REFUSED
    assert not hub.asked


def test_an_unfinished_model_is_listed_and_can_be_discarded(
    run: Run, hub: FakeHub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.fail("model.safetensors", Fault(status=418))
    assert run("get", "owner/tiny") == cli_models.FAILED
    run("list")
    assert "unfinished: 5.1 kB of 305 kB" in capsys.readouterr().out
    assert run("remove", "owner/tiny") == cli_models.DONE
    assert not Store().unfinished()


def test_interrupting_says_how_to_continue(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(fetch: Fetch) -> Iterator[Event]:
        yield Waiting(1, "The connection broke")
        raise KeyboardInterrupt

    monkeypatch.setattr(Fetch, "run", interrupted)
    assert run("get", "owner/tiny") == cli_models.INTERRUPTED
    assert "The same command continues" in capsys.readouterr().err


def test_connections_are_shown(run: Run, hub: FakeHub, capsys: pytest.CaptureFixture[str]) -> None:
    run("connections")
    assert capsys.readouterr().out == "No connection was ever made.\n"
    run("get", "owner/tiny")
    capsys.readouterr()
    run("connections", "--json")
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == len(hub.asked)
    assert rows[-1]["purpose"] == "Look up owner/tiny"


def test_a_folder_of_the_persons_own_is_listed(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert run("add", str(tmp_path / "empty")) == cli_models.REFUSED
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, content in tiny_files().items():
        if "/" not in name:
            (folder / name).write_bytes(content)
    assert run("add", str(folder)) == cli_models.DONE
    capsys.readouterr()
    run("list", "--json")
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["mine"]


def test_the_program_knows_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["models", "connections"]) == 0
    assert "No connection" in capsys.readouterr().out


def test_help_lists_the_exit_codes(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("get", "--help")
    assert "130" in capsys.readouterr().out
