"""Runs the filter for both architectures in an interpreter, so that none needs the machine."""

from __future__ import annotations

import errno
import platform
import struct

import pytest

from vlm.pages import seccomp
from vlm.pages.seccomp import AARCH64, ALLOW, ERRNO, KILL_PROCESS, MACHINES, X86_64, Machine

REFUSE = ERRNO | errno.EPERM
BOTH = pytest.mark.parametrize("machine", [X86_64, AARCH64], ids=["x86_64", "aarch64"])


def verdict(machine: Machine, number: int, *arguments: int, audit: int | None = None) -> int:
    """What the kernel would do: interpret the filter over one call's data."""
    given = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("<iIQ6Q", number, machine.audit if audit is None else audit, 0, *given)
    steps = list(struct.iter_unpack("<HBBI", seccomp.program(machine)))
    at, value = 0, 0
    while True:
        code, if_true, if_false, constant = steps[at]
        at += 1
        match code:
            case seccomp.LOAD:
                (value,) = struct.unpack_from("<I", data, constant)
            case seccomp.RETURN:
                return int(constant)
            case seccomp.EQUAL:
                at += if_true if value == constant else if_false
            case seccomp.AT_LEAST:
                at += if_true if value >= constant else if_false
            case seccomp.ANY_BIT:
                at += if_true if value & constant else if_false
            case _:
                raise AssertionError(f"unknown step {code}")


@BOTH
def test_what_drawing_needs_is_allowed(machine: Machine) -> None:
    for name in seccomp.PLAIN:
        if name in machine.calls:
            assert verdict(machine, machine.calls[name]) == ALLOW


@BOTH
def test_every_other_call_is_refused(machine: Machine) -> None:
    known = set(machine.calls.values())
    others = {number for number in range(600) if number not in known}
    assert {verdict(machine, number) for number in others} == {REFUSE}


@BOTH
def test_memory_never_becomes_a_program(machine: Machine) -> None:
    for name in ("mmap", "mprotect"):
        number = machine.calls[name]
        assert verdict(machine, number, 0, 4096, 3) == ALLOW
        assert verdict(machine, number, 0, 4096, 5) == REFUSE
        assert verdict(machine, number, 0, 4096, 7) == REFUSE


@BOTH
def test_only_open_files_are_looked_at(machine: Machine) -> None:
    number = machine.calls["newfstatat"]
    assert verdict(machine, number, 3, 0, 0, 0x1000) == ALLOW
    assert verdict(machine, number, 3, 0, 0, 0) == REFUSE
    assert verdict(machine, number, 3, 0, 0, 0x1100) == REFUSE


@BOTH
def test_descriptors_keep_their_owner(machine: Machine) -> None:
    number = machine.calls["fcntl"]
    assert {verdict(machine, number, 3, command) for command in (1, 2, 3, 1030)} == {ALLOW}
    assert {verdict(machine, number, 3, command) for command in (0, 4, 8, 10, 1033)} == {REFUSE}


@BOTH
def test_another_architecture_is_deadly(machine: Machine) -> None:
    assert verdict(machine, machine.calls["read"], audit=0x40000003) == KILL_PROCESS
    assert verdict(machine, seccomp.X32) == KILL_PROCESS


def test_numbers_are_the_kernels() -> None:
    assert X86_64.calls["read"] == 0
    assert X86_64.calls["exit_group"] == 231
    assert AARCH64.calls["read"] == 63
    assert AARCH64.calls["exit_group"] == 94
    assert set(X86_64.calls) - set(AARCH64.calls) == {"poll", "alarm"}


@BOTH
def test_nothing_that_opens_connects_or_starts_is_listed(machine: Machine) -> None:
    words = ("open", "socket", "connect", "exec", "fork", "clone", "kill", "ptrace", "ioctl")
    assert not [name for name in machine.calls for word in words if word in name]


def test_a_machine_without_tables_has_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert "riscv64" not in MACHINES
    assert not seccomp.available()
    assert not seccomp.restrict()
