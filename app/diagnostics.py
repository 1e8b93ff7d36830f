"""What a person can send along with a report: versions, machine, folders. Never a document."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import sqlite3
import sys
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from app.log import NAME
from app.settings import Settings
from vlm import paths
from vlm.types import ModelInfo

PACKAGES = (
    "vlm-desk",
    "PySide6-Essentials",
    "PyMuPDF",
    "Pillow",
    "torch",
    "transformers",
    "tokenizers",
    "peft",
    "accelerate",
    "safetensors",
    "msgspec",
)
NO_SANDBOX = "The sandbox of the page process is not part of this installation."
_GIB = 1 << 30


def version(package: str) -> str:
    """Return a package's version without importing it."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def sandbox() -> str:
    """Say in one sentence what the process that reads documents may not do on this system."""
    try:
        jail = importlib.import_module("vlm.pages.jail")
    except ImportError:
        return NO_SANDBOX
    return str(jail.describe())


def memory() -> str:
    """Say how much memory there is and how much this program's window uses."""
    import psutil  # not at start: it takes time and only this text needs it

    whole = psutil.virtual_memory()
    own = psutil.Process().memory_info().rss
    return (
        f"{whole.total / _GIB:.1f} GiB in all, {whole.available / _GIB:.1f} GiB free, "
        f"{own / (1 << 20):.0f} MiB used by the window"
    )


def report(settings: Settings, model: ModelInfo | None) -> str:
    """Return everything as plain text."""
    running = f"{model.family}, {model.parameters:,} parameters" if model else "none loaded"
    on = f"{model.device}, {model.dtype}: {model.reason}" if model else "-"
    lines = [
        *(f"{package} {version(package)}" for package in PACKAGES),
        f"Python {sys.version.split()[0]}, Qt {qVersion()}, SQLite {sqlite3.sqlite_version}",
        "",
        f"System: {platform.platform()}, {os.cpu_count()} processors",
        f"Window system: {QGuiApplication.platformName()}",
        f"Memory: {memory()}",
        f"Sandbox: {sandbox()}",
        "",
        f"Model: {running}",
        f"Runs on: {on}",
        f"Settings: device {settings.device.value}, splitting {settings.splitting}, "
        f"answers up to {settings.max_answer_tokens} tokens, history {settings.keep_history}, "
        f"restore {settings.restore_session}, colours {settings.scheme.value}",
        "",
        *(
            f"{name}: {_home(folder)}"
            for name, folder in (
                ("Data", paths.data_dir()),
                ("Settings", paths.config_dir()),
                ("Log", paths.log_dir() / NAME),
            )
        ),
    ]
    return "\n".join(lines)


def _home(path: Path) -> str:
    """Return a path without the person's name where it lies in their home folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
