"""What the window says when something goes wrong: a title and an offered action for each code.

What we foresaw is shown where it happened. Anything else is our bug: it is logged without any
document text, and one dialog says so.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot

_log = logging.getLogger(__name__)


class Offer(Enum):
    """What the person can do about it, as the button's text; `NONE` has no button."""

    NONE = ""
    OPEN_OTHER = "Open another file…"
    PASSWORD = "Enter password…"
    RETRY = "Try again"
    SETTINGS = "Settings…"
    RESTART_ENGINE = "Start the engine again"
    DIAGNOSTICS = "Diagnostics…"


@dataclass(frozen=True, slots=True)
class Headline:
    """The title above an error's sentence, and what to offer below it."""

    title: str
    offer: Offer


_HEADLINES = {
    "unreadable_document": Headline("This file can't be shown", Offer.OPEN_OTHER),
    "document_too_large": Headline("This file is too large", Offer.OPEN_OTHER),
    "document_missing": Headline("The file isn't there", Offer.OPEN_OTHER),
    "password_needed": Headline("This document is locked", Offer.PASSWORD),
    "page_timeout": Headline("This page takes too long", Offer.RETRY),
    "page_crashed": Headline("This page can't be drawn", Offer.RETRY),
    "model_missing": Headline("The model isn't there any more", Offer.SETTINGS),
    "model_incomplete": Headline("This model can't be used", Offer.SETTINGS),
    "model_unsupported": Headline("This model can't run here", Offer.SETTINGS),
    "adapter_mismatch": Headline("This trained version can't be used", Offer.SETTINGS),
    "out_of_memory": Headline("Not enough memory", Offer.SETTINGS),
    "question_unanswerable": Headline("The question can't be asked like this", Offer.NONE),
    "remote_failed": Headline("The server could not answer", Offer.RETRY),
    "engine_ended": Headline("The engine stopped", Offer.RESTART_ENGINE),
    "fetch_failed": Headline("The model could not be fetched", Offer.RETRY),
    "model_unknown": Headline("There is no such model", Offer.NONE),
    "model_gated": Headline("The model's owner asks for an agreement first", Offer.NONE),
    "server_unreachable": Headline("The server can't be reached", Offer.RETRY),
    "server_busy": Headline("The server is busy", Offer.RETRY),
    "damaged_download": Headline("The download arrived damaged", Offer.RETRY),
    "disk_full": Headline("The disk is full", Offer.RETRY),
    "tuning": Headline("The training can't go on", Offer.NONE),
    "store_too_new": Headline("These examples belong to a newer program", Offer.NONE),
    "store_unusable": Headline("The examples can't be opened", Offer.NONE),
    "list_unreadable": Headline("This list can't be read", Offer.OPEN_OTHER),
    "run_busy": Headline("This training is already running", Offer.NONE),
    "run_damaged": Headline("This training can't be continued", Offer.NONE),
    "nothing_to_train": Headline("There is nothing to train on", Offer.NONE),
    "adapter_invalid": Headline("This trained version can't be used", Offer.SETTINGS),
    "adapter_unknown": Headline("There is no such trained version", Offer.SETTINGS),
    "history_unusable": Headline("The history can't be opened", Offer.NONE),
    "batch_unusable": Headline("The batch can't go on", Offer.NONE),
    "folder_unusable": Headline("The program's folder can't be used", Offer.NONE),
    "protocol_error": Headline("Something went wrong inside the program", Offer.DIAGNOSTICS),
}
_UNFORESEEN = Headline("Something went wrong", Offer.DIAGNOSTICS)


def headline(code: str) -> Headline:
    """Return the title and offer for an error's code; unknown codes get a general one."""
    return _HEADLINES.get(code, _UNFORESEEN)


class CrashWatch(QObject):
    """Hears of exceptions that nobody caught, on any thread.

    Signals:
        crashed(str): The first one, as type and places in the code without its message. Emitted
            once in the program's life, on the thread that owns the watch.
    """

    crashed = Signal(str)
    _seen = Signal(object)

    def __init__(self, describe: Callable[[BaseException], str], parent: QObject | None = None):
        super().__init__(parent)
        self._describe = describe
        self._told = False
        self._before = (sys.excepthook, threading.excepthook)
        self._seen.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Take over the interpreter's two hooks."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def stop(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._before

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        _log.critical("Unforeseen exception", exc_info=(kind, error, trace))
        self._seen.emit(error)

    def _on_thread_exception(self, hooked: threading.ExceptHookArgs) -> None:
        if hooked.exc_value is not None:
            self._on_exception(hooked.exc_type, hooked.exc_value, hooked.exc_traceback)

    @Slot(object)
    def _tell(self, error: BaseException) -> None:
        if not self._told:
            self._told = True
            self.crashed.emit(self._describe(error))
