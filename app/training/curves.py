"""Curves over steps, drawn by pyqtgraph: imported only once a person looks at a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyqtgraph as graph
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import figures, style, theme
from app.training import words
from app.training.tale import Point

_LIGHT = ("#285ebc", "#c2571a", "#176f41", "#8a3ab9", "#b3261e", "#596270")
_DARK = ("#7aa7ff", "#f0a35a", "#5fd39a", "#cf9cf0", "#ff8f86", "#a3adbb")
SMOOTH = 0.75
"""Share of the curve so far in each smoothed point."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve.

    Attributes:
        name: What a person reads; "" for one that goes without saying beside another.
        points: From left to right.
        colour: Which of the colours.
        noisy: Whether single points jump, so that a smoothed curve is what counts.
        best: The step to mark, 0 for none.
    """

    name: str
    points: tuple[Point, ...]
    colour: int = 0
    noisy: bool = False
    best: int = 0


def smoothed(points: Sequence[Point]) -> list[float]:
    """Return a running mean without the bias of a start at nothing."""
    found: list[float] = []
    mean, weight = 0.0, 0.0
    for point in points:
        mean = SMOOTH * mean + (1 - SMOOTH) * point.value
        weight = SMOOTH * weight + (1 - SMOOTH)
        found.append(mean / weight)
    return found


def colours(palette: QPalette) -> tuple[str, ...]:
    """Return the colours of curves."""
    return _DARK if theme.is_dark(palette) else _LIGHT


def _last(point: Point) -> str:
    return f"{figures.as_here(f'{point.value:.3g}')} at step {figures.whole(point.step)}"


class _Axis(graph.AxisItem):  # type: ignore[misc]  # the library has no types
    """An axis with its numbers written as in the person's country."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [figures.as_here(text) for text in super().tickStrings(values, scale, spacing)]


class Plot(QWidget):
    """Draws curves; what it shows is said in its accessible description too."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: tuple[Curve, ...] = ()
        axes = {side: _Axis(side) for side in ("left", "bottom")}
        self._widget: Any = graph.PlotWidget(axisItems=axes)
        self._widget.setBackground(None)
        item = self._widget.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.setContentsMargins(0, 4, 8, 0)
        self._widget.setFrameShape(self._widget.Shape.NoFrame)
        for part in (self._widget, self._widget.viewport()):  # the library gives it one of its own
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._widget.viewport().setAutoFillBackground(False)
        self._widget.setStyleSheet("background: transparent;")
        item.setLabel("bottom", "Step")
        item.setLabel("left", f"{words.CURVE_AXIS} ({words.LOWER_IS_BETTER})")
        item.getAxis("left").enableAutoSIPrefix(False)
        item.getAxis("bottom").enableAutoSIPrefix(False)
        self.setAccessibleName("Curves")
        self._items: list[Any] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._widget)
        self._tint()

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What is drawn."""
        return self._curves

    def show_curves(self, curves: Sequence[Curve]) -> None:
        """Draw other curves."""
        if tuple(curves) == self._curves:
            return
        self._curves = tuple(curves)
        self._draw()
        told = [
            f"{curve.name}: {_last(curve.points[-1])}"
            for curve in curves
            if curve.points and curve.name
        ]
        self.setAccessibleDescription(". ".join(told))

    def _draw(self) -> None:
        item = self._widget.getPlotItem()
        for old in self._items:
            item.removeItem(old)
        self._items = []
        for curve in self._curves:
            if curve.points:
                self._items += self._drawn(curve)
        for new in self._items:
            item.addItem(new)
        steps = [point.step for curve in self._curves for point in curve.points]
        if steps:
            item.setXRange(min(0, *steps), max(10, *steps), padding=0.02)
        item.enableAutoRange(axis="y")

    def _drawn(self, curve: Curve) -> list[Any]:
        colour = QColor(colours(self.palette())[curve.colour % len(_LIGHT)])
        x = [point.step for point in curve.points]
        y = [point.value for point in curve.points]
        if curve.noisy:
            faint = QColor(colour)
            faint.setAlphaF(0.3)
            raw = graph.PlotDataItem(x, y, pen=graph.mkPen(faint, width=1.2), antialias=True)
            pen = graph.mkPen(colour, width=2.4)
            return [raw, graph.PlotDataItem(x, smoothed(curve.points), pen=pen, antialias=True)]
        card = theme.card(self.palette())
        line = graph.PlotDataItem(
            x,
            y,
            pen=graph.mkPen(colour, width=2.4),
            symbol="o",
            symbolSize=7,
            symbolBrush=graph.mkBrush(colour),
            symbolPen=graph.mkPen(card, width=1.5),
            antialias=True,
        )
        best = [point for point in curve.points if point.step == curve.best]
        if not best:
            return [line]
        ring = graph.ScatterPlotItem(
            [best[0].step],
            [best[0].value],
            size=15,
            pen=graph.mkPen(colour, width=2.2),
            brush=graph.mkBrush(style.mix(card, colour, 0.25)),
        )
        return [line, ring]

    def _tint(self) -> None:
        palette = self.palette()
        pen, text = graph.mkPen(theme.line(palette)), graph.mkPen(theme.muted(palette))
        item = self._widget.getPlotItem()
        item.showGrid(x=False, y=True, alpha=0.12)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pen)
            axis.setTextPen(text)
            axis.label.setDefaultTextColor(theme.muted(palette))
            axis.setTickFont(self.font())
            axis.setStyle(tickLength=4)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
            self._draw()
