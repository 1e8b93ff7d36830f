"""A seccomp filter: the system calls that drawing pages needs; every other fails with EPERM.

The program is classic BPF over `struct seccomp_data`: number at 0, architecture at 4, the six
arguments from 16 on, 8 bytes each, low half first on the little-endian machines served here.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from dataclasses import dataclass

SET_MODE_FILTER, GET_ACTION_AVAIL = 1, 2
THREAD_SYNC = 1
KILL_PROCESS, ERRNO, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
X32 = 0x40000000  # numbers from here on are x86-64's second interface
PROT_EXEC = 4
AT_EMPTY_PATH = 0x1000

PLAIN = (
    "read", "write", "readv", "writev", "pread64", "lseek", "close", "fstat", "dup", "recvmsg",
    "poll", "ppoll", "brk", "munmap", "mremap", "madvise", "futex", "exit", "exit_group",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall",
    "alarm", "setitimer", "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep",
    "gettimeofday", "getpid", "gettid", "getrandom", "getrusage", "sched_yield",
    "sched_getaffinity", "sysinfo",
)  # fmt: skip
"""Allowed whatever their arguments. None opens, connects, starts or signals anything."""

GUARDED = {"mmap": 2, "mprotect": 2, "newfstatat": 3, "fcntl": 1}
"""Allowed for some values of one argument; the number is that argument's index."""

FCNTL = (1, 2, 3, 1030)  # F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC


@dataclass(frozen=True)
class Machine:
    """One architecture: its audit number, the number of `seccomp` itself, its call numbers."""

    audit: int
    seccomp: int
    calls: dict[str, int]


X86_64 = Machine(
    0xC000003E,
    317,
    {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9,
        "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14,
        "rt_sigreturn": 15, "pread64": 17, "readv": 19, "writev": 20, "sched_yield": 24,
        "mremap": 25, "madvise": 28, "dup": 32, "nanosleep": 35, "alarm": 37, "setitimer": 38,
        "getpid": 39, "recvmsg": 47, "exit": 60, "fcntl": 72, "gettimeofday": 96,
        "getrusage": 98, "sysinfo": 99, "sigaltstack": 131, "gettid": 186, "futex": 202,
        "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228,
        "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231, "newfstatat": 262,
        "ppoll": 271, "getrandom": 318,
    },
)  # fmt: skip

AARCH64 = Machine(
    0xC00000B7,
    277,
    {
        "dup": 23, "fcntl": 25, "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65,
        "writev": 66, "pread64": 67, "ppoll": 73, "newfstatat": 79, "fstat": 80, "exit": 93,
        "exit_group": 94, "futex": 98, "nanosleep": 101, "setitimer": 103,
        "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115,
        "sched_getaffinity": 123, "sched_yield": 124, "restart_syscall": 128,
        "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139,
        "getrusage": 165, "gettimeofday": 169, "getpid": 172, "gettid": 178, "sysinfo": 179,
        "recvmsg": 212, "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222,
        "mprotect": 226, "madvise": 233, "getrandom": 278,
    },
)  # fmt: skip

MACHINES = {"x86_64": X86_64, "aarch64": AARCH64}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def machine() -> Machine | None:
    """Return this computer's tables; None where there are none (also 32-bit programs)."""
    if sys.platform != "linux" or sys.byteorder != "little" or ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    return MACHINES.get(platform.machine())


def available() -> bool:
    """Tell whether this kernel filters system calls; changes nothing."""
    here = machine()
    if here is None:
        return False
    action = ctypes.c_uint32(KILL_PROCESS)
    return _call(here, GET_ACTION_AVAIL, 0, ctypes.byref(action)) == 0


def restrict() -> bool:
    """Install the filter on all threads of this process; tell whether it worked.

    Needs no_new_privs. It cannot be taken off again.
    """
    here = machine()
    if here is None:
        return False
    steps = program(here)
    filtered = _Program(len(steps) // 8, steps)
    return _call(here, SET_MODE_FILTER, THREAD_SYNC, ctypes.byref(filtered)) == 0


def program(on: Machine) -> bytes:
    """Assemble the filter for one architecture; 8 bytes a step."""
    steps = [_step(LOAD, 4), _step(EQUAL, on.audit, 1, 0), _step(RETURN, KILL_PROCESS)]
    steps += [_step(LOAD, 0), _step(AT_LEAST, X32, 0, 1), _step(RETURN, KILL_PROCESS)]
    for name in PLAIN:
        if name in on.calls:
            steps += [_step(EQUAL, on.calls[name], 0, 1), _step(RETURN, ALLOW)]
    for name, argument in GUARDED.items():
        guard = [_step(LOAD, 16 + 8 * argument), *_guard(name)]
        steps += [_step(EQUAL, on.calls[name], 0, len(guard)), *guard]
    steps.append(_step(RETURN, ERRNO | errno.EPERM))
    return b"".join(steps)


def _guard(name: str) -> list[bytes]:
    """Decide one call by its argument; always ends in an answer."""
    refuse, allow = _step(RETURN, ERRNO | errno.EPERM), _step(RETURN, ALLOW)
    match name:
        case "newfstatat":  # only what fstat means: a descriptor and no path
            return [_step(EQUAL, AT_EMPTY_PATH, 0, 1), allow, refuse]
        case "fcntl":
            tests = [_step(EQUAL, value, len(FCNTL) - at, 0) for at, value in enumerate(FCNTL)]
            return [*tests, refuse, allow]
        case _:  # memory never becomes a program
            return [_step(ANY_BIT, PROT_EXEC, 0, 1), refuse, allow]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _call(on: Machine, operation: int, flags: int, argument: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    number = ctypes.c_long(on.seccomp)
    return int(libc.syscall(number, ctypes.c_uint(operation), ctypes.c_uint(flags), argument))
