"""How much a machine that is busy with other programs slows the engine's looking at pages.

Run with `python -m benchmarks.busy`. A process that only counts runs on each core, at the
usual priority. The model that ships encodes a strip and a page in the plain way, all threads
waiting as they do by default, and as the engine does it; the ways take turns, each in a process of
its own since threads learn once how to wait. Prints medians and ratios, idle and busy.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from statistics import median

import msgspec
import torch
from PIL import Image

from vlm import models
from vlm.cancel import returned
from vlm.device import Placement
from vlm.encoder_work import encode
from vlm.loader import load
from vlm.yielding_cores import yield_cores

STRIP, PAGE = (640, 32), (640, 640)
"""Sizes of what is looked at, pixels."""

WAYS = ("plain", "engine")


def measure(way: str, repeats: int) -> dict[str, float]:
    """Return the median seconds that a strip and a page take in this process."""
    placement = Placement("cpu", torch.float32, torch.float32, "To compare.")
    loaded = returned(load(models.shipped_folders()[0], None, placement))
    family, model = loaded.family, loaded.model
    found = {}
    for name, size in (("strip", STRIP), ("page", PAGE)):
        pixels = family.pixels(loaded.processor, Image.effect_noise(size, 90).convert("RGB"))

        def plain(pixels: dict[str, torch.Tensor] = pixels) -> object:
            with torch.inference_mode():
                return family.encode(model, pixels)

        def ours(pixels: dict[str, torch.Tensor] = pixels) -> object:
            return encode(family, model, pixels)

        found[name] = _median(plain if way == "plain" else ours, repeats)
    return found


def _median(look: Callable[[], object], repeats: int) -> float:
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        look()
        spent.append(time.perf_counter() - start)
    return median(spent[1:])


@contextmanager
def counting(processes: int) -> Generator[None]:
    """Keep so many processes counting while open."""
    command = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(command) for _ in range(processes)]
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


def _in_child(way: str, repeats: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.busy", "--way", way, "--repeats", str(repeats)]
    run = subprocess.run(command, capture_output=True, check=True)
    return msgspec.json.decode(run.stdout, type=dict[str, float])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", choices=WAYS, help="measure one way here, as the children do")
    given = parser.parse_args()
    if given.way == "engine":
        yield_cores()
    if given.way:
        sys.stdout.buffer.write(msgspec.json.encode(measure(given.way, given.repeats)))
        return
    for state, processes in (("idle", 0), ("busy", os.cpu_count() or 1)):
        with counting(processes):
            rounds = [
                {way: _in_child(way, given.repeats) for way in WAYS} for _ in range(given.rounds)
            ]
        for name in ("strip", "page"):
            plain, ours = (median(one[way][name] for one in rounds) for way in WAYS)
            print(
                f"{state} {name}: plain {1e3 * plain:.1f} ms, engine {1e3 * ours:.1f} ms, "
                f"{plain / ours:.2f} times as fast"
            )


if __name__ == "__main__":
    main()
