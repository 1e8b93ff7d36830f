"""The slim bar above the pages: page box, zoom, fit, rotation, search."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from app import figures, theme
from app.viewer.actions import ViewActions
from app.viewer.page_box import PageBox

ICON = 20
"""Logical pixels of an icon."""
PRESETS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 4.0, 8.0)


def tool_button(action: QAction) -> QToolButton:
    """Make a flat icon button for an action, named for people who cannot see it."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setProperty("kind", "quiet")
    button.setAutoRaise(True)
    button.setIconSize(QSize(ICON, ICON))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setAccessibleName(action.text())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class ViewBar(QWidget):
    """Shows where the person is and how large; says what they ask for.

    Signals:
        page_asked(int): Another page's number was entered; from 0.
        entered(): The person is done with the page box.
        zoom_asked(float): A zoom was chosen; 1.0 is 100 %.
    """

    page_asked = Signal(int)
    entered = Signal()
    zoom_asked = Signal(float)

    def __init__(self, actions: ViewActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = PageBox()
        self._box.asked.connect(self.page_asked)
        self._box.left.connect(self.entered)
        self._of = QLabel()
        self._of.setTextFormat(Qt.TextFormat.PlainText)
        self._zoom = QToolButton()
        self._zoom.setProperty("kind", "quiet")
        self._zoom.setAutoRaise(True)
        self._zoom.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._zoom.setAccessibleName("Zoom")
        self._zoom.setToolTip("Choose a zoom")
        self._zoom.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._zoom.setMenu(self._zoom_menu(actions))
        self._lay_out(actions)
        self.set_count(0)
        self.show_zoom(1.0)

    def set_count(self, count: int) -> None:
        """Tell how many pages there are; 0 before a document is there."""
        self._box.set_count(count)
        self._zoom.setEnabled(count > 0)
        self._of.setText(f"of {figures.whole(count)}" if count else "")
        self._make_room()

    def show_page(self, page: int) -> None:
        """Show the current page, from 0."""
        self._box.show_page(page)

    @Slot()
    def begin(self) -> None:
        """Let the person type a page number."""
        self._box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._box.selectAll()

    def show_zoom(self, zoom: float) -> None:
        """Show the zoom; 1.0 is 100 %."""
        self._zoom.setText(f"{zoom * 100:.0f} %")
        self._zoom.setAccessibleDescription(f"Now {zoom * 100:.0f} percent")

    def _lay_out(self, actions: ViewActions) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE, 4, theme.SPACE, 5)
        row.setSpacing(2)
        row.addWidget(tool_button(actions.thumbnails))
        row.addSpacing(theme.SPACE)
        before, after = tool_button(actions.previous_page), tool_button(actions.next_page)
        row.addWidget(before)
        row.addWidget(after)
        row.addSpacing(4)
        row.addWidget(self._box)
        row.addSpacing(4)
        row.addWidget(self._of)
        row.addStretch(1)
        smaller, larger = tool_button(actions.zoom_out), tool_button(actions.zoom_in)
        width, whole = tool_button(actions.fit_width), tool_button(actions.fit_page)
        turn = tool_button(actions.rotate)
        self._spare = (
            (turn,),
            (whole,),
            (width,),
            (self._zoom,),
            (smaller, larger),
            (before, after),
        )
        row.addWidget(smaller)
        self._zoom.setMinimumWidth(self._zoom.fontMetrics().horizontalAdvance("1600 %") + 28)
        row.addWidget(self._zoom)
        row.addWidget(larger)
        row.addSpacing(theme.SPACE)
        row.addWidget(width)
        row.addWidget(whole)
        row.addWidget(turn)
        row.addSpacing(theme.SPACE)
        row.addWidget(tool_button(actions.find))

    def _make_room(self) -> None:
        """Leave out what the menu has too, one after the other, until the rest fits."""
        row = self.layout()
        if row is None:
            return
        for parts in self._spare:
            for part in parts:
                part.show()
        for parts in self._spare:
            row.invalidate()
            if row.minimumSize().width() <= self.width():
                break
            for part in parts:
                part.hide()

    def _zoom_menu(self, actions: ViewActions) -> QMenu:
        menu = QMenu(self)
        menu.addActions([actions.fit_width, actions.fit_page])
        menu.addSeparator()
        for zoom in PRESETS:
            choice = menu.addAction(f"{zoom * 100:.0f} %")
            choice.setData(zoom)
        menu.triggered.connect(self._on_zoom_chosen)
        return menu

    @Slot(QAction)
    def _on_zoom_chosen(self, choice: QAction) -> None:
        zoom = choice.data()
        if isinstance(zoom, float):
            self.zoom_asked.emit(zoom)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar with a hairline below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().window())
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line(self.palette()))
        painter.end()
