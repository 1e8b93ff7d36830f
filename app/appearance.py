"""Which colours the program has now: follows the setting and, with it, the system, live."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication

from app import style, theme
from app.settings import Scheme


class Appearance(QObject):
    """Gives the application its palette and style sheet.

    Signals:
        changed(): Palette and style are new; icons need their tint.
    """

    changed = Signal()

    def __init__(self, application: QApplication, scheme: Scheme) -> None:
        super().__init__(application)
        self._application = application
        self._scheme = scheme
        self._dark: bool | None = None
        self._system = application.styleHints().colorScheme()
        application.setStyle("Fusion")
        self._apply()
        application.styleHints().colorSchemeChanged.connect(self._on_system)

    @property
    def dark(self) -> bool:
        """Whether the colours are dark now."""
        return bool(self._dark)

    def set_scheme(self, scheme: Scheme) -> None:
        """Take another setting."""
        self._scheme = scheme
        hints = self._application.styleHints()
        match scheme:  # window frames and file dialogs of the system follow this
            case Scheme.SYSTEM:
                hints.unsetColorScheme()
                self._system = hints.colorScheme()
            case Scheme.LIGHT:
                hints.setColorScheme(Qt.ColorScheme.Light)
            case Scheme.DARK:
                hints.setColorScheme(Qt.ColorScheme.Dark)
        self._apply()

    @Slot(Qt.ColorScheme)
    def _on_system(self, scheme: Qt.ColorScheme) -> None:
        self._system = scheme
        self._apply()

    def _apply(self) -> None:
        system = self._system == Qt.ColorScheme.Dark
        dark = {Scheme.SYSTEM: system, Scheme.LIGHT: False, Scheme.DARK: True}[self._scheme]
        if dark == self._dark:
            return
        self._dark = dark
        palette = theme.palette_for(dark)
        # Qt mends each widget's old sheet into the new one several times slower than it lays a
        # sheet on widgets that have none.
        self._application.setStyleSheet("")
        self._application.setPalette(palette)
        self._application.setStyleSheet(style.sheet(palette))
        self.changed.emit()
