import pytest

from vlm import protocol, wire
from vlm.errors import ProtocolError
from vlm.types import Box, PageRef, Question


def test_a_question_survives_the_wire() -> None:
    question = Question("What is the total?", PageRef("a.pdf", 3, 90), Box(0.1, 0.2, 0.3, 0.4))
    line = wire.write(protocol.Ask(7, question))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert wire.REQUESTS.read(line) == protocol.Ask(7, question)


def test_kind_comes_first() -> None:
    assert wire.write(protocol.Cancel(1)).startswith(b'{"kind":"cancel"')


@pytest.mark.parametrize(
    "line",
    [
        b'{"kind":"nonsense","job":1}',
        b'{"kind":"cancel","job":1,"extra":2}',
        b'{"kind":"cancel","job":"one"}',
        b'{"kind":"ask","job":1,"question":{"text":"x","page":{"path":"a","page":0},'
        b'"box":{"x0":0.5,"y0":0,"x1":0.2,"y1":1}}}',
        b"not json",
        b"\xff",
    ],
)
def test_a_line_that_means_nothing_is_an_error(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        wire.REQUESTS.read(line)


def test_an_overlong_line_is_refused_unparsed() -> None:
    with pytest.raises(ProtocolError, match="longer"):
        wire.REQUESTS.read(b" " * (wire.MAX_LINE + 1))


def test_an_event_is_not_a_request() -> None:
    with pytest.raises(ProtocolError):
        wire.REQUESTS.read(wire.write(protocol.Looked(1)))
