"""Keeps None, True and False alive where PySide6 gives away references that are not its own.

The wheels of PySide6 6.12.0 are built as if these three could not die, which holds from Python 3.12
on. On an older Python every Qt call that returns nothing takes a reference from None, and every
emitted signal one from True; some thousand calls later the interpreter aborts ("none_dealloc:
deallocating None"). There the three get more references here than any run can use up.
"""

from __future__ import annotations

import ctypes
import sys

_PLENTY = 1 << 40
_IMMORTAL_FROM = (3, 12)


def keep() -> None:
    """Give the three their references; once for a process is enough, and nothing from 3.12 on."""
    if sys.version_info >= _IMMORTAL_FROM:
        return
    for constant in (None, True, False):
        # The reference count is the first field of every CPython object.
        count = ctypes.c_ssize_t.from_address(id(constant))
        if count.value < _PLENTY:
            count.value += _PLENTY
