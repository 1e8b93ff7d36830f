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
    assert figures.percent(0.624) == "62 %"
    assert figures.moment(datetime(2025, 4, 3, 21, 3).astimezone()) == "03.04.2025, 21:03"


@pytest.mark.parametrize(
    ("english", "here"),
    [
        ("Needs 1.5 GB. 0.3 are free.", "Needs 1,5 GB. 0,3 are free."),
        (
            "Needs about 21 GB of memory; you have 7.5.",
            "Needs about 21 GB of memory; you have 7,5.",
        ),
        (
            "Read 4 of 1,234 pages; 1,230 were not read.",
            "Read 4 of 1.234 pages; 1.230 were not read.",
        ),
        ("Starts to answer after 0.7 s.", "Starts to answer after 0,7 s."),
        (
            "Qwen2.5 and offer 2.5.pdf of 3.04.2025 stay.",
            "Qwen2.5 and offer 2.5.pdf of 3.04.2025 stay.",
        ),
        ("Version 5.23, at 127.0.0.1", "Version 5.23, at 127.0.0.1"),
    ],
)
def test_amounts_of_the_other_processes_are_written_as_here(
    german: None, english: str, here: str
) -> None:
    assert figures.sentence(english) == here


def test_nothing_is_said_to_be_whole_that_is_not() -> None:
    shares = (1.0, 0.9999, 0.5, 0.0)
    assert [figures.percent(share) for share in shares] == ["100 %", "99 %", "50 %", "0 %"]


TYPED = ("8", " 0.0005 ", "0,0005", "-1.5", "1e-4")


@pytest.mark.parametrize("text", TYPED)
def test_a_number_is_typed_with_a_point_or_a_comma(text: str) -> None:
    assert figures.number(text) == float(text.replace(",", "."))


@pytest.mark.parametrize("text", TYPED)
def test_a_number_is_typed_with_either_in_germany_too(text: str, german: None) -> None:
    assert figures.number(text) == float(text.replace(",", "."))


@pytest.mark.parametrize("text", ["", "many", "nan", "inf", "1,2,3", "12,34,567"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert figures.number(text) is None


def test_thousands_are_apart_as_here() -> None:
    assert (figures.number("1,500"), figures.number("1,234,567.5")) == (1500, 1_234_567.5)


def test_thousands_are_apart_as_in_germany(german: None) -> None:
    assert (figures.number("1.500"), figures.number("1.234.567,5")) == (1500, 1_234_567.5)
    assert figures.number("1,500") == 1.5


class Nowhere(QLocale):
    """A system that says nothing of where it is."""

    def __init__(self, *place: object) -> None:
        super().__init__(*(place or (QLocale.Language.C,)))
