from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from tests import tiny
from tests.vlm.conversation import Closing, EngineContract, code_of
from vlm import children, shortage, wire
from vlm.cancel import CancelToken
from vlm.host import EXIT_UNBUILT, Host
from vlm.protocol import (
    VERSION,
    AllAnswered,
    Ask,
    AskAll,
    Cancel,
    Cancelled,
    Event,
    Failed,
    Hello,
    Load,
    Look,
    Looked,
    LookedAt,
    Prepare,
    Progress,
    TextDelta,
    Typing,
    Unlock,
    Where,
)
from vlm.types import PageRef, Question

PAGE = PageRef("a.pdf", 0)

ENDLESS = 500_000
"""Tokens; to write as many takes many minutes."""


_GUARD = """
import socket, sys
def refuse(*_arguments, **_names):
    raise AssertionError("the engine reached for the network")
for name in ("connect", "connect_ex", "bind", "sendto"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.create_connection = refuse
from vlm.children import run
sys.exit(run("engine"))
"""


def _without_network() -> list[str]:
    """Return what starts the engine where there is no network at all, or one that refuses."""
    jail = ["unshare", "--net", "--map-root-user"]
    if shutil.which("unshare") is not None:
        tried = subprocess.run([*jail, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return [*jail, *children.command("engine")]
    return [sys.executable, "-c", _GUARD]


class TestRealEngine(EngineContract):
    """The whole conversation runs without a network, hub variables saying otherwise."""

    name = "engine"

    def command(self) -> list[str]:
        return _without_network()

    def talk(self, **environment: str) -> contextlib.closing[Closing]:
        return super().talk(HF_HUB_OFFLINE="0", TRANSFORMERS_OFFLINE="0", **environment)

    @pytest.fixture
    def folder(self, checkpoint: Callable[[tiny.Kind], Path], tmp_path: Path) -> Path:
        """A tiny model that never ends an answer by itself, however long it may become."""
        folder = tmp_path / "endless"
        shutil.copytree(checkpoint("marked"), folder)
        settings = json.loads((folder / "config.json").read_bytes())
        settings["text_config"]["max_position_embeddings"] = 2 * ENDLESS
        (folder / "config.json").write_text(json.dumps(settings))
        rules = json.loads((folder / "generation_config.json").read_bytes())
        rules["suppress_tokens"] = [rules["eos_token_id"]]
        (folder / "generation_config.json").write_text(json.dumps(rules))
        return folder

    @pytest.fixture
    def endless(self, document: Path) -> Question:
        return Question("What?", PageRef(str(document), 0), max_new_tokens=ENDLESS)

    def go_on(self, engine: Closing, folder: Path, endless: Question) -> None:
        engine.send(Ask(31, endless))
        engine.until(lambda event: isinstance(event, TextDelta))
        engine.send(Cancel(31))
        stopped = engine.last_of(31)
        assert isinstance(stopped, Cancelled), "a running answer stops between tokens"
        assert stopped.text
        engine.send(Load(32, str(folder / "nothing")))
        assert code_of(engine.last_of(32)) == "model_missing"


class Scripted:
    """Answers as a test says, on the thread of the host."""

    def __init__(self) -> None:
        self.running = threading.Event()
        self.go_on = threading.Event()
        self.passwords: list[str] = []
        self.closed = False

    def load(self, request: Load, cancel: CancelToken) -> Iterator[Event]:
        raise RuntimeError("a bug of ours")
        yield

    def ask(self, request: Ask, cancel: CancelToken) -> Iterator[Event]:
        yield Progress(request.job, "working")
        self.running.set()
        assert self.go_on.wait(10)
        yield Cancelled(request.job) if cancel.is_set() else Looked(request.job)

    def ask_all(self, request: AskAll, cancel: CancelToken) -> Iterator[Event]:
        yield AllAnswered(request.job)

    def look(self, request: Look, cancel: CancelToken) -> Iterator[Event]:
        yield Looked(request.job)

    def typing(self, request: Typing, cancel: CancelToken) -> Iterator[Event]:
        yield Looked(request.job)

    def prepare(self, request: Prepare, cancel: CancelToken) -> Iterator[Event]:
        yield Looked(request.job)

    def where(self, request: Where, cancel: CancelToken) -> Iterator[Event]:
        yield LookedAt(request.job, ())

    def unlock(self, request: Unlock) -> None:
        self.passwords.append(request.password)

    def close(self) -> None:
        self.closed = True


def leave(_code: int) -> None:
    """Stay: this is the test's own process."""


def served(lines: bytes, answerer: Scripted) -> tuple[int, list[Event]]:
    sink = io.BytesIO()
    code = Host(io.BytesIO(lines), sink, leave).serve(lambda: answerer)
    return code, [wire.EVENTS.read(line) for line in sink.getvalue().splitlines()]


@contextlib.contextmanager
def hosted(answerer: Scripted) -> Generator[tuple[BinaryIO, BinaryIO]]:
    """Serve on another thread; gives where requests go in and where events come out."""
    reader, writer = os.pipe()
    sink_reader, sink_writer = os.pipe()
    with (
        os.fdopen(reader, "rb") as source,
        os.fdopen(sink_reader, "rb") as events,
        os.fdopen(sink_writer, "wb") as sink,
    ):
        host = threading.Thread(target=lambda: Host(source, sink, leave).serve(lambda: answerer))
        host.start()
        with os.fdopen(writer, "wb") as requests:
            yield requests, events
        host.join()


def test_a_bug_fails_its_job_and_not_the_process(capsys: pytest.CaptureFixture[str]) -> None:
    answerer = Scripted()
    answerer.go_on.set()
    # The end of the stream cancels what still runs, so the load must come to its end first.
    with hosted(answerer) as (requests, events):
        requests.write(wire.write(Load(1, "x")))
        requests.flush()
        said = [wire.EVENTS.read(events.readline()) for _ in range(3)]
        requests.write(wire.write(Unlock("a.pdf", "secret")) + wire.write(Look(2, PAGE)))
        requests.flush()
        said.append(wire.EVENTS.read(events.readline()))
    assert said[:2] == [Hello(VERSION), Progress(1, "Starting")]
    failed = said[2]
    assert isinstance(failed, Failed)
    assert (failed.job, failed.code) == (1, "error")
    assert "RuntimeError" in failed.message
    assert "a bug of ours" not in failed.message
    assert "a bug of ours" in capsys.readouterr().err
    assert said[3] == Looked(2)
    assert answerer.passwords == ["secret"]
    assert answerer.closed


class Looking(Scripted):
    """Looks until it shall stop."""

    def look(self, request: Look, cancel: CancelToken) -> Iterator[Event]:
        yield Progress(request.job, "looking")
        assert isinstance(cancel, threading.Event)
        assert cancel.wait(60)
        yield Cancelled(request.job)


def test_a_look_that_runs_gives_way_to_a_question() -> None:
    answerer = Looking()
    answerer.go_on.set()
    with hosted(answerer) as (requests, events):
        requests.write(wire.write(Look(1, PAGE)))
        requests.flush()
        said = [wire.EVENTS.read(events.readline()) for _ in range(2)]
        requests.write(wire.write(Ask(2, Question("What?", PAGE))))
        requests.flush()
        said += [wire.EVENTS.read(events.readline()) for _ in range(3)]
    assert said[1:3] == [Progress(1, "looking"), Cancelled(1)]
    assert said[3:] == [Progress(2, "working"), Looked(2)]


def test_the_end_of_the_stream_cancels_everything() -> None:
    answerer = Scripted()
    answerer.go_on.set()
    question = Question("What?", PAGE)
    lines = b"".join(map(wire.write, (Ask(1, question), Ask(2, question), Look(3, PAGE))))
    code, said = served(lines, answerer)
    assert code == 0
    assert answerer.closed
    jobs = [event.job for event in said if isinstance(event, Cancelled | Looked)]
    assert jobs == [1, 2, 3]
    assert Cancelled(3) in said


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere this limit is not kept")
def test_where_memory_is_too_short_to_begin_the_process_says_so_and_does_not_crash() -> None:
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (300_000_000, 300_000_000));"
        "from vlm.children import run; sys.exit(run('engine'))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", limited],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()  # the window goes on listening meanwhile
        assert process.wait() == EXIT_UNBUILT
    assert shortage.is_said(said)


def test_a_protocol_error_has_its_own_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = served(b'{"kind":"nothing"}\n', Scripted())
    assert code == 3
    assert said == [Hello(VERSION)]
    assert "could not be understood" in capsys.readouterr().err
