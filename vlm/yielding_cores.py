"""Keeps waiting threads from taking the cores that other programs compute on.

Threads that compute one product together wait for each other at its end. By default they do so by
counting, for milliseconds, which takes a core away from whoever needs it, perhaps the very thread
that is waited for. A few microseconds of counting catch nearly all ends on an idle machine.
"""

from __future__ import annotations

import os

SPINS = "5000"
"""How often a waiting thread counts before it sleeps; see `docs/speed.md` for what that brings."""


def yield_cores() -> None:
    """Set how threads wait, in this process and its children, unless the person has set it.

    Must run before torch is loaded, which reads it once. Only GNU's OpenMP knows it, with which
    torch comes on Linux.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
