"""Messages to lines and back: one JSON object per line. The only place that knows the encoding."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from vlm import protocol
from vlm.errors import ProtocolError

MAX_LINE = 8 * 1024 * 1024
"""Bytes; a longer line is refused before it is parsed."""

T = TypeVar("T")


class Codec(Generic[T]):
    """Reads lines of one closed union of messages.

    Args:
        union: The tagged union type, e.g. `protocol.Request`.
    """

    def __init__(self, union: object) -> None:
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(union)

    def read(self, line: bytes) -> T:
        """Turn a line into a message.

        Raises:
            ProtocolError: For an unknown kind or field, a wrong type, or an overlong line.
        """
        if len(line) > MAX_LINE:
            raise ProtocolError(f"A message of {len(line)} bytes is longer than allowed.")
        try:
            return self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ProtocolError(f"A message could not be understood: {error}") from error


def write(message: msgspec.Struct) -> bytes:
    """Turn a message into a line, its end included."""
    return msgspec.json.encode(message) + b"\n"


REQUESTS: Codec[protocol.Request] = Codec(protocol.Request)
EVENTS: Codec[protocol.Event] = Codec(protocol.Event)
