from __future__ import annotations

import base64
import io
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.drawn import DrawnPages, line
from tests.openai_server import KEY, MODEL, TEXT, FakeServer, serving
from tests.vlm.answering import NEVER, PAGE, last, question
from vlm import openai_wire, paths, remote_pages
from vlm.connections import ConnectionLog
from vlm.protocol import (
    AllAnswered,
    Answered,
    Ask,
    AskAll,
    Cancelled,
    Done,
    Event,
    Failed,
    Load,
    Loaded,
    Look,
    Looked,
    Saw,
    TextDelta,
    Typing,
    Where,
)
from vlm.remote import NOT_SHOWN, RemoteEngine
from vlm.types import Answer, Box, PageRef, Server
from vlm.web import Talk

WORDS = line("Invoice", "3124", "Total", "84.50")


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serving(FakeServer()) as running:
        yield running


@pytest.fixture
def engine() -> Iterator[RemoteEngine]:
    made = RemoteEngine(DrawnPages(words_of_page=WORDS), ConnectionLog())
    yield made
    made.close()


def connect(engine: RemoteEngine, server: FakeServer, model: str = "", key: str = KEY) -> Event:
    wanted = Server(server.address, model, key)
    return last(engine.load(Load(1, "", server=wanted), NEVER))


def answered(engine: RemoteEngine, **rest: object) -> Answer:
    done = last(engine.ask(Ask(2, question(**rest)), NEVER))  # type: ignore[arg-type]
    assert isinstance(done, Done), done
    return done.answer


def refused(engine: RemoteEngine, server: FakeServer) -> str:
    assert isinstance(connect(engine, server), Loaded)
    return failure(engine)


def failure(engine: RemoteEngine) -> str:
    failed = last(engine.ask(Ask(2, question()), NEVER))
    assert isinstance(failed, Failed), failed
    assert failed.code == "remote_failed"
    return failed.message


def test_a_conversation(engine: RemoteEngine, server: FakeServer) -> None:
    loaded = connect(engine, server)
    assert isinstance(loaded, Loaded)
    host = server.address.removeprefix("http://")
    assert loaded.model.name == f"{MODEL} at {host}"
    assert loaded.model.device == "server"
    asked = question("What is the total?", box=Box(0.0, 0.0, 1.0, 0.5))
    told = list(engine.ask(Ask(2, asked), NEVER))
    assert [event.text for event in told if isinstance(event, TextDelta)] == ["Total", " 84", ".50"]
    done = told[-1]
    assert isinstance(done, Done)
    assert done.answer.text == TEXT
    assert done.answer.evidence.kind == "crop", "checked here, against the page's own words"
    assert done.answer.confidence == pytest.approx((0.9 * 0.4 * 0.5) ** (1 / 3))
    (doubted,) = done.answer.unsure
    assert (doubted.start, doubted.end) == (6, 11)
    assert doubted.probability == pytest.approx(0.2)
    assert done.answer.model == loaded.model.name
    saw = next(event for event in told if isinstance(event, Saw))
    assert saw.views == done.answer.views
    assert saw.views[0].box == asked.box


def test_what_is_sent_is_the_question_and_the_picture(
    engine: RemoteEngine, server: FakeServer
) -> None:
    connect(engine, server)
    answered(engine, text="  What is it?  ")
    (asked,) = server.questions
    assert set(asked) == {
        "model", "messages", "max_tokens", "temperature", "stream", "logprobs"
    }  # fmt: skip
    (message,) = asked["messages"]
    picture, text = message["content"]
    assert text["text"].endswith("\n\nWhat is it?")
    kind, _, data = picture["image_url"]["url"].partition(",")
    assert kind == "data:image/png;base64"
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert max(image.size) == remote_pages.LONGEST_PX
    assert image.size[0] / image.size[1] == pytest.approx(595 / 842, abs=0.01)
    assert b"a.pdf" not in openai_wire.question(MODEL, "", [], 1, sureness=True)
    assert [key for *_, key in server.asked] == [f"Bearer {KEY}"] * 2


def test_several_pages_are_sent_in_order(engine: RemoteEngine, server: FakeServer) -> None:
    engine._pages.page_count = 3  # type: ignore[attr-defined] # pyright: ignore
    connect(engine, server)
    answer = answered(engine, more_pages=(PageRef("a.pdf", 2),))
    content = server.questions[0]["messages"][0]["content"]
    assert [part["type"] for part in content] == ["image_url", "image_url", "text"]
    assert [view.page for view in answer.views] == [None, PageRef("a.pdf", 2)]


