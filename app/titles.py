"""Short names for the tabs of open documents, so that one can be told from another."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOM = 20
"""Letters of a name that a tab shows whole; of longer ones it cuts out the middle."""
SHARED = 8
"""Letters that names begin with alike before it is worth leaving them out."""
_ENDS = " _-.,()[]"
"""Where a name may be cut."""


def titles(paths: Sequence[str]) -> tuple[str, ...]:
    """Return what the tabs of these files are called, in the same order.

    What long names begin with alike is left out, as in "…2024-03.pdf"; of files with the same name
    the folder is named too.
    """
    names = [Path(path).name for path in paths]
    often = Counter(names)
    return tuple(
        f"{name} · {Path(path).parent.name}" if often[name] > 1 else _without_shared(name, names)
        for path, name in zip(paths, names, strict=True)
    )


def _without_shared(name: str, names: Sequence[str]) -> str:
    alike = {other for other in names if other[:SHARED] == name[:SHARED]}
    if len(name) <= ROOM or len(alike) == 1:
        return name
    shared = os.path.commonprefix([Path(other).stem for other in alike])
    cut = max(shared.rfind(end) for end in _ENDS) + 1
    return f"…{name[cut:]}" if cut >= SHARED else name
