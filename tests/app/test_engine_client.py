import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pymupdf
import pytest
from pytestqt.qtbot import QtBot

from app.engine_client import EngineClient
from app.engine_exit import EngineExit, places
from app.process import How
from vlm import children
from vlm.protocol import (
    Answered,
    Cancelled,
    Done,
    Event,
    Failed,
    Hello,
    Loaded,
    Looked,
    Progress,
    Saw,
    TextDelta,
)
from vlm.types import PageRef, Question

FAKE = children.command("fake-engine")
WAIT = 20_000
AES_256 = 5
"""PyMuPDF's number of the encryption."""


class Log:
    """Everything a client reports."""

    def __init__(self, client: EngineClient) -> None:
        self.events: list[Event] = []
        self.exits: list[EngineExit] = []
        client.reported.connect(self.events.append)
        client.ended.connect(self.exits.append)

    def of(self, job: int) -> list[Event]:
        return [event for event in self.events if not isinstance(event, Hello) and event.job == job]

    def last(self, job: int) -> Event | None:
        ends = [event for event in self.of(job) if isinstance(event, LAST)]
        assert len(ends) <= 1
        return ends[0] if ends else None


LAST = (Loaded, Done, Looked, Cancelled, Failed)


@pytest.fixture
def page(tmp_path: Path) -> PageRef:
    path = tmp_path / "invoice.pdf"
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), "Invoice 2024-0117 of Bergmann, total 84.50")
    document.save(path)
    document.close()
    return PageRef(str(path), 0)


@pytest.fixture
def client(qtbot: QtBot) -> Iterator[EngineClient]:
    made = EngineClient(FAKE, grace_ms=300, restart_ms=10)
    yield made
    made.stop()


def scripted(*lines: str) -> list[str]:
    """An engine that answers any Load with these lines of Python."""
    code = (
        "import json, sys, time, os\n"
        "def say(**event): print(json.dumps(event), flush=True)\n"
        "say(kind='hello', version=1)\n"
        "for line in sys.stdin:\n"
        "    request = json.loads(line)\n"
        "    if request['kind'] == 'load':\n" + "".join(f"        {line}\n" for line in lines)
    )
    return [sys.executable, "-c", code]


def load(qtbot: QtBot, client: EngineClient, log: Log) -> None:
    job = client.load("/models/one")
    qtbot.waitUntil(lambda: log.last(job) is not None, timeout=WAIT)
    assert isinstance(log.last(job), Loaded)


def test_it_loads_asks_and_streams(qtbot: QtBot, client: EngineClient, page: PageRef) -> None:
    log = Log(client)
    load(qtbot, client, log)
    assert client.model is not None
    assert client.model.folder == "/models/one"
    job = client.ask(Question("What?", page))
    assert not client.idle
    qtbot.waitUntil(lambda: log.last(job) is not None, timeout=WAIT)
    events = log.of(job)
    done = events[-1]
    assert isinstance(done, Done)
    assert done.answer.text == "Invoice 2024-0117 of Bergmann, total 84.50"
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == done.answer.text
    assert any(isinstance(event, Saw) for event in events)
    assert client.idle


def test_a_look_counts_as_idle_and_ends(qtbot: QtBot, client: EngineClient, page: PageRef) -> None:
    log = Log(client)
    load(qtbot, client, log)
    job = client.look(page)
    assert client.idle
    qtbot.waitUntil(lambda: isinstance(log.last(job), Looked), timeout=WAIT)


def test_stop_keeps_what_was_said(
    qtbot: QtBot, client: EngineClient, page: PageRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "50")
    log = Log(client)
    load(qtbot, client, log)
    pid = client.pid
    job = client.ask(Question("What?", page))
    qtbot.waitUntil(lambda: any(isinstance(e, TextDelta) for e in log.of(job)), timeout=WAIT)
    client.cancel(job)
    qtbot.waitUntil(lambda: log.last(job) is not None, timeout=WAIT)
    end = log.last(job)
    assert isinstance(end, Cancelled)
    assert end.text.startswith("Invoice")
    assert client.pid == pid


