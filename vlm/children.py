"""How the program starts itself again as one of its child processes, frozen or not."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import cast

_MAINS = {"pages": "vlm.pages.child", "engine": "vlm.host", "fake-engine": "vlm.fake"}
"""Where each child's `main() -> int` lives; named, not imported: the window imports this module."""

NAMES = (*_MAINS, "training")
"""What can be started. The training process belongs to `finetune`, which `run` does not know."""


def command(name: str) -> list[str]:
    """Return the command line that starts a child process.

    Args:
        name: One of `NAMES`.

    Raises:
        ValueError: For another name.
    """
    if name not in NAMES:
        raise ValueError(f"no child process is called {name!r}")
    if getattr(sys, "frozen", False):
        return [sys.executable, "--child", name]
    # -P: a package called "app" in the folder that a person works in is not ours.
    return [sys.executable, "-P", "-m", "app", "--child", name]


def run(name: str) -> int:
    """Become the child process `name`; return its exit code when it has ended.

    Raises:
        ValueError: For a name that is no child of this package.
    """
    if name not in _MAINS:
        raise ValueError(f"no child process is called {name!r}")
    main = cast(Callable[[], int], importlib.import_module(_MAINS[name]).main)
    return main()
