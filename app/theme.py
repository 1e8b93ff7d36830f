"""Colours and spacing of the window, light and dark. Knows palettes, not widgets.

Widgets take colours from their own `QPalette` through the functions here, so a change of the
system's scheme reaches them with Qt's palette change event.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtGui import QColor, QPalette

SPACE = 8
"""Pixels between related controls; panels use SPACE * 2."""
RADIUS = 8
"""Corner radius of cards and buttons, pixels."""


def is_dark(palette: QPalette) -> bool:
    """Tell whether text is lighter than its background."""
    return palette.windowText().color().lightnessF() > palette.window().color().lightnessF()


def _pick(palette: QPalette, light: str, dark: str) -> QColor:
    return QColor(dark if is_dark(palette) else light)


def accent(palette: QPalette) -> QColor:
    """The colour of the one main action and of the person's own box on the page."""
    return _pick(palette, "#285ebc", "#7aa7ff")


def muted(palette: QPalette) -> QColor:
    """Secondary text; at least 4.5:1 on window and card."""
    return _pick(palette, "#596270", "#a3adbb")


def line(palette: QPalette) -> QColor:
    """Hairlines between panels and around cards."""
    return _pick(palette, "#d9dde4", "#3a414d")


def card(palette: QPalette) -> QColor:
    """The background of a card on the window's background."""
    return _pick(palette, "#ffffff", "#262b34")


def desk(palette: QPalette) -> QColor:
    """The background that pages lie on."""
    return _pick(palette, "#e6e9ee", "#14171c")


def good(palette: QPalette) -> QColor:
    """Found on the page, passed."""
    return _pick(palette, "#176f41", "#5fd39a")


def caution(palette: QPalette) -> QColor:
    """Look twice."""
    return _pick(palette, "#885600", "#f0b95a")


def on_caution(palette: QPalette) -> QColor:
    """Text on a ground of the colour that asks to look twice."""
    return _pick(palette, "#ffffff", "#1d1400")


def bad(palette: QPalette) -> QColor:
    """Not found, failed."""
    return _pick(palette, "#b3261e", "#ff8f86")


class Tone(Enum):
    """How something is to be taken; an icon says the same, so colour is never the only sign."""

    PLAIN = "plain"
    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"


def tone_colour(tone: Tone, palette: QPalette) -> QColor:
    """A tone's colour on a card."""
    match tone:
        case Tone.PLAIN:
            return muted(palette)
        case Tone.GOOD:
            return good(palette)
        case Tone.CAUTION:
            return caution(palette)
        case Tone.BAD:
            return bad(palette)


LIGHT_ROLES = {
    QPalette.ColorRole.Window: "#f5f6f8",
    QPalette.ColorRole.WindowText: "#1c2129",
    QPalette.ColorRole.Base: "#ffffff",
    QPalette.ColorRole.AlternateBase: "#f0f2f5",
    QPalette.ColorRole.Text: "#1c2129",
    QPalette.ColorRole.Button: "#ffffff",
    QPalette.ColorRole.ButtonText: "#1c2129",
    QPalette.ColorRole.PlaceholderText: "#6b7482",
    QPalette.ColorRole.ToolTipBase: "#1c2129",
    QPalette.ColorRole.ToolTipText: "#ffffff",
    QPalette.ColorRole.Highlight: "#285ebc",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.Accent: "#285ebc",
    QPalette.ColorRole.Mid: "#d9dde4",
}
DARK_ROLES = {
    QPalette.ColorRole.Window: "#1d2128",
    QPalette.ColorRole.WindowText: "#e8ebf0",
    QPalette.ColorRole.Base: "#171a20",
    QPalette.ColorRole.AlternateBase: "#20252d",
    QPalette.ColorRole.Text: "#e8ebf0",
    QPalette.ColorRole.Button: "#2b313b",
    QPalette.ColorRole.ButtonText: "#e8ebf0",
    QPalette.ColorRole.PlaceholderText: "#98a2b1",
    QPalette.ColorRole.ToolTipBase: "#e8ebf0",
    QPalette.ColorRole.ToolTipText: "#1c2129",
    QPalette.ColorRole.Highlight: "#3d73d7",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.Accent: "#7aa7ff",
    QPalette.ColorRole.Mid: "#3a414d",
}


def palette_for(dark: bool) -> QPalette:
    """Build the program's palette; disabled text takes the muted colour."""
    palette = QPalette()
    for role, colour in (DARK_ROLES if dark else LIGHT_ROLES).items():
        palette.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor("#737d8c"))
    return palette
