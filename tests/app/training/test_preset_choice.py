"""Which ways to learn are offered for a model."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.training.setup_page import SetupPage
from app.training.values import Base


def test_names_alone_are_offered_for_a_model_that_is_asked_by_them(qtbot: QtBot) -> None:
    def chosen() -> str:
        return setup.preset.preset

    setup = SetupPage()
    qtbot.addWidget(setup)
    ours, other = Base("/ours", "ours", named=True), Base("/other", "other")
    setup.show_bases((other,), "/other")
    assert chosen() == "quick"
    assert setup.preset.cards["names"].isHidden()
    setup.show_bases((ours, other), "/ours")
    assert chosen() == "names"
    assert not setup.preset.cards["names"].isHidden()
    setup.base.setCurrentIndex(1)
    setup.base.activated.emit(1)
    assert chosen() == "quick"
    setup.base.setCurrentIndex(0)
    setup.base.activated.emit(0)
    assert chosen() == "names"