def test_every_connection_is_listed_and_the_key_is_not(
    engine: RemoteEngine, server: FakeServer
) -> None:
    connect(engine, server)
    answered(engine)
    ask, models = ConnectionLog().read()
    assert models.purpose == "Ask which models it has"
    assert ask.purpose.startswith(f"Ask {MODEL}; sent 1 picture, ")
    assert ask.host == models.host == server.address.removeprefix("http://")
    assert ask.outcome == models.outcome == "complete"
    assert ask.bytes
    for file in paths.log_dir().parent.rglob("*"):
        if file.is_file():
            assert KEY.encode() not in file.read_bytes()
    assert KEY not in repr(Load(1, "", server=Server(server.address, MODEL, KEY)))


def test_nothing_is_sent_before_a_question(engine: RemoteEngine, server: FakeServer) -> None:
    connect(engine, server)
    before = len(server.asked)
    assert last(engine.look(Look(3, PAGE), NEVER)) == Looked(3)
    assert last(engine.typing(Typing(3, question(), paused=True), NEVER)) == Looked(3)
    told = last(engine.where(Where(4, question(), "84.50"), NEVER))
    assert isinstance(told, Failed)
    assert told.message == NOT_SHOWN
    assert len(server.asked) == before


def test_without_a_server_nothing_answers(engine: RemoteEngine, server: FakeServer) -> None:
    assert "No server is connected" in failure(engine)
    connect(engine, server)
    engine.forget()
    assert "No server is connected" in failure(engine)
    assert server.questions == []


def test_a_server_that_does_not_tell_its_sureness(engine: RemoteEngine, server: FakeServer) -> None:
    server.tells_sureness = False
    connect(engine, server)
    answer = answered(engine)
    assert answer.confidence == -1
    assert answer.unsure == ()
    answered(engine)
    wanted = [asked.get("logprobs", False) for asked in server.questions]
    assert wanted == [True, False, False], "it is asked once and not again"
    server.tells_sureness, server.silent = True, True
    connect(engine, server)
    assert answered(engine).confidence == -1


def test_an_answer_in_one_piece_is_taken_too(engine: RemoteEngine, server: FakeServer) -> None:
    server.body = b'{"choices":[{"message":{"content":" 84.50 "},"finish_reason":"length"}]}'
    connect(engine, server)
    answer = answered(engine)
    assert (answer.text, answer.stop) == ("84.50", "length")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b"", "does not accept the key"),
        (403, b"", "does not accept the key"),
        (404, b"", f"has no model called {MODEL}"),
        (413, b"", "picture is too large"),
        (400, b'{"error":{"message":"context <b>is</b>\\n full"}}', "says: context <b>is</b> full"),
        (400, b"\xff\xfe", "(HTTP 400)"),
        (422, b'{"detail":"no images"}', "says: no images"),
        (500, b"<html>", "error of its own (HTTP 500)"),
        (200, b"<html>", "does not understand"),
        (200, b'{"error":"out of room"}', "out of room"),
    ],
)
def test_a_refusal_is_a_sentence(
    engine: RemoteEngine, server: FakeServer, status: int, body: bytes, said: str
) -> None:
    assert isinstance(connect(engine, server), Loaded)
    server.status, server.body = status, body
    assert said in failure(engine)


def test_a_busy_server_says_when(engine: RemoteEngine, server: FakeServer) -> None:
    assert isinstance(connect(engine, server), Loaded)
    server.status, server.headers = 429, {"Retry-After": "30"}
    assert "Try again in 30 seconds" in failure(engine)


def test_a_redirect_carries_nothing_on(engine: RemoteEngine, server: FakeServer) -> None:
    with serving(FakeServer()) as other:
        assert isinstance(connect(engine, server), Loaded)
        server.status = 307
        server.headers = {"Location": f"{other.address}/v1/chat/completions"}
        assert "points to another address" in failure(engine)
        assert other.asked == []


@pytest.mark.parametrize("drop", [1, 2])
def test_a_stream_that_breaks_is_said(engine: RemoteEngine, server: FakeServer, drop: int) -> None:
    server.drop = drop
    assert "in the middle of the answer" in refused(engine, server)


