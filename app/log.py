"""The rotating log: what happened, never what a document says.

Messages in the code are fixed sentences with numbers and codes. What an exception carries could
be a person's text, so of an exception only its type and the places in the code are written.
"""

from __future__ import annotations

import copy
import logging
import logging.handlers
import os
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

NAME = "vlm-desk.log"
MAX_BYTES = 1_000_000
KEPT = 3
"""Older files kept beside the current one."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def describe(error: BaseException) -> str:
    """Tell where an exception came from without its message, causes first."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = describe(cause) + "\nthen\n" if cause is not None else ""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    return before + "\n".join([f"{type(error).__name__} at", *places])


class _Discreet(logging.Formatter):
    """Writes exceptions without their message and without lines of variables."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record anew: the text another handler made of its exception is not ours."""
        bare = copy.copy(record)
        bare.exc_text = None
        return super().format(bare)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's own name
        return describe(ei[1]) if ei[1] is not None else ""


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A log that only its owner may read."""

    def _open(self) -> object:  # type: ignore[override] # the stream's exact class is theirs
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    category: str | None = context.category
    logging.getLogger("qt").log(_LEVELS[kind], "%s: %s", category or "default", text)


def start(folder: Path) -> logging.Handler:
    """Write warnings of Qt and records of ours to a file in `folder`; return the handler."""
    handler = _PrivateFile(
        folder / NAME, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8", delay=True
    )
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    qInstallMessageHandler(_on_qt_message)
    return handler


def stop(handler: logging.Handler) -> None:
    """Undo `start`."""
    qInstallMessageHandler(None)
    logging.getLogger().removeHandler(handler)
    handler.close()
