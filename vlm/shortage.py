"""How much main memory is left, and whether somebody says that it ran out. Knows no torch."""

from __future__ import annotations

import re
import sys

_SAID = re.compile(
    r"out of memory|not enough memory|(can't|cannot|could not|unable to) allocate|MemoryError"
    r"|memory allocation (still )?failed|bad_alloc|failed to map segment|can't start new thread"
    r"|could not (create|execute) a primitive",  # of oneDNN, which finds no other words for it
    re.IGNORECASE,
)


def is_said(text: str) -> bool:
    """Tell whether the system or a library says that memory ran out."""
    return _SAID.search(text) is not None


def free_bytes() -> int:
    """Return how many bytes of main memory this process may still take."""
    import psutil  # not for who only reads what was said

    available = int(psutil.virtual_memory().available)
    limit = _own_limit()
    if limit is None:
        return available
    return max(0, min(available, limit - int(psutil.Process().memory_info().vms)))


if sys.platform == "win32":

    def _own_limit() -> int | None:
        return None

else:
    import resource

    def _own_limit() -> int | None:
        """Return the bytes of address space that this process may have, None for any number."""
        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        return None if limit == resource.RLIM_INFINITY else limit
