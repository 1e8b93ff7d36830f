"""How fast a model is fetched, hashed and kept, against only reading it; and what the window feels.

Both are done over and over in turn in one run, from a server in a process of its own on this
machine. Meanwhile a timer of the window's thread should tick every 5 ms; its gaps are printed.

    python -m benchmarks.fetching [--megabytes N] [--rounds N]
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, QTimer, Slot

from app.models.fetching import Fetching
from app.models.work import Source
from tests.hub_server import COMMIT, FakeHub, safetensors, serving, tiny_files
from vlm.hub import ModelName
from vlm.parts import Store

TINY = ModelName("owner", "tiny")
WEIGHTS = "model.safetensors"
TICK_MS = 5


class Ticks(QObject):
    """Notes the seconds between two ticks of a timer."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    def start(self) -> None:
        """Begin to tick."""
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """Tick no more."""
        self._timer.stop()

    @Slot()
    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now


def serve(megabytes: int) -> None:
    """Be the server until the input ends."""
    files = tiny_files()
    files[WEIGHTS] = safetensors(megabytes * 1_000_000)
    with serving(FakeHub({COMMIT: files})) as hub:
        print(hub.address, flush=True)
        sys.stdin.read()


def fetched(address: str, ticks: Ticks) -> float:
    """Fetch the model as the window does; return the seconds."""
    fetching = Fetching(Source(address, plain_local=True))
    loop = QEventLoop()
    fetching.gone.connect(loop.quit)
    fetching.failed.connect(loop.quit)
    start = time.perf_counter()
    ticks.start()
    fetching.start(TINY)
    loop.exec()
    ticks.stop()
    seconds = time.perf_counter() - start
    fetching.shutdown()
    Store().delete(Store().folder(TINY))
    return seconds


def read(address: str) -> float:
    """Read the weights and drop them; return the seconds."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection(address.removeprefix("http://"))
    connection.request("GET", f"/{TINY.id}/resolve/{COMMIT}/{WEIGHTS}")
    answer = connection.getresponse()
    while answer.read(1 << 20):
        pass
    connection.close()
    return time.perf_counter() - start


def report(megabytes: int, ours: list[float], plain: list[float], gaps: list[float]) -> None:
    """Print the table."""
    fast, bare = statistics.median(ours), statistics.median(plain)
    gaps.sort()
    print(f"{megabytes} MB, median of {len(ours)} rounds in turn")
    print(f"  fetched, hashed, kept and synced  {megabytes / fast:7.0f} MB/s")
    print(f"  only read by http.client          {megabytes / bare:7.0f} MB/s")
    print(f"  ratio                             {fast / bare:7.2f} times as long")
    print(f"gaps of a {TICK_MS} ms timer on the window's thread, {len(gaps)} of them")
    print(f"  median                            {gaps[len(gaps) // 2] * 1000:7.1f} ms")
    print(f"  99 %                              {gaps[int(len(gaps) * 0.99)] * 1000:7.1f} ms")
    print(f"  longest                           {gaps[-1] * 1000:7.1f} ms")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Measure fetching a model.")
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.megabytes)
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ["VLM_DESK_HOME"] = str(Path(home))
        command = [sys.executable, "-m", "benchmarks.fetching", "--serve"]
        command += ["--megabytes", str(arguments.megabytes)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            application = QCoreApplication([])
            ticks, ours, plain = Ticks(), [], []
            for _ in range(arguments.rounds):
                ours.append(fetched(address, ticks))
                plain.append(read(address))
            application.quit()
            assert server.stdin is not None
            server.stdin.close()
    report(arguments.megabytes, ours, plain, ticks.gaps)


if __name__ == "__main__":
    main()
