"""A server on 127.0.0.1 that speaks the OpenAI protocol and misbehaves when it is told to."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "qwen-vl"
PIECES = (("Total", 0.9), (" 84", 0.4), (".50", 0.5))
TEXT = "Total 84.50"
KEY = "sk-very-secret"


@dataclass
class FakeServer:
    """What the server has, what it shall do wrong, and what it was asked.

    Attributes:
        models: The names that it lists.
        tells_sureness: Whether it knows `logprobs`; else it refuses questions that want them.
        silent: Whether it leaves `logprobs` out without a word.
        status: Answer questions with this status instead.
        body: With this body instead.
        headers: With these headers as well.
        kind: Its content type; "" for the usual one.
        pieces: The answer.
        drop: Close the connection after so many pieces.
        hold: Wait after so many pieces until the server is let go.
        chatter: Bytes that follow the answer and make no sense.
        asked: Path and content of each request, and its key.
    """

    models: Sequence[str] = (MODEL,)
    tells_sureness: bool = True
    silent: bool = False
    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    kind: str = ""
    pieces: Sequence[tuple[str, float]] = PIECES
    drop: int | None = None
    hold: int | None = None
    chatter: int = 0
    asked: list[tuple[str, dict[str, Any], str]] = field(
        default_factory=list[tuple[str, dict[str, Any], str]]
    )
    address: str = ""
    held: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def questions(self) -> list[dict[str, Any]]:
        """What was posted."""
        return [content for path, content, _ in self.asked if path.endswith("/chat/completions")]

    def events(self, sureness: bool) -> Iterator[bytes]:
        """Yield the answer as server-sent events."""
        for text, probability in self.pieces:
            choice: dict[str, Any] = {"index": 0, "delta": {"content": text}}
            if sureness and not self.silent:
                token = {"token": text, "logprob": math.log(probability)}
                choice["logprobs"] = {"content": [token]}
            yield b"data: " + json.dumps({"choices": [choice], "extra": 1}).encode() + b"\n\n"
        last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        yield b": a comment\r\n\r\ndata: " + json.dumps(last).encode() + b"\r\n\r\n"
        yield b"data: [DONE]\n\n"


class _Handler(BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  # narrower
    timeout = 20

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        fake = self.server.fake
        fake.asked.append((self.path, {}, self.headers.get("Authorization", "")))
        if self.path != "/v1/models":
            self._send(404, b"", "text/html")
        elif fake.status != 200 and fake.status != 404:
            self._send(fake.status, fake.body or b"", "application/json")
        else:
            names = [{"id": name, "object": "model"} for name in fake.models]
            self._send(200, json.dumps({"data": names}).encode(), "application/json")

    def do_POST(self) -> None:
        fake = self.server.fake
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fake.asked.append((self.path, content, self.headers.get("Authorization", "")))
        if content.get("logprobs") and not fake.tells_sureness:
            self._send(400, b'{"object":"error","message":"logprobs is not supported"}', "")
        elif fake.status != 200 or fake.body is not None:
            self._send(fake.status, fake.body or b"", fake.kind)
        else:
            self._stream(fake, bool(content.get("logprobs")))

    def _stream(self, fake: FakeServer, sureness: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", fake.kind or "text/event-stream; charset=utf-8")
        self.end_headers()
        try:
            for number, event in enumerate(fake.events(sureness)):
                if number == fake.hold:
                    fake.held.set()
                    fake.let_go.wait(20)
                if number == fake.drop:
                    return
                self.wfile.write(event)
                self.wfile.flush()
            for _ in range(fake.chatter // 100_000):
                self.wfile.write(b": " + b"x" * 99_997 + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in self.server.fake.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind or "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self, fake: FakeServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake


@contextmanager
def serving(fake: FakeServer) -> Generator[FakeServer]:
    """Serve while the block runs; no thread is left after it."""
    server = _Server(fake)
    fake.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield fake
    finally:
        fake.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()
