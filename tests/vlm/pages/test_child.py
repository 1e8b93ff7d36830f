from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vlm.pages import samples
from vlm import children, wire
from vlm.errors import ProtocolError
from vlm.pages import jail, reader
from vlm.pages.child import Desk, Line
from vlm.pages.protocol import (
    REPLIES,
    VERSION,
    Draw,
    Drawn,
    Failed,
    Measure,
    Measured,
    Open,
    Opened,
    Read,
    Ready,
    Reply,
    Request,
    Text,
)
from vlm.pages.reader import Reader
from vlm.types import WHOLE_PAGE, PageSize

unix_only = pytest.mark.skipif(not reader.HANDS_OVER, reason="descriptors cannot be handed over")


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, Line]]:
    """The parent's end, and the line of a child in this process."""
    ours, theirs = socket.socketpair()
    inward = theirs.detach()
    line = Line(inward, os.dup(inward))
    yield ours, line
    ours.close()
    line.close()


def asked(
    ends: tuple[socket.socket, Line], desk: Desk, request: Request, file: Path | None = None
) -> Reply:
    """Send a request, let the desk answer it, return the reply."""
    ours, line = ends
    if file is None:
        ours.sendall(wire.write(request))
    else:
        with file.open("rb") as opened:
            socket.send_fds(ours, [wire.write(request)], [opened.fileno()])
    received = line.receive()
    assert received == request
    desk.answer(request)
    return REPLIES.read(ours.recv(1 << 16).partition(b"\n")[0])


@unix_only
class TestDesk:
    def test_one_document_from_opening_to_words(
        self, ends: tuple[socket.socket, Line], tmp_path: Path
    ) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(samples.pdf(pages=2))
        desk = Desk(ends[1])
        assert asked(ends, desk, Open(VERSION, 1, "a.pdf"), path) == Opened(
            1, "pdf", 2, PageSize(200.0, 100.0)
        )
        assert asked(ends, desk, Measure(2, 1, 9)) == Measured(2, (PageSize(200.0, 100.0),))
        assert asked(ends, desk, Draw(3, 0, WHOLE_PAGE, 4, 2, 0)) == Drawn(3, 24, shared=False)
        text = asked(ends, desk, Read(4, 1))
        assert isinstance(text, Text)
        assert [word.text for word in text.words] == ["Hello", "world", "2"]
        failed = asked(ends, desk, Read(5, 2))
        assert failed == Failed(5, "unreadable_document", "a.pdf has no page 3; it has 2 pages.")

    def test_a_second_document_is_refused(
        self, ends: tuple[socket.socket, Line], tmp_path: Path
    ) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(samples.pdf())
        desk = Desk(ends[1])
        assert isinstance(asked(ends, desk, Open(VERSION, 1, "a.pdf"), path), Opened)
        assert isinstance(asked(ends, desk, Open(VERSION, 2, "a.pdf")), Failed)

    @pytest.mark.parametrize(
        "request_", [Measure(1, 0, 1), Open(VERSION + 1, 1, "a"), Open(VERSION, 1, "a")]
    )
    def test_without_a_document_nothing_is_answered(
        self, ends: tuple[socket.socket, Line], request_: Request
    ) -> None:
        assert isinstance(asked(ends, Desk(ends[1]), request_), Failed)

    def test_a_password_is_asked_for_by_code(
        self, ends: tuple[socket.socket, Line], tmp_path: Path
    ) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(samples.locked("geheim"))
        failed = asked(ends, Desk(ends[1]), Open(VERSION, 1, "a.pdf"), path)
        assert isinstance(failed, Failed)
        assert failed.code == "password_needed"

    def test_the_line_ends_with_its_parent(self, ends: tuple[socket.socket, Line]) -> None:
        ends[0].sendall(b'{"kind":')
        ends[0].shutdown(socket.SHUT_WR)
        assert ends[1].receive() is None

    def test_what_is_no_request_is_an_error(self, ends: tuple[socket.socket, Line]) -> None:
        ends[0].sendall(b'{"kind":"erase"}\n')
        with pytest.raises(ProtocolError):
            ends[1].receive()


class TestProcess:
    def test_ends_when_its_input_does_and_says_only_that_it_was_ready(self) -> None:
        command = children.command("pages")
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
        first, *rest = done.stdout.splitlines(keepends=True)
        ready = REPLIES.read(first)
        assert isinstance(ready, Ready)
        assert (rest, done.stderr) == ([], b"")
        if sys.platform == "linux":
            assert ready.jail == jail.describe()

    def test_through_pipes_it_opens_what_its_jail_lets_it(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(reader, "HANDS_OVER", False)
        path = tmp_path / "a.pdf"
        path.write_bytes(samples.pdf())
        one = Reader()
        try:
            one.get_ready()
            reply, _ = one.ask(Open(VERSION, 1, "a.pdf", str(path)), 10)
        finally:
            one.end()
        if jail.probe().landlock or jail.probe().seccomp:
            assert isinstance(reply, Failed)
            assert reply.code == "document_missing"
        else:
            assert isinstance(reply, Opened)
