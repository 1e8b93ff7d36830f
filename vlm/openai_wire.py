"""What is said to an OpenAI-compatible server and what it says, as bytes and values. Pure.

Only what is needed is read; a server may say more.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

from vlm.errors import RemoteFailed

INSTRUCTION = (
    "Answer as briefly as the question allows, with the page's own words where they answer it. "
    "If the page does not say it, answer: Not on this page."
)
"""Stands before every question: a whole sentence around an answer could not be checked."""
LINE_BYTES = 1_000_000
"""A line of a stream is never longer than this."""
TELLING = 240
"""Characters of a server's own explanation that a person is shown."""

T = TypeVar("T")


class Piece(msgspec.Struct, frozen=True):
    """One word piece of an answer with the probability that the model gave it, in [0, 1]."""

    text: str
    probability: float


class Chunk(msgspec.Struct, frozen=True):
    """A part of an answer; `finish` is "" while more comes."""

    text: str = ""
    pieces: tuple[Piece, ...] = ()
    finish: str = ""


class _Token(msgspec.Struct):
    token: str
    logprob: float = 0.0


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Message | None = None
    message: _Message | None = None
    logprobs: _Logprobs | None = None
    finish_reason: str | None = None


class _Trouble(msgspec.Struct):
    message: str = ""


class _Said(msgspec.Struct):
    choices: list[_Choice] = []
    error: _Trouble | str | None = None
    message: str = ""
    detail: object = None


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


def question(
    model: str, text: str, pictures: Sequence[tuple[str, bytes]], most: int, *, sureness: bool
) -> bytes:
    """Write a question with its pictures.

    Args:
        model: As the server calls it.
        text: The question.
        pictures: Kind ("png" or "jpeg") and file of each.
        most: Longest answer in word pieces.
        sureness: Ask for the probabilities as well.
    """
    content: list[dict[str, object]] = [
        {
            "type": "image_url",
            "image_url": {"url": f"data:image/{kind};base64,{base64.b64encode(data).decode()}"},
        }
        for kind, data in pictures
    ]
    content.append({"type": "text", "text": f"{INSTRUCTION}\n\n{text}"})
    wanted: dict[str, object] = {
        "model": model,
        "messages": [{"role": "user", "content": content}],
        "max_tokens": most,
        "temperature": 0,
        "stream": True,
    }
    if sureness:
        wanted["logprobs"] = True
    return msgspec.json.encode(wanted)


def models(content: bytes) -> tuple[str, ...]:
    """Read the names of a server's models.

    Raises:
        RemoteFailed: If it is no such list.
    """
    return tuple(one.id for one in _decode(content, _Models).data)


def chunk(content: bytes) -> Chunk:
    """Read a part of an answer, or a whole one.

    Raises:
        RemoteFailed: If the server says that it failed, or makes no sense.
    """
    said = _decode(content, _Said)
    if said.error is not None:
        why = said.error if isinstance(said.error, str) else said.error.message
        raise RemoteFailed(f"The server could not go on: {telling(why)}")
    if not said.choices:
        return Chunk()
    choice = said.choices[0]
    told = choice.delta or choice.message or _Message()
    tokens = (choice.logprobs.content if choice.logprobs else None) or []
    pieces = tuple(Piece(one.token, math.exp(min(0.0, one.logprob))) for one in tokens)
    return Chunk(told.content or "", pieces, choice.finish_reason or "")


def explanation(content: bytes) -> str:
    """Return what a refusal says about itself, "" when it says nothing that can be read."""
    try:
        said = msgspec.json.decode(content, type=_Said)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    if isinstance(said.error, _Trouble):
        return telling(said.error.message)
    detail = said.detail if isinstance(said.detail, str) else ""
    return telling(said.error or said.message or detail)


def telling(text: str) -> str:
    """Make a server's own words fit to be shown: one line, not long, printable."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line if len(line) <= TELLING else f"{line[:TELLING]}…"


class Lines:
    """Cuts a stream of server-sent events into their data."""

    def __init__(self) -> None:
        self._rest = b""

    def take(self, data: bytes) -> Iterator[bytes]:
        """Take bytes as they came; yield the data of every event that is whole now.

        Raises:
            RemoteFailed: If a line does not end.
        """
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LINE_BYTES:
            raise RemoteFailed("The server sent a line without an end, which is no answer.")
        for line in whole:
            if line.startswith(b"data:"):
                yield line[5:].strip()

    def rest(self) -> Iterator[bytes]:
        """Yield what stands at the end without a line break."""
        if self._rest.startswith(b"data:"):
            yield self._rest[5:].strip()


def _decode(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RemoteFailed(
            "The server answered something that this program does not understand. Check that it "
            "speaks the OpenAI protocol, and the path at the end of its address."
        ) from error
