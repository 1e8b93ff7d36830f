"""The ways to learn, as cards of which one is chosen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import style, theme
from app.labels import Role, label, sized
from app.training import words
from finetune.plan import PRESETS, Preset

_DOT = 18


class PresetCard(QRadioButton):
    """A choice with a title and a sentence; drawn as a card, spoken as a radio button."""

    def __init__(self, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self.setStyleSheet("border: none; padding: 0; margin: 0;")
        self._title = label(title)
        self._title.setFont(sized(self._title.font(), Role.HEADING))
        self._sentence = label(sentence, Role.MUTED, wrap=True)
        layout = self._inside = QVBoxLayout(self)
        edge = theme.SPACE * 2
        layout.setContentsMargins(edge + _DOT + theme.SPACE, edge - 4, edge, edge - 2)
        layout.setSpacing(4)
        for part in (self._title, self._sentence):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(part)
        layout.addStretch()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setMouseTracking(True)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def sizeHint(self) -> QSize:
        return self._inside.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._inside.minimumSize()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._inside.totalHeightForWidth(width)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        accent, chosen = theme.accent(palette), self.isChecked()
        ground = theme.card(palette)
        if chosen:
            ground = style.mix(ground, accent, 0.08)
        elif self.underMouse():
            ground = style.mix(ground, palette.color(QPalette.ColorRole.WindowText), 0.04)
        edge = accent if chosen or self.hasFocus() else theme.line(palette)
        wide = 2.0 if chosen or self.hasFocus() else 1.0
        painter.setPen(QPen(edge, wide))
        painter.setBrush(ground)
        frame = self.rect().toRectF().adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(frame, theme.RADIUS + 2, theme.RADIUS + 2)
        self._paint_dot(painter, chosen)
        if self.hasFocus():
            inner = frame.adjusted(3, 3, -3, -3)
            painter.setPen(QPen(accent, 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(inner, theme.RADIUS, theme.RADIUS)
        painter.end()

    def _paint_dot(self, painter: QPainter, chosen: bool) -> None:
        palette = self.palette()
        middle = self._title.geometry().center().y() + 0.5
        left = theme.SPACE * 2 + _DOT / 2 - 2
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.accent(palette) if chosen else theme.muted(palette), 1.6))
        point = self.rect().toRectF().topLeft()
        point.setX(left)
        point.setY(middle)
        painter.drawEllipse(point, 7.5, 7.5)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent(palette))
            painter.drawEllipse(point, 4, 4)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()


class PresetChoice(QWidget):
    """Shows the presets side by side.

    Signals:
        chosen(str): The person chose another `finetune.plan.Preset`.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[Preset, PresetCard] = {
            kind: PresetCard(*words.PRESETS[kind]) for kind in PRESETS
        }
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE + 4)
        for number, card in enumerate(self._cards.values()):
            self._group.addButton(card, number)
            row.addWidget(card, 1)
        self._cards["quick"].setChecked(True)
        self._named = True
        self.offer_names(False)
        self._group.idClicked.connect(self._on_clicked)

    @property
    def cards(self) -> dict[Preset, PresetCard]:
        """The cards, by what they choose."""
        return self._cards

    def offer_names(self, offered: bool) -> None:
        """Offer to learn names alone, or not; where that is new, it is chosen.

        Args:
            offered: Whether the model that learns is asked by names.
        """
        if offered == self._named:
            return
        self._named = offered
        names, quick = self._cards["names"], self._cards["quick"]
        names.setVisible(offered)
        if offered or names.isChecked():
            (names if offered else quick).setChecked(True)

    @property
    def preset(self) -> Preset:
        """What is chosen."""
        return next(kind for kind, card in self._cards.items() if card.isChecked())

    @Slot(int)
    def _on_clicked(self, number: int) -> None:
        self.chosen.emit(PRESETS[number])
