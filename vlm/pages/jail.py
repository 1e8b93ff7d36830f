"""Gives up the page process's rights, as far as the system allows, and says how far that is.

On Linux three layers: Landlock (no file can be opened, no TCP), a seccomp filter (only the
system calls that drawing needs) and resource limits. Elsewhere only the limits, or nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys
from dataclasses import dataclass

from vlm.pages import landlock, seccomp

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38

GIB = 1024**3
LIMITS = (
    ("RLIMIT_AS", 6 * GIB),  # a mapped file of the largest size, the libraries, the work
    ("RLIMIT_DATA", 2 * GIB),  # the work: the largest picture and a copy of another mode
    ("RLIMIT_FSIZE", 0),
    ("RLIMIT_NPROC", 0),
    ("RLIMIT_NOFILE", 32),
    ("RLIMIT_CORE", 0),
    ("RLIMIT_MEMLOCK", 0),
)


@dataclass(frozen=True)
class Jail:
    """Which layers hold. `limits` is whether the system knows resource limits at all."""

    landlock: bool
    seccomp: bool
    limits: bool

    def describe(self) -> str:
        """Say in plain words what a page process can no longer do."""
        closed = "The page reader cannot open files, use the network or start programs."
        if self.landlock and self.seccomp:
            return closed
        if self.seccomp:
            return f"{closed} This system lacks Landlock, the second lock on files."
        if self.landlock:
            return (
                "The page reader cannot open files. This system lacks seccomp, so the network "
                "is only partly closed to it."
            )
        return (
            "The page reader is a process of its own, but this system cannot take away its "
            "right to open files and use the network. Open only documents you trust."
        )


def probe() -> Jail:
    """Ask the system which layers it has; changes nothing."""
    return Jail(landlock.version() > 0, seccomp.available(), _has_limits())


def describe() -> str:
    """Say in plain words what a page process on this system cannot do."""
    return probe().describe()


def enter() -> Jail:
    """Give up this process's rights for good; say which layers hold.

    Everything the process still needs must be open and loaded before.
    """
    limited = _limit()
    if sys.platform != "linux":
        return Jail(landlock=False, seccomp=False, limits=limited)
    prctl(PR_SET_DUMPABLE, 0)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    closed = landlock.restrict()
    return Jail(closed, seccomp.restrict(), limited)


def die_with_parent() -> None:
    """Let the kernel end this process when the thread that started it ends (Linux)."""
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


def prctl(option: int, value: int) -> bool:
    """Set one property of this process; tell whether it worked."""
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    return int(libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero)) == 0


def _has_limits() -> bool:
    return sys.platform != "win32"


def _limit() -> bool:
    if sys.platform == "win32":
        return False
    import resource

    for name, most in LIMITS:
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(kind, (most, most))
    return True
