"""What a person can copy into a report: diagnostics on request, and details after a crash."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app import dialogs, errors
from app.dialogs import Prompt
from app.settings import Settings
from vlm.types import ModelInfo


class Reports(QObject):
    """Shows text that can be copied, over the window.

    Args:
        window: Lies below the dialogs.
        settings: Returns the settings in force.
    """

    def __init__(self, window: QWidget, settings: Callable[[], Settings]) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._model: ModelInfo | None = None

    @Slot(object)
    def set_model(self, model: ModelInfo | None) -> None:
        """Say which model reads now; None while none does."""
        self._model = model

    @Slot()
    def show_diagnostics(self) -> None:
        """Show what can be sent along with a question about the program."""
        self._show("Diagnostics", "Copy this into a report. It names no document.", "")

    @Slot()
    def show_about(self) -> None:
        """Say what this program is."""
        from app import about  # not while the window comes up

        dialogs.ask(self._window, about.prompt())

    @Slot(str)
    def show_crash(self, places: str) -> None:
        """Say that the program made a mistake; `places` says where in its code."""
        sentence = (
            "This is a mistake in the program, not yours. Your documents are untouched and your "
            "session is saved. If it happens again, please report it with these details."
        )
        self._show(errors.headline("").title, sentence, f"{places}\n\n")

    def _show(self, title: str, sentence: str, before: str) -> None:
        from app import diagnostics  # not while the window comes up

        text = before + diagnostics.report(self._settings(), self._model)
        reply = dialogs.ask(self._window, Prompt(title, sentence, ("Copy", "Close"), detail=text))
        if reply is not None and reply.choice == "Copy":
            dialogs.copy(text)