def test_an_engine_that_does_not_stop_is_killed_and_comes_back_with_its_model(
    qtbot: QtBot, client: EngineClient, page: PageRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "2000")
    monkeypatch.setenv("VLM_FAKE_DEAF", "1")
    log = Log(client)
    load(qtbot, client, log)
    pid = client.pid
    job = client.ask(Question("What?", page))
    qtbot.waitUntil(lambda: any(isinstance(e, TextDelta) for e in log.of(job)), timeout=WAIT)
    client.cancel(job)
    qtbot.waitUntil(lambda: log.last(job) is not None, timeout=WAIT)
    assert log.last(job) == Cancelled(job, "Invoice")
    assert client.model is None
    assert client.loading
    qtbot.waitUntil(lambda: client.model is not None, timeout=WAIT)
    assert client.pid != pid
    assert not psutil.pid_exists(pid)
    assert log.exits[0].restarting
    assert log.exits[0].ended.how is How.STOPPED


def test_a_crash_fails_the_question_and_the_engine_comes_back_once(
    qtbot: QtBot, client: EngineClient, page: PageRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_CRASH", "ask")
    log = Log(client)
    load(qtbot, client, log)
    job = client.ask(Question("What?", page))
    qtbot.waitUntil(lambda: log.last(job) is not None, timeout=WAIT)
    assert log.last(job) == Failed(job, "engine_ended", "The reader ended unexpectedly.")
    qtbot.waitUntil(lambda: client.model is not None, timeout=WAIT)
    assert [end.restarting for end in log.exits] == [True]


def test_an_engine_that_always_crashes_is_not_started_for_ever(
    qtbot: QtBot, client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_CRASH", "load")
    log = Log(client)
    client.load("/models/one")
    qtbot.waitUntil(lambda: len(log.exits) == 2, timeout=WAIT)
    assert [end.restarting for end in log.exits] == [True, False]
    assert not client.running
    assert not client.loading
    assert sum(isinstance(event, Failed) for event in log.events) == 2


def test_a_question_after_the_end_starts_the_engine_with_its_model(
    qtbot: QtBot, client: EngineClient, page: PageRef
) -> None:
    log = Log(client)
    load(qtbot, client, log)
    client.stop()
    assert client.pid == 0
    job = client.ask(Question("What?", page))
    qtbot.waitUntil(lambda: isinstance(log.last(job), Done), timeout=WAIT)


def test_a_password_survives_the_engine(qtbot: QtBot, client: EngineClient, tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), "secret words")
    document.save(path, encryption=AES_256, user_pw="pw", owner_pw="pw")
    document.close()
    log = Log(client)
    load(qtbot, client, log)
    locked = Question("What?", PageRef(str(path), 0))
    job = client.ask(locked)
    qtbot.waitUntil(lambda: isinstance(log.last(job), Failed), timeout=WAIT)
    client.unlock(str(path), "pw")
    client.stop()
    job = client.ask(locked)
    qtbot.waitUntil(lambda: isinstance(log.last(job), Done), timeout=WAIT)


def test_memory_shortage_arrives_as_a_value(
    qtbot: QtBot, client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_MEMORY", "load")
    log = Log(client)
    job = client.load("/models/one")
    qtbot.waitUntil(lambda: log.last(job) is not None, timeout=WAIT)
    failed = log.last(job)
    assert isinstance(failed, Failed)
    assert failed.code == "out_of_memory"
    assert client.model is None
    assert not client.loading


def test_events_of_other_jobs_are_dropped(qtbot: QtBot) -> None:
    client = EngineClient(
        scripted(
            "say(kind='text', job=99, text='stray')",
            "say(kind='cancelled', job=request['job'], text='')",
            "say(kind='text', job=request['job'], text='late')",
            "say(kind='cancelled', job=request['job'], text='again')",
            "say(kind='progress', job=request['job'], text='still there', fraction=0.5)",
        )
    )
    log = Log(client)
    first = client.load("/models/one")
    qtbot.waitUntil(lambda: log.last(first) is not None, timeout=WAIT)
    second = client.load("/models/two")
    qtbot.waitUntil(lambda: log.last(second) is not None, timeout=WAIT)
    assert log.events == [Hello(1), Cancelled(first, ""), Cancelled(second, "")]
    client.stop()


@pytest.mark.parametrize(
    "nonsense",
    ["print('no json', flush=True)", "say(kind='surprise', job=1)", "say(kind='hello', version=9)"],
)
def test_a_message_that_is_not_understood_ends_the_engine(qtbot: QtBot, nonsense: str) -> None:
    client = EngineClient(scripted(nonsense), restart_ms=10)
    log = Log(client)
    client.load("/models/one")
    qtbot.waitUntil(lambda: len(log.exits) == 2, timeout=WAIT)
    assert "does not understand" in log.exits[0].sentence
    assert not client.running


def test_an_engine_that_cannot_start_says_so_and_is_not_tried_again(qtbot: QtBot) -> None:
    client = EngineClient(["/no/such/engine"])
    log = Log(client)
    job = client.load("/models/one")
    qtbot.waitUntil(lambda: bool(log.exits), timeout=WAIT)
    assert isinstance(log.last(job), Failed)
    assert not log.exits[0].restarting
    assert "could not be started" in log.exits[0].sentence


@pytest.mark.parametrize(
    ("complaint", "sentence"),
    [
        (
            "ImportError: libtorch_cpu.so: failed to map segment from shared object",
            "memory ran out",
        ),
        ("terminate called after throwing an instance of 'std::bad_alloc'", "memory ran out"),
        ("ValueError: other", "ended unexpectedly"),
    ],
)
def test_an_engine_that_ends_for_want_of_memory_says_so(
    qtbot: QtBot, complaint: str, sentence: str
) -> None:
    dies = f"import sys; sys.stderr.write({complaint!r}); sys.exit(1)"
    client = EngineClient([sys.executable, "-c", dies], restart_ms=1)
    log = Log(client)
    job = client.load("/models/one")
    qtbot.waitUntil(lambda: len(log.exits) == 2, timeout=WAIT)
    assert sentence in log.exits[-1].sentence
    last = log.last(job)
    assert isinstance(last, Failed)
    assert sentence in last.message


def test_progress_is_passed_on(qtbot: QtBot, client: EngineClient) -> None:
    log = Log(client)
    load(qtbot, client, log)
    assert isinstance(log.events[0], Hello)
    assert any(isinstance(event, Progress) for event in log.events)


def test_the_log_gets_places_and_no_messages() -> None:
    complaints = (
        'Traceback (most recent call last):\n  File "/vlm/engine.py", line 7, in ask\n'
        "    raise ValueError(secret)\nValueError: IBAN DE12 3456\n"
    )
    assert places(complaints) == 'File "/vlm/engine.py", line 7, in ask; ValueError'
    assert places("IBAN DE12 3456") == "none"


def test_what_nobody_waits_for_gives_way_and_is_told_aside(
    qtbot: QtBot, page: PageRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "50")
    client = EngineClient(FAKE, grace_ms=300, restart_ms=10)
    log = Log(client)
    asides: list[Event] = []
    client.aside.connect(asides.append)
    load(qtbot, client, log)
    job = client.ask_aside((Question("One?", page), Question("Two?", page)))
    assert not client.idle
    qtbot.waitUntil(lambda: any(isinstance(event, Answered) for event in asides), timeout=WAIT)
    asked = client.ask(Question("Mine?", page))
    qtbot.waitUntil(lambda: log.last(asked) is not None, timeout=WAIT)
    assert isinstance(log.last(asked), Done)
    assert asides[-1] == Cancelled(job)
    assert [event for event in asides if isinstance(event, Answered)][0].index == 0
    assert not log.of(job), "none of it where a person's own answers are"
    assert not log.exits
    client.stop()


def test_what_nobody_waits_for_ends_with_the_engine(
    qtbot: QtBot, page: PageRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_CRASH", "ask")
    client = EngineClient(FAKE, restart_ms=10_000)
    log = Log(client)
    asides: list[Event] = []
    client.aside.connect(asides.append)
    load(qtbot, client, log)
    job = client.ask_aside((Question("One?", page),))
    qtbot.waitUntil(lambda: bool(log.exits), timeout=WAIT)
    last = asides[-1]
    assert isinstance(last, Failed)
    assert (last.job, last.code) == (job, "engine_ended")
    client.stop()
