from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from vlm import children, wire
from vlm.pages import reader
from vlm.pages.protocol import VERSION, Draw, Drawn, Measure, Measured, Ready, Text
from vlm.pages.reader import Gone, Late, Reader
from vlm.types import WHOLE_PAGE, PageSize

READY = wire.write(Ready(VERSION, "nothing"))
MEASURE = Measure(7, 0, 1)
MEASURED = Measured(7, (PageSize(1.0, 2.0),))
Said = list[bytes | None]

DRAW = Draw(7, 0, WHOLE_PAGE, 2, 1, 0)


@pytest.fixture(params=[True, False], ids=["socket", "pipes"])
def speaking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Said:
    """What the process says: the first line at once, each other after a line was read.

    None ends it; when it has said all, it waits.
    """
    monkeypatch.setattr(reader, "HANDS_OVER", request.param and reader.HANDS_OVER)
    said: list[bytes | None] = [READY]

    def command(name: str) -> list[str]:
        code = (
            "import sys\n"
            f"for part in {said!r}:\n"
            "    if part is None: sys.exit()\n"
            "    sys.stdout.buffer.write(part); sys.stdout.buffer.flush()\n"
            "    if part[-1:] == b'\\n': sys.stdin.buffer.readline()\n"
            "sys.stdin.buffer.read()\n"
        )
        return [sys.executable, "-S", "-c", code]

    monkeypatch.setattr(children, "command", command)
    return said


@pytest.fixture
def started(speaking: Said) -> Iterator[list[Reader]]:
    running: list[Reader] = []
    yield running
    for one in running:
        one.end()


def start(running: list[Reader]) -> Reader:
    made = Reader()
    running.append(made)
    return made


def test_a_question_is_answered(speaking: Said, started: list[Reader]) -> None:
    speaking += [wire.write(MEASURED), wire.write(Drawn(7, 6, shared=False)) + b"\xff\0\n" * 2]
    one = start(started)
    one.get_ready()
    assert one.jail == "nothing"
    assert one.ask(MEASURE, 30) == (MEASURED, b"")
    assert one.ask(DRAW, 30)[1] == b"\xff\0\n\xff\0\n"
    assert one.alive
    one.end()
    assert not one.alive


@pytest.mark.parametrize(
    "first",
    [
        wire.write(Ready(VERSION + 1, "")),
        wire.write(MEASURED),
        b"Traceback (most recent call last):\n",
        b"",
        b"\xff\xfe\n",
        b"{" * 100,
    ],
)
def test_what_is_no_page_process_is_ended(
    speaking: Said, started: list[Reader], first: bytes
) -> None:
    speaking[:] = [first, None]
    one = start(started)
    with pytest.raises(Gone):
        one.get_ready()
    assert not one.alive


@pytest.mark.parametrize(
    "answer",
    [
        b'{"kind":"own","job":7}\n',
        wire.write(Measured(8, (PageSize(1.0, 2.0),))),
        READY,
        wire.write(Drawn(7, 48_000_000, shared=False)),
        wire.write(Drawn(7, 6, shared=False)) + b"only",
    ],
)
def test_an_answer_to_another_question_ends_it(
    speaking: Said, started: list[Reader], answer: bytes
) -> None:
    speaking += [answer, None]
    one = start(started)
    one.get_ready()
    with pytest.raises(Gone):
        one.ask(DRAW, 30)
    assert not one.alive


def test_a_drawing_is_no_answer_to_another_question(speaking: Said, started: list[Reader]) -> None:
    speaking.append(wire.write(Drawn(7, 6, shared=False)) + bytes(6))
    one = start(started)
    one.get_ready()
    with pytest.raises(Gone):
        one.ask(MEASURE, 30)


def test_a_line_without_end_is_not_kept(
    speaking: Said, started: list[Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    speaking.append(b"[" * 5000)
    one = start(started)
    one.get_ready()
    monkeypatch.setattr(wire, "MAX_LINE", 4000)
    with pytest.raises(Gone):
        one.ask(MEASURE, 30)


def test_silence_is_late(speaking: Said, started: list[Reader]) -> None:
    one = start(started)
    one.get_ready()
    with pytest.raises(Late):
        one.ask(MEASURE, 0.1)
    assert not one.alive


def test_dribbling_is_late_too(speaking: Said, started: list[Reader]) -> None:
    speaking.append(wire.write(Text(7, ()))[:-1])
    one = start(started)
    one.get_ready()
    with pytest.raises(Late):
        one.ask(MEASURE, 0.1)


def test_an_ended_process_is_gone(speaking: Said, started: list[Reader]) -> None:
    one = start(started)
    one.get_ready()
    one.end()
    with pytest.raises(Gone):
        one.ask(MEASURE, 1)
