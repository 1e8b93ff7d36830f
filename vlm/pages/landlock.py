"""Landlock: the kernel refuses this process every file it has not open yet, and TCP."""

from __future__ import annotations

import ctypes
import os
import sys

CREATE_RULESET, RESTRICT_SELF = 444, 446  # the same on every architecture
VERSION_FLAG = 1

FILE_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""What each interface version added: all of files; refer; truncate; ioctl on devices."""
TCP_RIGHTS = 0b11  # bind, connect; since version 4
SCOPES = 0b11  # abstract sockets and signals to processes outside; since version 6


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


def version() -> int:
    """Return the kernel's Landlock interface version, 0 when it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(CREATE_RULESET, None, 0, VERSION_FLAG))


def restrict() -> bool:
    """Take every right that Landlock knows from this process; tell whether it worked.

    Needs no_new_privs. Applies to the calling thread and what it starts.
    """
    known = version()
    if known < 1:
        return False
    files = sum(rights for since, rights in FILE_RIGHTS.items() if since <= known)
    rules = _Ruleset(files, TCP_RIGHTS if known >= 4 else 0, SCOPES if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    descriptor = _call(CREATE_RULESET, ctypes.byref(rules), size, 0)
    if descriptor < 0:
        return False
    try:
        return _call(RESTRICT_SELF, descriptor, 0, 0) == 0
    finally:
        os.close(descriptor)


def _call(number: int, first: object, second: int, third: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    argument = ctypes.c_long(first) if isinstance(first, int) else first
    return int(
        libc.syscall(ctypes.c_long(number), argument, ctypes.c_ulong(second), ctypes.c_ulong(third))
    )
