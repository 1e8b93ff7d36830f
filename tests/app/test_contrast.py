"""What is written can be read in both schemes: 4.5:1 for text, 3:1 for what marks the focus.

The measure is that of WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QColor, QPalette

from app import style, theme
from app.style import mix

TEXT = 4.5
RING = 3.0
PAIRS = (
    *((text, ground) for text in ("text", "muted") for ground in ("window", "card", "base")),
    *(("text", ground) for ground in ("button", "hover", "press")),
    ("muted", "hover"),
    ("accent", "hover"),
    ("accent", "window"),
    ("accent", "card"),
    ("main_text", "main"),
    ("main_text", "main_hover"),
    ("main_text", "main_press"),
    ("highlight_text", "highlight"),
    ("tip_text", "tip"),
)
"""Text and ground as the style sheet puts them together."""
TONES = (theme.good, theme.caution, theme.bad, theme.muted, theme.accent)


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def brightness(colour: QColor) -> float:
    red, green, blue = (linear(p) for p in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(params=[False, True], ids=["light", "dark"])
def palette(request: pytest.FixtureRequest) -> QPalette:
    return theme.palette_for(bool(request.param))


def test_the_measure_is_right() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert contrast(QColor("#767676"), QColor("white")) == pytest.approx(4.54, abs=0.01)


def test_text_of_the_style_sheet(palette: QPalette) -> None:
    colours = style.colours(palette)
    ratios = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < TEXT} == {}


def test_what_stands_in_an_empty_line(palette: QPalette) -> None:
    assert contrast(palette.placeholderText().color(), palette.base().color()) >= TEXT


@pytest.mark.parametrize("tone", TONES)
def test_a_tone_on_a_card_and_on_its_own_faint_ground(
    palette: QPalette, tone: Callable[[QPalette], QColor]
) -> None:
    colour, card = tone(palette), theme.card(palette)
    assert contrast(colour, card) >= TEXT
    assert contrast(colour, mix(card, colour, 0.11)) >= TEXT
    assert contrast(palette.windowText().color(), mix(card, colour, 0.10)) >= TEXT


@pytest.mark.parametrize("tone", TONES)
def test_a_tone_in_lists(palette: QPalette, tone: Callable[[QPalette], QColor]) -> None:
    """As runs and what was asked before are listed, selected or not."""
    window, text = palette.window().color(), palette.windowText().color()
    for ground in (window, mix(window, text, 0.11), mix(window, theme.accent(palette), 0.16)):
        assert contrast(tone(palette), ground) >= TEXT


def test_a_strip_that_asks_to_look_twice(palette: QPalette) -> None:
    assert contrast(theme.on_caution(palette), theme.caution(palette)) >= TEXT


def test_the_focus_is_seen(palette: QPalette) -> None:
    colours = style.colours(palette)
    for ground in ("window", "card", "base", "button"):
        assert contrast(colours["accent"], colours[ground]) >= RING
    assert contrast(colours["ring"], colours["main"]) >= RING
