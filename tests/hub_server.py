"""A server on 127.0.0.1 that speaks the model hub's protocol and misbehaves when it is told to."""

from __future__ import annotations

import hashlib
import json
import struct
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HELD_S = 600
"""How long a held answer waits to be let go, which the end of its test does."""

CONFIG = {"model_type": "idefics3", "vision_config": {"hidden_size": 64}}


def safetensors(count: int, seed: int = 0) -> bytes:
    """Build a weights file of `count` bytes of one tensor."""
    header = json.dumps(
        {"weight": {"dtype": "U8", "shape": [count], "data_offsets": [0, count]}}
    ).encode()
    block = hashlib.sha256(str(seed).encode()).digest()
    body = (block * (count // len(block) + 1))[:count]
    return struct.pack("<Q", len(header)) + header + body


def git_sha1(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@dataclass
class Fault:
    """What to do wrong with one answer.

    Attributes:
        status: Answer with this status and no body.
        headers: More headers of the answer.
        drop_after: Close the connection after so many bytes of the body.
        hold_after: Send so many bytes, then wait until the server is let go.
        body: Send this instead.
        ignore_range: Send everything although a part was asked for.
        short: Announce and send only so many bytes.
        drip: Send in so many pieces with a pause before each.
        pause_s: Seconds of that.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])
    drop_after: int | None = None
    hold_after: int | None = None
    body: bytes | None = None
    ignore_range: bool = False
    short: int | None = None
    drip: int = 1
    pause_s: float = 0.0


@dataclass
class FakeHub:
    """What the server has, what it shall do wrong, and what it was asked.

    Attributes:
        files: By commit, then by name.
        main: The commit that "main" means now.
        faults: For each path's end, one for each of the next requests.
        asked: Path and range of each request.
        change: Edits the answer about a model before it is sent.
    """

    files: dict[str, dict[str, bytes]]
    main: str = COMMIT
    faults: dict[str, deque[Fault]] = field(default_factory=dict[str, "deque[Fault]"])
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    change: Callable[[dict[str, object]], None] = lambda info: None
    address: str = ""
    held: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def fail(self, name: str, *faults: Fault) -> None:
        """Do these things wrong, one after the other, with requests for `name`."""
        self.faults[name] = deque(faults)

    def fault(self, path: str) -> Fault:
        for name, waiting in self.faults.items():
            if path.endswith(name) and waiting:
                return waiting.popleft()
        return Fault()

    def ranges(self, name: str) -> list[str]:
        """Return the ranges that were asked of a file, "" for all of it."""
        return [asked for path, asked in self.asked if path.endswith(name)]

    def info(self, commit: str) -> bytes:
        rows = []
        for name, content in self.files[commit].items():
            row: dict[str, object] = {"rfilename": name, "size": len(content)}
            row["blobId"] = git_sha1(content)
            if name.endswith(".safetensors"):
                sha256 = hashlib.sha256(content).hexdigest()
                row["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 133}
            rows.append(row)
        info: dict[str, object] = {"sha": commit, "siblings": rows, "id": "owner/tiny"}
        info["safetensors"] = {"total": 1000, "parameters": {"F32": 1000}}
        self.change(info)
        return json.dumps(info).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  # narrower
    timeout = 20

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        hub = self.server.hub
        path, _, _ = self.path.partition("?")
        asked = self.headers.get("Range", "")
        hub.asked.append((path, asked))
        fault = hub.fault(path)
        if fault.status:
            self._send(fault.status, b"", fault)
            return
        content = self._find(path)
        if content is None:
            self._send(404, b"", Fault(headers={"X-Error-Code": "RepoNotFound"}))
            return
        content = content if fault.body is None else fault.body
        start = 0 if fault.ignore_range or not asked else int(asked[6:].rstrip("-"))
        if start:
            whole = len(content)
            fault.headers["Content-Range"] = f"bytes {start}-{whole - 1}/{whole}"
        self._send(206 if start else 200, content[start:], fault)

    def _find(self, path: str) -> bytes | None:
        hub = self.server.hub
        steps = path.strip("/").split("/")
        match steps:
            case ["api", "models", "owner", "tiny", "revision", revision]:
                commit = hub.main if revision == "main" else revision
                return hub.info(commit) if commit in hub.files else None
            case ["owner", "tiny", "resolve", commit, *rest]:
                return hub.files.get(commit, {}).get("/".join(rest))
            case ["elsewhere", *rest]:
                return hub.files[hub.main].get("/".join(rest))
            case _:
                return None

    def _send(self, status: int, content: bytes, fault: Fault) -> None:
        content = content[: fault.short]
        self.send_response(status)
        for name, value in fault.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        stop = fault.drop_after if fault.drop_after is not None else fault.hold_after
        try:
            for piece in _pieces(content[:stop], fault):
                self.wfile.write(piece)
                self.wfile.flush()
            if fault.hold_after is not None:
                self.server.hub.held.set()
                self.server.hub.let_go.wait(HELD_S)
            if stop is not None:
                self.close_connection = True
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


def _pieces(content: bytes, fault: Fault) -> Iterator[bytes]:
    size = -(-len(content) // fault.drip)
    for start in range(0, len(content), max(size, 1)):
        if fault.drip > 1:
            threading.Event().wait(fault.pause_s)
        yield content[start : start + size]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True

    def __init__(self, hub: FakeHub) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub = hub


def tiny_files(weights: int = 300_000, seed: int = 0) -> dict[str, bytes]:
    """Return the files of a model that can be examined but not loaded."""
    return {
        "config.json": json.dumps(CONFIG).encode(),
        "README.md": b"# Tiny\n",
        "preprocessor_config.json": b"{}",
        "tokenizer.json": b"{}" + b" " * 5000,
        "model.safetensors": safetensors(weights, seed),
        "pytorch_model.bin": b"\x80\x04pickle",
        "modeling_tiny.py": b"raise SystemExit",
        "onnx/model.onnx": b"onnx",
    }


@contextmanager
def serving(hub: FakeHub) -> Generator[FakeHub]:
    """Run the server for a while."""
    server = _Server(hub)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()
