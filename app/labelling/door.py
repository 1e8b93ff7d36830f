"""What the main window holds of labelling: it takes the asking panel's place when it is wanted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QStackedWidget

from app import dialogs, intake
from app.ask.values import Asked
from app.labelling.parts import Parts
from vlm.types import ModelInfo

if TYPE_CHECKING:
    from app.labelling.presenter import Labelling
    from app.window import Window


class LabelDoor(QObject):
    """Shows the asking panel or the labelling panel; cheap to import, loads the rest when needed.

    `side` is what the window shows beside the document.

    Args:
        parts: What labelling uses of the window.
        folder: Where question sets and what was chosen last are kept.
        window: Its command "Label documents" shows the panel, "Ask a question" the other one.
    """

    def __init__(self, parts: Parts, folder: Path, window: Window) -> None:
        super().__init__(window)
        self._parts = parts
        self._folder = folder
        self._window = window
        self._model = False
        self._behind: Labelling | None = None
        self.side = QStackedWidget()
        self.side.addWidget(parts.ask)
        window.commands.label.toggled.connect(self._on_toggled)
        window.commands.ask.triggered.connect(lambda: window.commands.label.setChecked(False))
        parts.asking.model_changed.connect(self._on_model)
        parts.asking.finished.connect(self._on_answered)

    @property
    def behind(self) -> Labelling | None:
        """What was loaded, None before labelling was first wanted."""
        return self._behind

    def shutdown(self) -> None:
        """Begin nothing more."""
        if self._behind is not None:
            self._behind.shutdown()

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:
        if shown and not self._parts.tabs.paths:
            self._choose_documents()
            shown = bool(self._parts.tabs.paths)
            self._window.commands.label.setChecked(shown)
        if shown:
            behind = self._behind = self._behind or self._make()
            self.side.setCurrentWidget(behind.panel)
            self._clear_marks()
            behind.begin()
            behind.panel.setFocus()
        elif self._behind is not None:
            inside = self._behind.panel.isAncestorOf(QApplication.focusWidget() or self._window)
            self._behind.end()
            self.side.setCurrentWidget(self._parts.ask)
            if inside:  # else it would go to whatever comes first
                self._parts.tabs.take_keyboard()

    def _clear_marks(self) -> None:
        """Take away what earlier answers marked: beside a person's boxes it would seem labelled."""
        self._parts.asking.back.clear()
        for path in self._parts.tabs.paths:
            view = self._parts.tabs.view(path)
            if view is not None:
                view.clear_evidence()

    def _choose_documents(self) -> None:
        recent = self._parts.desk.recent
        folder = str(Path(recent[0]).parent) if recent else str(Path.home())
        self._parts.desk.open(dialogs.choose_documents(self._window, folder, intake.KINDS))

    def _make(self) -> Labelling:
        from app.labelling.panel import LabelPanel
        from app.labelling.presenter import Labelling

        panel = LabelPanel()
        self.side.addWidget(panel)
        panel.closed.connect(lambda: self._window.commands.label.setChecked(False))
        made = Labelling(panel, self._parts, self._folder, self._window)
        made.set_model(self._model)
        made.model.asked.connect(self._parts.ask.asked)
        return made

    @Slot(object)
    def _on_model(self, model: ModelInfo | None) -> None:
        self._model = model is not None
        if self._behind is not None:
            self._behind.set_model(self._model)

    @Slot(object)
    def _on_answered(self, asked: Asked) -> None:
        if self._behind is not None:
            self._behind.model.take(asked)
