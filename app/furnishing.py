"""Imports what stands behind the first frame, a few modules at a time.

At once they would take the window's thread for longer than all else at the start.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator

_MODULES = (
    "app.log",
    "app.errors",
    "app.pages",
    "vlm.pages.client",
    "PySide6.QtNetwork",
    "app.viewer.commands",
    "app.viewer.document_view",
    "app.tabs",
    "app.desk",
    "app.ask.answer_card",
    "app.ask.panel",
    "app.ask.look_back",
    "app.ask.presenter",
    "app.batch.door",
    "app.history.panel",
    "app.history.presenter",
    "app.examples.shelf",
    "app.examples.list_import",
    "app.examples.presenter",
    "app.adapters.door",
    "app.front",
    "app.labelling.door",
    "app.furniture",
)
"""None before another that it imports."""


def modules() -> Iterator[None]:
    """Import a module at each step."""
    for name in _MODULES:
        importlib.import_module(name)
        yield
