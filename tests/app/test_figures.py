from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QLocale

from app import figures
from app.ask import words

WHEN = datetime(2025, 4, 3, 12, tzinfo=UTC)


def test_a_system_that_names_no_country_reads_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "QLocale", Nowhere)
    assert (figures.whole(12_500), figures.decimal(1.44, 1)) == ("12,500", "1.4")
    assert figures.day(WHEN) == "3 Apr 2025"
    assert figures.decimal_mark() == "."


def test_numbers_and_days_are_written_as_here(german: None) -> None:
    assert (figures.whole(12_500), figures.decimal(1.44, 1)) == ("12.500", "1,4")
    assert figures.day(WHEN) == "03.04.2025"
    assert figures.decimal_mark() == ","
    assert words.seconds(1.44) == "1,4 s"
    assert figures.size(4_500_000_000) == "4,5 GB"


class Nowhere(QLocale):
    """A system that says nothing of where it is."""

    def __init__(self, *place: object) -> None:
        super().__init__(*(place or (QLocale.Language.C,)))
