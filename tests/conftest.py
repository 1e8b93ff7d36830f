"""What every test gets: its own data folder, and a check that it leaves nothing behind."""

from __future__ import annotations

import gc
import importlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
    # Before anything imports torch: each worker and its children compute on their share of cores.
    os.environ["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // workers))
# Before a test imports PyMuPDF with its neural network, which nothing here uses.
importlib.import_module("vlm.pages.mupdf")

GRACE = 5.0
"""Seconds that a process or thread which was told to end may take."""


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a data folder of its own."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("VLM_DESK_HOME", str(home))
    return home


def _has_children() -> bool:
    """Tell whether this process may have a child; on Linux without looking at all processes."""
    try:
        lists = [path.read_bytes() for path in Path("/proc/self/task").glob("*/children")]
    except OSError:  # a thread ended meanwhile
        return True
    return not lists or any(lists)


def _children() -> set[psutil.Process]:
    if not _has_children():
        return set()
    return {
        child
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE
    }


def _threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if not thread.daemon}


def _open_files() -> set[str]:
    return {file.path for file in psutil.Process().open_files()}


def _left(now: Callable[[], set[object]], before: set[object]) -> set[object]:
    """Return what is new since `before`, giving it a moment to end."""
    end = time.monotonic() + GRACE
    while (left := now() - before) and time.monotonic() < end:
        gc.collect()
        threading.Event().wait(0.05)
    return left


def _timers() -> set[object]:
    """Return the active timers of objects without a parent that outlived their test."""
    from PySide6.QtCore import QCoreApplication, QTimer

    app = QCoreApplication.instance()
    if app is None:
        return set()
    return {timer for timer in app.findChildren(QTimer) if timer.isActive()}


@pytest.fixture(autouse=True)
def nothing_left_behind(own_home: Path) -> Iterator[None]:
    """Fail a test that leaves a process, a thread, a timer or an open file."""
    checks: dict[str, Callable[[], set[object]]] = {
        "processes": lambda: set(_children()),
        "threads": lambda: set(_threads()),
        "timers": _timers,
        "open files": lambda: set(_open_files()),
    }
    before = {name: now() for name, now in checks.items()}
    yield
    left = {name: _left(now, before[name]) for name, now in checks.items()}
    assert not any(left.values()), {name: found for name, found in left.items() if found}
