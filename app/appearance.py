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
        if scheme is not Scheme.SYSTEM:
            self._tell_system()
        self._apply()
        application.styleHints().colorSchemeChanged.connect(self._on_system)

    @property
    def dark(self) -> bool:
        """Whether the colours are dark now."""
        return bool(self._dark)

    def set_scheme(self, scheme: Scheme) -> None:
        """Take another setting."""
        self._scheme = scheme
        self._tell_system()
        self._apply()

    def _tell_system(self) -> None:
        """Have window frames and file dialogs of the system follow."""
        hints = self._application.styleHints()
        match self._scheme:
            case Scheme.SYSTEM:
                hints.unsetColorScheme()
                self._system = hints.colorScheme()
            case Scheme.LIGHT:
                hints.setColorScheme(Qt.ColorScheme.Light)
            case Scheme.DARK:
                hints.setColorScheme(Qt.ColorScheme.Dark)

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
