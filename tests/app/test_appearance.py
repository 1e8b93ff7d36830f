from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QStyleHints
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app import icons, theme
from app.appearance import Appearance
from app.settings import Scheme


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    """The application, given back with the looks it had."""
    looks = (qapp.style().objectName(), qapp.palette(), qapp.styleSheet())
    yield qapp
    qapp.styleHints().unsetColorScheme()
    qapp.setStyle(looks[0])
    qapp.setPalette(looks[1])
    qapp.setStyleSheet(looks[2])


@pytest.mark.parametrize(("scheme", "dark"), [(Scheme.LIGHT, False), (Scheme.DARK, True)])
def test_a_setting_chooses_the_colours(
    application: QApplication, scheme: Scheme, dark: bool
) -> None:
    appearance = Appearance(application, scheme)
    assert appearance.dark is dark
    assert theme.is_dark(application.palette()) is dark
    appearance.deleteLater()


@pytest.mark.parametrize(
    ("scheme", "told"),
    [
        (Scheme.LIGHT, [Qt.ColorScheme.Light]),
        (Scheme.DARK, [Qt.ColorScheme.Dark]),
        (Scheme.SYSTEM, []),
    ],
)
def test_the_frame_of_the_first_window_has_the_chosen_colours(
    application: QApplication,
    monkeypatch: pytest.MonkeyPatch,
    scheme: Scheme,
    told: list[Qt.ColorScheme],
) -> None:
    heard: list[Qt.ColorScheme] = []
    monkeypatch.setattr(QStyleHints, "setColorScheme", lambda _, wanted: heard.append(wanted))
    Appearance(application, scheme).deleteLater()
    assert heard == told


def test_the_colours_follow_the_system_live(qtbot: QtBot, application: QApplication) -> None:
    appearance = Appearance(application, Scheme.SYSTEM)
    before = appearance.dark
    other = Qt.ColorScheme.Light if before else Qt.ColorScheme.Dark
    with qtbot.waitSignal(appearance.changed):
        application.styleHints().colorSchemeChanged.emit(other)
    assert appearance.dark is not before
    assert theme.is_dark(application.palette()) is not before
    appearance.deleteLater()


def test_a_chosen_scheme_does_not_follow_the_system(application: QApplication) -> None:
    appearance = Appearance(application, Scheme.LIGHT)
    application.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert not appearance.dark
    appearance.set_scheme(Scheme.DARK)
    assert appearance.dark
    assert theme.is_dark(application.palette())
    appearance.deleteLater()


def middle(icon: QIcon) -> str:
    """Return the colours of an icon's lines."""
    image = icon.pixmap(20, 20).toImage()
    points = [(x, y) for x in range(image.width()) for y in range(image.height())]
    drawn = [image.pixelColor(x, y) for x, y in points if image.pixelColor(x, y).alpha() == 255]
    return drawn[0].name()


def test_icons_take_the_new_colours(qtbot: QtBot, application: QApplication) -> None:
    appearance = Appearance(application, Scheme.LIGHT)
    button = QPushButton()
    qtbot.addWidget(button)
    icons.set_icon(button, "document")
    light = middle(button.icon())
    appearance.set_scheme(Scheme.DARK)
    window = QPushButton()
    qtbot.addWidget(window)
    button.setParent(window)
    icons.tint_all(window)
    assert middle(button.icon()) != light
    appearance.deleteLater()


def test_every_icon_that_the_code_names_is_there() -> None:
    import re
    from pathlib import Path

    app = Path(icons.__file__).parent
    named = {
        name
        for file in app.glob("*.py")
        for name in re.findall(r'set_icon\([\w.]+, "(\w+)"\)', file.read_text(encoding="utf-8"))
    }
    assert named
    drawn = {file.stem for file in (app.parent / "assets" / "icons").glob("*.svg")}
    assert named <= drawn
