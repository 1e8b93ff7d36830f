"""Keeps memory that was given back for the next time it is asked for.

A step of training asks for the same large blocks again and again. The C library takes each from the
system and gives it back, and the system fills each page of it with zeros before it lets it be used.
"""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
"""Numbers of the options of `mallopt`."""

_NEVER = -1


def keep_memory() -> bool:
    """Let this process keep all memory that it once had, until it ends; tell whether it will.

    Only for processes whose work is always alike, such as training. Only GNU's C library knows it.
    """
    if not sys.platform.startswith("linux"):
        return False
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        return False
    return bool(set_option(_MMAP_MAX, 0)) and bool(set_option(_TRIM_THRESHOLD, _NEVER))
