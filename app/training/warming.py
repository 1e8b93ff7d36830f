"""Gets what the training window needs ready in small slices, so that nothing waits for it.

Importing a module that uses Qt belongs on the window's thread: PySide makes its types when they are
first looked at, and two threads that do so at once crash the program. What knows no Qt is imported
by a thread, see `PURE`; the rest on the event loop, a slice at a time.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from collections.abc import Generator, Iterator

from PySide6 import QtCore, QtGui, QtWidgets

from app.task import CancelToken

PURE = (
    "cProfile",
    "multiprocessing.connection",
    "numpy",
    "numpy.typing",
    "psutil",
    "pydoc",
    "tokenizers",
    "xml.etree.ElementTree",
    "vlm.catalogue",
    "finetune.adapters",
    "finetune.costs",
    "finetune.effort",
    "finetune.estimate",
    "finetune.examples",
    "finetune.hindrances",
    "finetune.hygiene",
    "finetune.launch",
    "finetune.loop",
    "finetune.negatives",
    "finetune.runs",
    "finetune.tokens",
)
"""Modules without Qt that take a while."""
_WINDOW = (
    "app.models.buttons",
    "app.training.watch",
    "app.training.work",
    "app.training.words",
    "app.training.setup_page",
    "app.training.expert_form",
    "app.training.preview_page",
    "app.training.run_page",
    "app.training.run_list",
    "app.training.compare_page",
    "app.training.window",
    "app.training.setting_up",
    "app.training.presenter",
)
_PLOTS = ("PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtSvg", "PySide6.QtTest")
"""Modules of Qt that only what draws curves uses."""


def pure(token: CancelToken) -> Generator[None, None, None]:
    """Import what knows no Qt; work for a thread."""
    for name in PURE:
        importlib.import_module(name)
        if token.cancelled:
            return
    yield None


def window() -> Iterator[None]:
    """Import the training window, a module at a time."""
    for name in _WINDOW:
        importlib.import_module(name)
        yield


def plots() -> Iterator[None]:
    """Import what draws curves.

    It looks at every type of Qt, which is most of what it takes; looking at them one by one before
    leaves little to be waited for.
    """
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name)
            yield
    for name in _PLOTS:
        importlib.import_module(name)
        yield
    yield from package("pyqtgraph")


def package(name: str) -> Iterator[None]:
    """Import a package statement by statement: what its `__init__` does, with pauses between.

    Until the end the package is there but not whole, so nothing else may import it meanwhile.
    Where its source is not at hand it is imported at once.
    """
    spec = importlib.util.find_spec(name)
    source = getattr(spec.loader, "get_source", None) if spec is not None else None
    text = source(name) if source is not None else None
    if spec is None or text is None or name in sys.modules:
        importlib.import_module(name)
        yield
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        for statement in ast.parse(text).body:
            code = compile(ast.Module([statement], []), spec.origin or name, "exec")
            exec(code, vars(module))
            yield
    except BaseException:  # also when the window closes in the middle: half of it is of no use
        sys.modules.pop(name, None)
        raise
