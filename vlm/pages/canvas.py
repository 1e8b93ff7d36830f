"""Memory that the page process draws into and its parent reads: pixels without a socket between.

Only where the system can seal it (Linux): a process that shrank memory under its reader would
end the reader. Elsewhere pixels follow their message as bytes.
"""

from __future__ import annotations

import mmap
import os
import sys
import threading

from vlm.pages import limits

BYTES = limits.RENDER_PIXELS * 3


class Canvas:
    """The parent's side; its pages take memory only once they have been drawn on."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._closing = threading.Lock()
        self._map = mmap.mmap(descriptor, BYTES, access=mmap.ACCESS_READ)

    def read(self, size: int) -> bytes:
        """Copy the first `size` bytes out."""
        return self._map[:size]

    def close(self) -> None:
        """Give the memory back; harmless when that was done before, also by another thread."""
        with self._closing:
            descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:  # its number may be another file's by now
            self._map.close()
            os.close(descriptor)


def create() -> Canvas | None:
    """Make a canvas that nobody can shrink; None where the system has no such thing."""
    if sys.platform != "linux" or not hasattr(os, "memfd_create"):
        return None
    import fcntl

    try:
        descriptor = os.memfd_create("page", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except OSError:
        return None
    try:
        os.ftruncate(descriptor, BYTES)
        seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
        return Canvas(descriptor)
    except OSError:
        os.close(descriptor)
        return None
