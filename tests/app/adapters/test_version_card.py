from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.adapters.values import Version
from app.adapters.version_card import VersionCard
from app.adapters.words import MOST_NAMES
from finetune.adapters import Adapter, Card
from tests.app.adapters.made import BETTER

NAMES = ("“Aktenzeichen” stands behind “Az.:” (7 documents)", "“Mandant” stands below “An” (2)")
DAMAGED = "What Firm learned of names is damaged. Train it or import it again."


def card_of(qtbot: QtBot, *names: str, trouble: str = "") -> VersionCard:
    known = Card("desk-reader-1", "a" * 64, "b" * 64, "dora", 16, 1.7e9, 9, 9, True, BETTER)
    shown = VersionCard(Version(Adapter("Firm", "/none", 9, known, names, trouble), fits=True))
    qtbot.addWidget(shown)
    shown.show()
    return shown


def test_a_card_says_what_documents_call_things(qtbot: QtBot) -> None:
    assert card_of(qtbot, *NAMES).names.text().splitlines() == list(NAMES)
    assert not card_of(qtbot).names.isVisible()


def test_of_many_names_a_card_shows_some_and_counts_the_rest(qtbot: QtBot) -> None:
    lines = card_of(qtbot, *NAMES * MOST_NAMES).names.text().splitlines()
    assert len(lines) == MOST_NAMES + 1
    assert lines[-1] == f"and {MOST_NAMES} more"


def test_a_version_with_damaged_names_says_so_and_is_not_offered(qtbot: QtBot) -> None:
    shown = card_of(qtbot, trouble=DAMAGED)
    assert shown.score.text() == DAMAGED
    assert not shown.use.isVisible()
    assert card_of(qtbot).use.isVisible()
