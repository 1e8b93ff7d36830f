"""How much memory this machine has, and whether a model fits into it. Knows no torch.

The graphics card is asked through the driver's own tool, so that the window need not load torch.
"""

from __future__ import annotations

import csv
import platform
import shutil
import subprocess
from dataclasses import dataclass
from enum import Enum

import psutil

from vlm import amounts
from vlm.shortage import free_bytes

ROOM = 1.2
"""What a loaded model needs besides its weights, as a factor; `vlm.device` demands the same."""
GPU_BYTES_PER_WEIGHT = 2
"""A GPU computes in a 16-bit format."""
CPU_BYTES_PER_WEIGHT = 4
"""A processor computes in 32 bits unless it was measured to be faster in 16."""
GUESSED = 2**28
"""Numbers up to which a processor may hold the text model in 8 bits as well, to guess tokens."""
LAID_OUT = 2**26
"""Numbers up to which it may hold the text model a second time, laid out for a few rows."""
PROGRAM = 450_000_000
"""Bytes of main memory that the engine takes besides its model: 0.36 GB when its libraries are
imported, the rest for the first page. Measured with torch 2.13 and transformers 5.23."""
_ASK_S = 5.0


@dataclass(frozen=True, slots=True)
class Gpu:
    """A graphics card; sizes in bytes."""

    name: str
    total: int
    free: int


@dataclass(frozen=True, slots=True)
class Machine:
    """What models can run on.

    Attributes:
        total: Main memory, bytes.
        free: Of it, bytes that nothing uses now.
        gpu: The card with the most memory, None without one.
        shared: Whether a GPU works in the main memory.
        cpu_bytes_per_weight: 4, or 2 where a model was seen to run in 16 bits.
    """

    total: int
    free: int
    gpu: Gpu | None = None
    shared: bool = False
    cpu_bytes_per_weight: int = CPU_BYTES_PER_WEIGHT


class Fit(Enum):
    """Whether a model can run here."""

    YES = "fits"
    TIGHT = "tight"
    CPU_ONLY = "cpu only"
    NO = "too large"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Need:
    """What a model needs here.

    Attributes:
        fit: Whether it can run.
        sentence: The same in words, with both sizes.
        bytes: On the device where it would run; 0 when unknown.
    """

    fit: Fit
    sentence: str
    bytes: int = 0


def look(cpu_bytes_per_weight: int = CPU_BYTES_PER_WEIGHT) -> Machine:
    """Look at this machine; takes up to some seconds, so not on the window's thread."""
    memory = psutil.virtual_memory()
    shared = platform.system() == "Darwin" and platform.machine() == "arm64"
    width = GPU_BYTES_PER_WEIGHT if shared else cpu_bytes_per_weight
    return Machine(memory.total, free_bytes(), _largest_gpu(), shared, width)


def need(weights: int, machine: Machine) -> Need:
    """Say what a model of so many numbers needs on this machine."""
    if weights <= 0:
        return Need(Fit.UNKNOWN, "It is not known how much memory it needs.")
    if machine.gpu is not None:
        return _on_gpu(weights, machine, machine.gpu)
    return _judge(_beside(weights, machine), machine.total, machine.free, "memory")


def _beside(weights: int, machine: Machine) -> int:
    """Return the bytes that a model and what runs it need in main memory, at most."""
    needed = PROGRAM + int(weights * machine.cpu_bytes_per_weight * ROOM)
    if machine.cpu_bytes_per_weight < CPU_BYTES_PER_WEIGHT:
        return needed
    guesses = weights if weights <= GUESSED else 0
    return needed + guesses + (weights * CPU_BYTES_PER_WEIGHT if weights <= LAID_OUT else 0)


def _on_gpu(weights: int, machine: Machine, gpu: Gpu) -> Need:
    needed = int(weights * GPU_BYTES_PER_WEIGHT * ROOM)
    there = _judge(needed, gpu.total, gpu.free, "GPU memory")
    beside = _beside(weights, machine)
    if there.fit is not Fit.NO or beside > machine.total:
        return there
    sentence = f"{there.sentence}. It can run on the processor, slowly"
    return Need(Fit.CPU_ONLY, sentence, beside)


def _judge(needed: int, total: int, free: int, kind: str) -> Need:
    about, have = amounts.memory_number(needed), amounts.memory_number(total)
    sentence = f"Needs about {about} GB of {kind}; you have {have}"
    if needed > total:
        return Need(Fit.NO, sentence, needed)
    if needed > free:
        left = amounts.memory_number(free)
        return Need(Fit.TIGHT, f"{sentence}, of which {left} are free now", needed)
    return Need(Fit.YES, sentence, needed)


def _largest_gpu() -> Gpu | None:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    command = [tool, "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=_ASK_S, check=True, encoding="utf-8"
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None  # a driver that does not answer cannot run a model either
    return largest(answer.stdout)


def largest(table: str) -> Gpu | None:
    """Read the tool's table (name, total and free MiB a line); return the largest card."""
    found: list[Gpu] = []
    for row in csv.reader(table.splitlines(), skipinitialspace=True):
        if len(row) == 3 and row[1].isdigit() and row[2].isdigit():
            found.append(Gpu(row[0], int(row[1]) * 2**20, int(row[2]) * 2**20))
    return max(found, key=lambda gpu: gpu.total, default=None)
