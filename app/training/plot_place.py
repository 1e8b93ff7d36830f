"""Where curves go: a card with their legend, and the plot once its library is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app import theme
from app.labels import Role, label
from app.training import words
from app.training.parts import clear

if TYPE_CHECKING:
    from app.training.curves import Curve, Plot

DRAWING = "The curves come in a moment…"
"""Until the library is there; whether a run has curves is not known before."""
_LEAST = 220
_LONGEST = 34
"""Letters of a name in the legend."""
_BEST = -1
"""Stands in the legend for the ring around the best point."""


class _Dash(QWidget):
    """A short line in a curve's colour."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.setFixedSize(QSize(18, 12))

    def paintEvent(self, event: QPaintEvent) -> None:
        from app.training.curves import colours  # the library is there when a curve is

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        every = colours(self.palette())
        pen = QPen(QColor(every[self._number % len(every)]), 3)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if self._number == _BEST:
            painter.setPen(QPen(theme.muted(self.palette()), 2))
            painter.drawEllipse(4, 1, 10, 10)
        else:
            painter.setPen(pen)
            painter.drawLine(2, 6, 16, 6)
        painter.end()


class PlotPlace(QFrame):
    """Shows curves as soon as they can be drawn; until then a sentence.

    Args:
        sentence: What to say where there are no curves.
    """

    def __init__(self, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.plot: Plot | None = None
        self._curves: tuple[Curve, ...] = ()
        self._names: tuple[tuple[str, int], ...] = ()
        self._sentence = sentence
        self.empty = label(DRAWING, Role.MUTED, wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._legend = QHBoxLayout()
        self._legend.setSpacing(theme.SPACE)
        self._inside = QVBoxLayout(self)
        edge = theme.SPACE * 2
        self._inside.setContentsMargins(edge, edge - 4, edge - 4, edge - 4)
        self._inside.addLayout(self._legend)
        self._inside.addWidget(self.empty, 1)
        self.setMinimumHeight(_LEAST)

    def allow(self) -> None:
        """Draw from now on: the library is there."""
        if self.plot is None:
            from app.training.curves import Plot

            self.plot = Plot()
            self.empty.setText(self._sentence)
            self._inside.addWidget(self.plot, 1)
            self._show()

    def show_curves(self, curves: Sequence[Curve]) -> None:
        """Show other curves."""
        self._curves = tuple(curves)
        self._show()

    def _show(self) -> None:
        some = any(curve.points for curve in self._curves)
        drawn = self.plot is not None and some
        self.empty.setVisible(not drawn)
        if self.plot is not None:
            self.plot.setVisible(some)
            self.plot.show_curves(self._curves)
        names = self._legible() if drawn else []
        if drawn and any(curve.best for curve in self._curves):
            names.append((words.BEST_KEPT, _BEST))
        if tuple(names) != self._names:
            self._names = tuple(names)
            self._show_legend()

    def _legible(self) -> list[tuple[str, int]]:
        """Return the names that stand in the legend, cut where they are long."""
        named = [curve for curve in self._curves if curve.points and curve.name]
        return [(_cut(curve.name), curve.colour) for curve in named]

    def _show_legend(self) -> None:
        clear(self._legend)
        for name, colour in self._names:
            self._legend.addWidget(_Dash(colour))
            text: QLabel = label(name)
            self._legend.addWidget(text)
            self._legend.addSpacing(theme.SPACE)
        self._legend.addStretch()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
