"""The contract that every engine process keeps, fake or real: test classes inherit it."""

from __future__ import annotations

import contextlib
import os
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pymupdf
import pytest
from msgspec import structs

from vlm import children, wire
from vlm.protocol import (
    LAST_EVENTS,
    VERSION,
    AllAnswered,
    Answered,
    Ask,
    AskAll,
    Cancel,
    Cancelled,
    Done,
    Event,
    Failed,
    Hello,
    Load,
    Loaded,
    Look,
    Looked,
    Prepare,
    Request,
    Saw,
    TextDelta,
    Typing,
    Unanswered,
    Unlock,
)
from vlm.types import Box, PageRef, Question

AES_256 = 5
"""MuPDF's number for this encryption."""

PASSWORD = "open sesame"
TEXT = "Invoice 3124 total 12.50 EUR"


class Conversation:
    """A child process and what it said. Closing its stdin ends it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
        )
        self.said: list[Event] = []

    def send(self, *requests: Request) -> None:
        """Send requests at once."""
        self.write(b"".join(map(wire.write, requests)))

    def write(self, data: bytes) -> None:
        """Send bytes."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def hear(self) -> Event | None:
        """Wait for the next event; None at the end."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            return None
        self.said.append(wire.EVENTS.read(line))
        return self.said[-1]

    def until(self, wanted: Callable[[Event], bool]) -> Event:
        """Wait for an event."""
        while (event := self.hear()) is not None:
            if wanted(event):
                return event
        raise AssertionError(f"the process ended: {self.said[-3:]} {self.end()}")

    def last_of(self, job: int) -> Event:
        """Wait for a job's last event."""
        return self.until(lambda event: isinstance(event, LAST_EVENTS) and event.job == job)

    def end(self) -> tuple[int, str]:
        """Close stdin and wait; returns the exit code and what was written to stderr."""
        with contextlib.suppress(BrokenPipeError):
            _, errors = self.process.communicate(timeout=200)
            return self.process.returncode, errors.decode()
        return self.process.wait(timeout=200), ""


