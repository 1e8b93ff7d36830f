"""Blocks that were given back are used again without asking the system for their pages."""

from __future__ import annotations

import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
from pretrain.kept_memory import keep_memory
if sys.argv[1:]:
    assert keep_memory()
for step in range(6):
    if step == 1:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    block = bytearray(64 * 2**20)
    del block
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(*arguments: str) -> int:
    """Return how many pages of memory the system had to give for the later blocks."""
    command = [sys.executable, "-c", FAULTS, *arguments]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="GNU's C library only")
def test_memory_is_kept_for_the_next_step() -> None:
    assert faults("keep") * 10 < faults()