def test_a_stream_without_an_end_is_not_read_for_ever(
    engine: RemoteEngine, server: FakeServer
) -> None:
    server.pieces = [("x" * 500_000, 1.0)] * 20
    assert "far more than an answer" in refused(engine, server)
    server.pieces = [("x" * 2_000_000, 1.0)]
    assert "a line without an end" in refused(engine, server)


def test_what_makes_no_sense_is_said(engine: RemoteEngine, server: FakeServer) -> None:
    server.body, server.kind = b"data: {broken\n\n", "text/event-stream"
    assert "does not understand" in refused(engine, server)


def test_nobody_there(engine: RemoteEngine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    failed = connect(engine, FakeServer(address=f"http://127.0.0.1:{port}"))
    assert isinstance(failed, Failed)
    assert "does not answer" in failed.message


def test_a_server_that_says_nothing(server: FakeServer) -> None:
    quiet_s = 60.0

    def talk(log: ConnectionLog, home: str, key: str) -> Talk:
        return Talk(log, home, key, quiet_s=quiet_s)

    engine = RemoteEngine(DrawnPages(), ConnectionLog(), talk)
    assert isinstance(connect(engine, server), Loaded)
    server.hold, quiet_s = 0, 0.2  # long enough for a server that never answers
    assert "said nothing for" in failure(engine)
    engine.close()


def test_it_stops_while_it_waits_for_the_first_word(
    engine: RemoteEngine, server: FakeServer
) -> None:
    connect(engine, server)
    server.hold = 0
    stop = threading.Event()

    def stop_when_held() -> None:
        server.held.wait(10)
        stop.set()

    stopper = threading.Thread(target=stop_when_held)
    stopper.start()
    begun = time.monotonic()
    assert last(engine.ask(Ask(2, question()), stop)) == Cancelled(2)
    assert time.monotonic() - begun < 5
    stopper.join()
    assert "stopped" in ConnectionLog().read()[0].outcome


def test_it_stops_in_the_middle_of_an_answer(engine: RemoteEngine, server: FakeServer) -> None:
    connect(engine, server)
    server.hold = 2
    stop, told = threading.Event(), list[Event]()
    for event in engine.ask(Ask(2, question()), stop):
        told.append(event)
        if event == TextDelta(2, " 84"):
            stop.set()
    assert told[-1] == Cancelled(2, "Total 84")


@pytest.mark.parametrize(
    ("models", "wanted", "said"),
    [
        ((MODEL,), "", ""),
        ((MODEL, "other"), "other", ""),
        ((MODEL, "other"), "", f"Name one of them: {MODEL}, other."),
        ((MODEL,), "gone", f"has no model called gone. It has: {MODEL}."),
        ((), "", "Type the model's name."),
        ((), "mine", ""),
    ],
)
def test_which_model_is_asked(
    engine: RemoteEngine, server: FakeServer, models: tuple[str, ...], wanted: str, said: str
) -> None:
    server.models = models
    told = connect(engine, server, wanted)
    if said:
        assert isinstance(told, Failed)
        assert said in told.message
    else:
        assert isinstance(told, Loaded)
        assert told.model.name.startswith(wanted or MODEL)


@pytest.mark.parametrize("key", ["schl\u00fcssel", "two\nlines"])
def test_what_can_be_no_key_is_said_and_sent_nowhere(
    engine: RemoteEngine, server: FakeServer, key: str
) -> None:
    told = connect(engine, server, key=key)
    assert isinstance(told, Failed)
    assert "Paste it again" in told.message
    assert server.asked == []


def test_several_questions(engine: RemoteEngine, server: FakeServer) -> None:
    connect(engine, server)
    asked = (question("One?"), question(" "), question("Three?"))
    told = list(engine.ask_all(AskAll(2, asked), NEVER))
    assert isinstance(told[-1], AllAnswered)
    assert [event.index for event in told if isinstance(event, Answered)] == [0, 2]


def test_the_file_of_connections_must_be_writable(engine: RemoteEngine, server: FakeServer) -> None:
    connect(engine, server)
    log = ConnectionLog().path
    log.unlink()
    Path(log).mkdir()
    assert "without it nothing is sent" in failure(engine)
    assert server.questions == []