class EngineContract(ABC):
    """What holds for every engine process."""

    name = ""

    @abstractmethod
    @pytest.fixture
    def folder(self) -> Path:
        """Return the model to load."""

    @pytest.fixture
    def document(self, tmp_path: Path) -> Path:
        """Draw a document."""
        path = tmp_path / "invoice.pdf"
        with pymupdf.open() as pdf:
            pdf.new_page().insert_text((72, 100), TEXT, fontsize=12)
            pdf.save(path)
        return path

    @abstractmethod
    @pytest.fixture
    def endless(self) -> Question:
        """Return a question whose answer goes on far longer than a test, until it is stopped."""

    def command(self) -> list[str]:
        """Return what starts the process."""
        return children.command(self.name)

    def talk(self, **environment: str) -> contextlib.closing[Closing]:
        """Start the process."""
        return contextlib.closing(Closing(self.command(), environment))

    def test_a_conversation(
        self, folder: Path, document: Path, endless: Question, tmp_path: Path
    ) -> None:
        # One process tells it all: a real one needs seconds to start.
        page = PageRef(str(document), 0)
        with self.talk() as engine:
            asked = Question("What is the total?", page, max_new_tokens=8)
            engine.send(Hello(VERSION), Ask(1, asked))
            assert code_of(engine.last_of(1)) == "model_incomplete"

            engine.send(Load(2, str(folder), device="cpu"))
            assert isinstance(engine.last_of(2), Loaded)
            engine.send(Look(3, page))
            assert engine.last_of(3) == Looked(3)
            engine.send(Ask(4, asked))
            done = engine.last_of(4)
            assert isinstance(done, Done)
            assert done.answer.text
            self.type_in(engine, asked)
            self.queue(engine, asked, endless)
            self.refuse(engine, tmp_path)
            self.read_a_book(engine, tmp_path, endless)
            self.ask_several(engine, asked)
            self.go_on(engine, folder, endless)

            assert engine.end()[0] == 0
            assert engine.said[0] == Hello(VERSION)
            told = [type(event) for event in events_of(engine.said, 4)]
            assert told.count(Saw) == 1
            assert TextDelta in told
            lasts = [event.job for event in engine.said if isinstance(event, LAST_EVENTS)]
            assert lasts == sorted(set(lasts)), "exactly one last event for each job, in order"

    def type_in(self, engine: Closing, asked: Question) -> None:
        """Tell what is typed, then ask it: the answer is the same."""
        before = engine.said[-1]
        engine.send(Typing(5, structs.replace(asked, text="What is the to")))
        assert engine.last_of(5) == Looked(5)
        engine.send(Typing(6, asked, paused=True), Ask(7, asked))
        assert isinstance(engine.last_of(6), Cancelled | Looked), "it gives way to a question"
        done = engine.last_of(7)
        assert isinstance(done, Done)
        assert isinstance(before, Done)
        assert done.answer.text == before.answer.text

    def behind(self, engine: Closing, first: Ask, *waiting: Request) -> None:
        """Send jobs that all wait behind one that runs and ends only once they are there.

        Otherwise a job could be done before the next one comes.
        """
        engine.send(first)
        engine.until(lambda event: isinstance(event, TextDelta))
        engine.send(*waiting, Cancel(first.job))
        assert isinstance(engine.last_of(first.job), Cancelled), "it did not run until then"

    def queue(self, engine: Closing, asked: Question, endless: Question) -> None:
        """Send several jobs that wait together."""
        self.behind(
            engine,
            Ask(9, endless),
            *(Look(10, asked.page), Ask(11, asked), Ask(12, asked), Look(13, asked.page)),
            *(Ask(14, asked), Cancel(14), Cancel(4), Cancel(999)),
        )
        kinds = [type(engine.last_of(job)) for job in (10, 11, 12, 13, 14)]
        assert kinds == [Cancelled, Done, Done, Cancelled, Cancelled], (
            "a look gives way to a question, questions queue, a queued one can be cancelled"
        )

    def refuse(self, engine: Closing, tmp_path: Path) -> None:
        """Ask what cannot be answered."""
        gone = PageRef(str(tmp_path / "gone.pdf"), 0)
        engine.send(Ask(20, Question("What?", gone)))
        assert code_of(engine.last_of(20)) == "document_missing"
        engine.send(Look(21, gone))
        assert code_of(engine.last_of(21)) == "document_missing"
        path = tmp_path / "secret.pdf"
        with pymupdf.open() as pdf:
            pdf.new_page().insert_text((72, 100), TEXT)
            pdf.save(path, encryption=AES_256, user_pw=PASSWORD)
        part = Question("What?", PageRef(str(path), 0), Box(0, 0, 1, 0.5), max_new_tokens=4)
        engine.send(Ask(22, part))
        assert code_of(engine.last_of(22)) == "password_needed"
        engine.send(Unlock(str(path), PASSWORD), Ask(23, part))
        assert isinstance(engine.last_of(23), Done)
        engine.send(Ask(24, Question(" ", PageRef(str(path), 0))))
        assert code_of(engine.last_of(24)) == "question_unanswerable"

    def read_a_book(self, engine: Closing, tmp_path: Path, endless: Question) -> None:
        """Ask about a document of many pages."""
        path = tmp_path / "book.pdf"
        with pymupdf.open() as pdf:
            for number in range(6):
                words = TEXT if number == 3 else f"Page {number} of a book without any numbers"
                pdf.new_page().insert_text((72, 100), words + " and two more words", fontsize=12)
            pdf.save(path)
        asked = Question(
            "Which invoice?", PageRef(str(path), 0), max_new_tokens=8, whole_document=True
        )
        engine.send(Prepare(25, str(path)))
        assert engine.last_of(25) == Looked(25)
        engine.send(Ask(26, asked))
        done = engine.last_of(26)
        assert isinstance(done, Done)
        assert done.answer.read is not None
        assert {3, 0} < {page.page for page in done.answer.read.pages}
        assert (done.answer.read.page_count, done.answer.read.unread) == (6, 2)
        self.behind(engine, Ask(27, endless), Prepare(28, str(path)), AskAll(29, (asked, asked)))
        assert [type(engine.last_of(job)) for job in (28, 29)] == [Cancelled, AllAnswered], (
            "reading ahead gives way to questions"
        )

    def ask_several(self, engine: Closing, asked: Question) -> None:
        """Ask several questions in one job, one of which cannot be answered."""
        blank = Question(" ", asked.page)
        engine.send(AskAll(30, (asked, blank, asked)))
        assert engine.last_of(30) == AllAnswered(30)
        told = list(events_of(engine.said, 30))
        assert {event.index for event in told if isinstance(event, Answered)} == {0, 2}
        (refused,) = [event for event in told if isinstance(event, Unanswered)]
        assert (refused.index, refused.code) == (1, "question_unanswerable")

    def go_on(self, engine: Closing, folder: Path, endless: Question) -> None:
        """Do what only one kind of engine can; this one can no more."""
        assert engine.process.poll() is None

    def test_the_end_of_stdin_ends_the_process_under_a_job(
        self, folder: Path, endless: Question
    ) -> None:
        with self.talk() as engine:
            engine.send(Load(1, str(folder), device="cpu"), Ask(2, endless))
            engine.until(lambda event: isinstance(event, TextDelta))
            assert engine.end()[0] == 0

    @pytest.mark.parametrize(
        "line",
        [
            b"nonsense\n",
            b'{"kind":"unknown"}\n',
            b'{"kind":"cancel","job":1,"extra":2}\n',
            b'{"kind":"hello","version":99}\n',
        ],
    )
    def test_a_message_that_makes_no_sense_ends_the_process(self, line: bytes) -> None:
        with self.talk() as engine:
            engine.write(line)
            while engine.hear() is not None:
                pass
            code, errors = engine.end()
            assert code == 3
            assert "engine:" in errors


def code_of(event: Event) -> str:
    """Return the code of a failure."""
    assert isinstance(event, Failed), event
    return event.code


class Closing(Conversation):
    """A conversation that ends its process however a test ends."""

    def close(self) -> None:
        """Close stdin; the process then ends by itself."""
        if self.process.poll() is None:
            self.end()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def events_of(said: Sequence[Event], job: int) -> Iterator[Event]:
    """Return a job's events."""
    return (event for event in said if not isinstance(event, Hello) and event.job == job)
