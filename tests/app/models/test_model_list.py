from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.models.model_list import ModelList
from app.models.values import Arriving, Stage
from app.theme import Tone
from tests.app.models.made import entry, listing
from vlm.catalogue import Place
from vlm.hub import ModelName
from vlm.speeds import Speed


@pytest.fixture
def shown(qtbot: QtBot) -> ModelList:
    made = ModelList()
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


def test_cards_say_what_it_is_whether_it_fits_and_how_fast_it_was(shown: ModelList) -> None:
    fast = entry(speed=Speed("cuda", 0.4, 31.0, 3))
    large = entry("owner/large", weights=9_400_000_000)
    shown.show_listing(listing(large, fast))
    card = shown.cards[fast.model.folder]
    assert card.fit.text().startswith("Fits. Needs about 0.6 GB of GPU memory; you have 8.")
    assert card.mark.tone is Tone.GOOD
    assert card.speed.text() == "Starts to answer after 0.4 s, then 31 word pieces a second."
    assert shown.cards[large.model.folder].mark.tone is Tone.BAD
    assert not shown.cards[large.model.folder].speed.isVisible()
    assert list(shown.cards) == [fast.model.folder, large.model.folder]


def test_what_was_merged_into_a_model_is_named(shown: ModelList) -> None:
    plain, merged = (
        entry("owner/a"),
        replace(entry("owner/b"), names=("“Az” stands behind “Az.:”",)),
    )
    shown.show_listing(listing(plain, merged))
    assert not shown.cards[plain.model.folder].names.isVisible()
    card = shown.cards[merged.model.folder]
    assert card.names.isVisible()
    assert card.names.text() == "“Az” stands behind “Az.:”"
    assert card.accessibleDescription().endswith("“Az.:”")


def test_one_in_use_is_marked_and_not_offered(shown: ModelList) -> None:
    one, other = entry("owner/a"), entry("owner/b")
    shown.show_listing(listing(one, other))
    shown.show_in_use(str(one.model.folder))
    assert shown.cards[one.model.folder].used.isVisible()
    assert not shown.cards[one.model.folder].use.isVisible()
    assert shown.cards[other.model.folder].use.isVisible()


def test_use_and_remove_say_which(shown: ModelList, qtbot: QtBot) -> None:
    one = entry()
    shown.show_listing(listing(one))
    card = shown.cards[one.model.folder]
    with qtbot.waitSignal(shown.use_pressed) as used:
        qtbot.mouseClick(card.use, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(shown.remove_pressed) as removed:
        qtbot.mouseClick(card.remove, Qt.MouseButton.LeftButton)
    assert used.args == removed.args == [one]
    assert card.use.accessibleName() == "Use owner/tiny"


def test_what_cannot_run_is_folded_away_with_its_reason(shown: ModelList, qtbot: QtBot) -> None:
    other = entry("owner/bert", problem="It is of the type 'bert'.")
    shown.show_listing(listing(entry(), other))
    card = shown.cards[other.model.folder]
    assert not card.isVisible()
    assert shown.others.text() == "1 other model that can't run here"
    qtbot.mouseClick(shown.others, Qt.MouseButton.LeftButton)
    assert card.isVisible()
    assert card.fit.text() == "It is of the type 'bert'."
    assert not card.use.isVisible()


def test_what_comes_with_the_program_cannot_be_removed(shown: ModelList) -> None:
    one = entry(place=Place.SHIPPED)
    shown.show_listing(listing(one))
    assert not shown.cards[one.model.folder].remove.isVisible()


def test_looking_again_keeps_cards_and_focus(shown: ModelList) -> None:
    one, other = entry("owner/a"), entry("owner/b")
    shown.show_listing(listing(one, other))
    card = shown.cards[other.model.folder]
    card.use.setFocus()
    shown.show_listing(listing(other))
    assert shown.cards[other.model.folder] is card
    assert card.use.hasFocus()
    assert list(shown.cards) == [other.model.folder]


def test_without_models_it_says_what_to_do(shown: ModelList) -> None:
    shown.show_listing(listing())
    assert "Get one by its name" in shown.message.text()
    assert shown.message.isVisible()


def test_hostile_names_stay_text(shown: ModelList) -> None:
    shown.show_listing(listing(entry("owner/<b>x</b>", problem="<a href='file:///etc'>x</a>")))
    shown.others.setChecked(True)
    formats = {label.textFormat() for label in shown.findChildren(QLabel)}
    assert formats == {Qt.TextFormat.PlainText}


def test_a_row_offers_pause_while_moving_and_resume_after(shown: ModelList, qtbot: QtBot) -> None:
    name = ModelName("owner", "tiny")
    shown.show_arriving(Arriving(name, Stage.MOVING, "half", 0.5))
    row = shown.rows["owner/tiny"]
    assert row.bar.value() * 2 == row.bar.maximum()
    assert row.pause.isVisible()
    assert not row.resume.isVisible()
    row.pause.setFocus()
    shown.show_arriving(Arriving(name, Stage.PAUSING, "Pausing…", 0.5))
    assert not row.pause.isEnabled()
    shown.show_arriving(Arriving(name, Stage.PAUSED, "Paused", 0.5))
    assert not row.pause.isVisible()
    with qtbot.waitSignal(shown.resume_pressed):
        qtbot.mouseClick(row.resume, Qt.MouseButton.LeftButton)
    shown.show_arriving(Arriving(name, Stage.FAILED, "It broke."))
    assert row.resume.text() == "Try again"
    assert row.trouble.isVisible()
    assert not row.bar.isVisible()
    shown.drop_arriving(name)
    assert not shown.rows
