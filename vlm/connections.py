"""The log of every connection the program makes: when, to which host, what for, how many bytes.

A file of lines; one is written before a connection is opened and one when it has ended, so that
even a killed process leaves its trace. Knows no network.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from vlm import paths

LARGEST_BYTES = 2_000_000
"""The file is put aside as `.old`, replacing an older one, when it has grown larger."""
SHOWN = 500


class _Opened(msgspec.Struct, frozen=True, tag="opened"):
    id: str
    time: float
    host: str
    purpose: str


class _Ended(msgspec.Struct, frozen=True, tag="ended"):
    id: str
    bytes: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Connection:
    """One request to a server.

    Attributes:
        time: When, in seconds since 1970.
        host: The server, with its port when that is unusual.
        purpose: What for, in words.
        bytes: Received, without headers; None while it is open or when the program was killed.
        outcome: How it ended, in words; "" when that is not known.
    """

    time: float
    host: str
    purpose: str
    bytes: int | None
    outcome: str


class Counting:
    """Counts a connection's bytes while it is open; `outcome` can be set by who reads it."""

    def __init__(self) -> None:
        self.bytes = 0
        self.outcome = "broke off"


class ConnectionLog:
    """Writes and reads the log."""

    def __init__(self) -> None:
        self.path = paths.log_dir() / "connections.jsonl"

    @contextlib.contextmanager
    def opened(self, host: str, purpose: str) -> Generator[Counting]:
        """Log a connection: its line is on disk before the block starts.

        Raises:
            OSError: If the log cannot be written; a connection that cannot be logged is not made.
        """
        self._make_room()
        number = uuid.uuid4().hex
        self._write(_Opened(number, time.time(), host, purpose))
        counting = Counting()
        try:
            yield counting
        finally:
            self._write(_Ended(number, counting.bytes, counting.outcome))

    def read(self, limit: int = SHOWN) -> tuple[Connection, ...]:
        """Return the latest connections, newest first. Lines cut short by a crash are left out."""
        found: dict[str, Connection] = {}
        for path in (self.path.with_suffix(".old"), self.path):
            for line in _lines(path):
                match line:
                    case _Opened():
                        found[line.id] = Connection(line.time, line.host, line.purpose, None, "")
                    case _Ended() if line.id in found:
                        open_ = found[line.id]
                        found[line.id] = Connection(
                            open_.time, open_.host, open_.purpose, line.bytes, line.outcome
                        )
                    case _:
                        continue
        return tuple(list(found.values())[::-1][:limit])

    def _write(self, line: _Opened | _Ended) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        with os.fdopen(os.open(self.path, flags, 0o600), "ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")

    def _make_room(self) -> None:
        # Another process may do the same at the same moment; then its turn was enough.
        with contextlib.suppress(FileNotFoundError):
            if self.path.stat().st_size > LARGEST_BYTES:
                self.path.replace(self.path.with_suffix(".old"))


def _lines(path: Path) -> Iterator[_Opened | _Ended]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for line in content.splitlines():
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            yield msgspec.json.decode(line, type=_Opened | _Ended)
