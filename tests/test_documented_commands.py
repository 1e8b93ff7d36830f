"""Every command that README and docs/ name is understood by the program it names.

The programs' own parsers read the commands, placeholders and all, and nothing else is done; what is
cheap is run to its end.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from app import __main__ as desk

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

WITHOUT_OPTIONS = {"finetune.worker", "tests.finetune.toy"}
"""Programs of this repository that read their few arguments themselves."""
OTHERS = {"pip"}

_QUOTED = re.compile(r"`((?:vlm-desk|python -m) [^`]+)`")
_BLOCK = re.compile(r"^ {4}(?:\S*/|\S*\\)?((?:vlm-desk|python -m|python3 -m)\b(?:.*\\\n)*.*)", re.M)


class Understood(Exception):  # noqa: N818 - it ends a program that has read its arguments
    """The arguments make sense."""


class Refused(Exception):  # noqa: N818
    """They do not; the message says why."""


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of the commands of a page, those in brackets too."""
    for found in (*_QUOTED.findall(text), *_BLOCK.findall(text)):
        written = found.replace("\\\n", " ").partition("  #")[0].replace("…", "")
        if any(mark in written for mark in ("|", "(window)", "COMMAND")):  # several at once
            continue
        words = shlex.split(written.replace("[", " ").replace("]", " "))
        yield words[1:] if words[0] == "vlm-desk" else words[2:]


FOUND = sorted(
    {(page.name, *words) for page in PAGES for words in commands(page.read_text("utf-8"))}
)


@pytest.fixture
def only_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every program end where it has read its arguments."""
    parse = argparse.ArgumentParser.parse_args

    def parse_args(self: argparse.ArgumentParser, *given: Any, **named: Any) -> NoReturn:
        parse(self, *given, **named)
        raise Understood

    def error(self: argparse.ArgumentParser, message: str) -> NoReturn:
        raise Refused(f"{message}\n{self.format_help()}")

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_args)
    monkeypatch.setattr(argparse.ArgumentParser, "error", error)

    def window(*_: object) -> NoReturn:
        raise Understood

    monkeypatch.setattr(desk, "_window", window)


def as_meant(words: Sequence[str]) -> list[str]:
    """Put a number where one letter stands for one."""
    return ["1" if re.fullmatch("[MNP]", word) else word for word in words]


def read(words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program that is meant read its arguments.

    Raises:
        Understood: When it would go on to do what is asked.
        Refused: When it would not.
    """
    if not words or words[0] in (*desk.COMMANDS, *desk.TUNING) or words[0].startswith("-"):
        desk.main(words)
        return
    program = importlib.import_module(f"{words[0]}.cli" if words[0] == "pretrain" else words[0])
    if not hasattr(program, "main"):  # a package, with what runs in a file of its own
        program = importlib.import_module(f"{words[0]}.__main__")
    monkeypatch.setattr(sys, "argv", list(words))
    program.main()


@pytest.mark.usefixtures("only_parsed")
@pytest.mark.parametrize("command", FOUND, ids=" ".join)
def test_a_command_of_a_page_is_understood(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = as_meant(command[1:])
    if words[0] in OTHERS:
        return
    if words[0] in WITHOUT_OPTIONS:
        assert importlib.util.find_spec(words[0]) is not None
        return
    try:
        read(words, monkeypatch)
    except Understood:
        return
    except Refused as refused:
        # A sentence may name a command with one option alone; that has to be one of its own.
        said = str(refused)
        assert "arguments are required" in said.splitlines()[0], said
        for option in (word for word in words if word.startswith("--")):
            assert re.search(rf"{option}\b", said), f"{option} is none of\n{said}"
        return
    raise AssertionError("it was not read by argparse, or did not stop there")


def test_the_pages_name_commands_of_every_kind() -> None:
    named = {command[1] for command in FOUND if len(command) > 1}
    assert {*desk.COMMANDS, *desk.TUNING, "pretrain", "benchmarks.tuning"} <= named
    assert len(FOUND) > 40


@pytest.mark.usefixtures("only_parsed")
def test_a_wrong_option_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="unrecognized"):
        read(["ask", "FILE", "What?", "--pages", "2"], monkeypatch)
    with pytest.raises(Understood):
        read(["ask", "FILE", "What?", "--page", "2"], monkeypatch)


@pytest.mark.parametrize("command", [*desk.COMMANDS, *desk.TUNING])
def test_each_command_tells_its_options(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        desk.main([command, "--help"])
    assert ended.value.code == 0
    assert "exit codes:" in capsys.readouterr().out


@pytest.mark.parametrize("words", [("models", "list"), ("adapters", "list"), ("--version",)])
def test_cheap_commands_of_the_pages_run(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.main(words) == 0
    said = capsys.readouterr()
    assert said.out or said.err
