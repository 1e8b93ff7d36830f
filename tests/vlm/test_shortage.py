from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from vlm import shortage


@pytest.mark.parametrize(
    "text",
    [
        "MemoryError: ",
        "CUDA out of memory. Tried to allocate 2.00 GiB",
        "[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: not enough memory: you tried",
        "unable to mmap 13223456 bytes from file <model.safetensors>: Cannot allocate memory (12)",
        "OpenBLAS error: Memory allocation still failed after 10 retries, giving up.",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "ImportError: libtorch_cpu.so: failed to map segment from shared object",
        "cannot allocate memory for thread-local data: ABORT",
        "RuntimeError: can't start new thread",
        "could not create a primitive",
    ],
)
def test_what_systems_and_libraries_say(text: str) -> None:
    assert shortage.is_said(text)


@pytest.mark.parametrize("text", ["", "shapes do not match", "No module named 'memory'"])
def test_other_words(text: str) -> None:
    assert not shortage.is_said(text)


def test_what_is_left_is_of_the_machine() -> None:
    assert 0 < shortage.free_bytes() <= psutil.virtual_memory().total


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (300_000_000, 300_000_000))
{}
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere this limit is not kept")
def test_what_is_left_is_of_a_process_that_may_have_little() -> None:
    code = LIMITED.format("from vlm import shortage; print(shortage.free_bytes())")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert 0 < int(said.stdout) < 300_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere this limit is not kept")
def test_where_torch_does_not_fit_the_terminal_says_so_in_a_sentence() -> None:
    code = LIMITED.format("from vlm.cli import main; sys.exit(main(['ask', 'a.pdf', 'Total?']))")
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 6
    assert ended.stderr == (
        "The memory is not enough. Close other programs or choose a smaller model.\n"
    )
