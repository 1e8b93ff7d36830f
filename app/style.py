"""The style sheet of the whole program, made from the palette. Knows looks, not layouts.

Buttons with the property `kind` "primary" are the one main action of their panel; "quiet" ones
have no frame until the pointer or the focus is on them. Labels get their colour from `role`.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QPalette

import assets
from app import theme

_ICONS = Path(assets.__file__).parent / "icons" / "controls"
"""Arrows and the tick: a style sheet cannot tint, so each scheme has its own file."""

_TEMPLATE = """
QWidget { outline: none; }
QLabel { background: transparent; }
QLabel[role="muted"] { color: %(muted)s; }
QToolTip { background: %(tip)s; color: %(tip_text)s; border: none; padding: 6px 8px; }

QMenuBar { background: %(window)s; padding: 3px 6px; border-bottom: 1px solid %(line)s; }
QMenuBar::item { padding: 5px 10px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: %(hover)s; }
QMenu { background: %(card)s; border: 1px solid %(line)s; padding: 6px; }
QMenu::item { padding: 6px 28px 6px 24px; border-radius: 6px; }
QMenu::item:selected { background: %(hover)s; color: %(text)s; }
QMenu::item:disabled { color: %(off)s; }
QMenu::separator { height: 1px; background: %(line)s; margin: 5px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }

QPushButton, QToolButton {
    background: %(button)s; color: %(text)s; border: 1px solid %(line)s;
    border-radius: %(radius)dpx; padding: 6px 14px; min-height: 18px;
}
QToolButton { padding: 6px; }
QPushButton:hover, QToolButton:hover { background: %(hover)s; }
QPushButton:pressed, QToolButton:pressed { background: %(press)s; }
QPushButton:disabled, QToolButton:disabled { color: %(off)s; }
QPushButton:focus, QToolButton:focus { border: 2px solid %(accent)s; padding: 5px 13px; }
QToolButton:focus { padding: 5px; }
QPushButton[kind="primary"] {
    background: %(main)s; color: %(main_text)s; border: 1px solid %(main)s; font-weight: 600;
}
QPushButton[kind="primary"]:hover { background: %(main_hover)s; }
QPushButton[kind="primary"]:pressed { background: %(main_press)s; }
QPushButton[kind="primary"]:disabled {
    background: %(hover)s; color: %(off)s; border-color: %(line)s;
}
QPushButton[kind="primary"]:focus { border: 2px solid %(ring)s; }
QPushButton[kind="quiet"], QToolButton[kind="quiet"] {
    background: transparent; border: 2px solid transparent; padding: 5px 10px;
}
QToolButton[kind="quiet"] { padding: 5px; }
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover { background: %(hover)s; }
QToolButton[kind="quiet"]:checked { background: %(hover)s; }
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus { border-color: %(accent)s; }
QToolButton[kind="rail"] {
    background: transparent; color: %(muted)s; border: 2px solid transparent; padding: 4px 3px;
}
QToolButton[kind="rail"]:hover { background: %(hover)s; color: %(text)s; }
QToolButton[kind="rail"]:checked { background: %(hover)s; color: %(accent)s; }
QToolButton[kind="rail"]:focus { border-color: %(accent)s; }
QPushButton[kind="sign"] {
    background: %(window)s; border: none; border-top: 1px solid %(line)s; border-radius: 0px;
    color: %(muted)s; text-align: left; padding: 0px 16px; min-height: 30px; max-height: 30px;
}
QPushButton[kind="sign"]:hover { background: %(hover)s; color: %(text)s; }
QPushButton[kind="sign"]:focus { border: 2px solid %(accent)s; padding: 0px 14px; }
QPushButton[kind="row"] {
    background: transparent; border: 2px solid transparent; border-radius: %(radius)dpx;
    text-align: left; padding: 7px 10px;
}
QPushButton[kind="row"]:hover { background: %(hover)s; }
QPushButton[kind="row"]:focus { border-color: %(accent)s; }
QToolButton[kind="tiny"] {
    background: transparent; border: none; border-radius: 5px; padding: 0px; min-height: 0px;
}
QToolButton[kind="tiny"]:hover { background: %(press)s; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
    background: %(base)s; color: %(text)s; border: 1px solid %(line)s;
    border-radius: %(radius)dpx; padding: 6px 9px;
    selection-background-color: %(highlight)s; selection-color: %(highlight_text)s;
}
QLineEdit QToolButton, QLineEdit QToolButton:hover, QLineEdit QToolButton:pressed {
    background: transparent; border: none; padding: 0px; min-height: 0px;
}
QSpinBox, QDoubleSpinBox, QComboBox { padding: 5px 9px; min-height: 18px; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
    border: 2px solid %(accent)s; padding: 5px 8px;
}
QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { padding: 4px 8px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { color: %(off)s; }
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit, QSpinBox QLineEdit:focus,
QDoubleSpinBox QLineEdit:focus {
    border: none; padding: 0px; background: transparent;
}
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url("%(icons)s/down-%(scheme)s.svg"); width: 16px; height: 16px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button { background: transparent; border: none; width: 24px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {
    image: url("%(icons)s/up-%(scheme)s.svg"); width: 12px; height: 12px;
}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {
    image: url("%(icons)s/down-%(scheme)s.svg"); width: 12px; height: 12px;
}
QComboBox QAbstractItemView {
    background: %(card)s; border: 1px solid %(line)s; padding: 4px;
    selection-background-color: %(hover)s; selection-color: %(text)s;
}
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0px 6px; border-radius: 5px; }
QComboBox QAbstractItemView::item:selected { background: %(press)s; color: %(text)s; }
QCheckBox, QRadioButton { spacing: 9px; padding: 3px; border: 2px solid transparent;
    border-radius: 6px; margin-left: -5px; }
QCheckBox::indicator {
    width: 16px; height: 16px; border: 1px solid %(muted)s; border-radius: 5px;
    background: %(base)s;
}
QCheckBox::indicator:hover { border-color: %(accent)s; }
QCheckBox::indicator:checked {
    background: %(main)s; border-color: %(main)s; image: url("%(icons)s/tick.svg");
}
QCheckBox:focus, QRadioButton:focus { border-color: %(accent)s; }

QListView, QTreeView, QTableView {
    background: transparent; border: 2px solid transparent; border-radius: %(radius)dpx;
}
QListView:focus, QTreeView:focus, QTableView:focus { border-color: %(accent)s; }

QHeaderView { background: transparent; border: none; }
QHeaderView::section {
    background: transparent; color: %(muted)s; border: none; border-bottom: 1px solid %(line)s;
    padding: 6px 4px;
}
QTableView { selection-background-color: %(press)s; selection-color: %(text)s; }

QTabBar { background: %(window)s; border: none; }
QTabBar::tab {
    background: transparent; color: %(muted)s; border: 2px solid transparent;
    border-radius: %(radius)dpx; padding: 3px 6px 3px 12px; margin: 6px 0px 6px 6px;
    min-width: 90px; max-width: 240px;
}
QTabBar::tab:hover { background: %(hover)s; }
QTabBar::tab:selected { background: %(card)s; color: %(text)s; border-color: %(line)s; }
QTabBar:focus::tab:selected { border-color: %(accent)s; }
QTabBar::scroller { width: 28px; }
QTabBar::tear { width: 0px; border: none; }
QToolButton#ScrollLeftButton, QToolButton#ScrollRightButton {
    background: %(window)s; border: none; border-radius: 0px; padding: 0px;
}
QToolButton#ScrollLeftButton:hover, QToolButton#ScrollRightButton:hover { background: %(hover)s; }
QTabBar QToolButton::left-arrow { image: url("%(icons)s/left-%(scheme)s.svg"); }
QTabBar QToolButton::right-arrow { image: url("%(icons)s/right-%(scheme)s.svg"); }
QTabBar QToolButton::left-arrow:disabled, QTabBar QToolButton::right-arrow:disabled {
    image: none;
}

QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: %(grip)s; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: %(muted)s; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSplitter::handle { background: %(line)s; }
QSplitter::handle:hover { background: %(accent)s; }
QProgressBar {
    background: %(line)s; border: none; border-radius: 3px; max-height: 6px; text-align: center;
}
QProgressBar::chunk { background: %(accent)s; border-radius: 3px; }
QStatusBar { border-top: 1px solid %(line)s; }
QScrollArea { border: none; background: transparent; }

QFrame[kind="card"] {
    background: %(card)s; border: 1px solid %(line)s; border-radius: %(card_radius)dpx;
}
QFrame[kind="rail"] { background: %(window)s; border: none; border-right: 1px solid %(line)s; }
QFrame[kind="drawer"] { background: %(window)s; border: none; border-right: 1px solid %(line)s; }
QFrame[kind="notice"] {
    background: %(card)s; border: 1px solid %(grip)s; border-radius: %(card_radius)dpx;
}
QFrame[kind="hairline"] { background: %(line)s; border: none; max-height: 1px; }
"""


def mix(one: QColor, other: QColor, share: float) -> QColor:
    """Return the colour that lies a share (0 to 1) of the way from one to the other."""
    return QColor.fromRgbF(
        one.redF() + (other.redF() - one.redF()) * share,
        one.greenF() + (other.greenF() - one.greenF()) * share,
        one.blueF() + (other.blueF() - one.blueF()) * share,
    )


def colours(palette: QPalette) -> dict[str, QColor]:
    """Return the colours that the style sheet is made of, by their names in it."""
    role = QPalette.ColorRole
    window, text = palette.color(role.Window), palette.color(role.WindowText)
    main = palette.color(role.Highlight)
    return {
        "window": window,
        "text": text,
        "base": palette.color(role.Base),
        "button": palette.color(role.Button),
        "highlight": palette.color(role.Highlight),
        "highlight_text": palette.color(role.HighlightedText),
        "tip": palette.color(role.ToolTipBase),
        "tip_text": palette.color(role.ToolTipText),
        "off": palette.color(QPalette.ColorGroup.Disabled, role.WindowText),
        "accent": theme.accent(palette),
        "muted": theme.muted(palette),
        "line": theme.line(palette),
        "card": theme.card(palette),
        "main": main,
        "main_text": palette.color(role.HighlightedText),
        "main_hover": mix(main, QColor("black"), 0.12),
        "main_press": mix(main, QColor("black"), 0.24),
        "ring": text if theme.is_dark(palette) else QColor("black"),
        "hover": mix(window, text, 0.07),
        "press": mix(window, text, 0.13),
        "grip": mix(window, text, 0.25),
    }


def sheet(palette: QPalette) -> str:
    """Return the style sheet for a palette of `theme.palette_for`."""
    values: dict[str, object] = {name: one.name() for name, one in colours(palette).items()}
    more: dict[str, object] = {
        "radius": theme.RADIUS,
        "card_radius": theme.RADIUS + 4,
        "icons": _ICONS.as_posix(),
        "scheme": "dark" if theme.is_dark(palette) else "light",
    }
    return _TEMPLATE % (values | more)
