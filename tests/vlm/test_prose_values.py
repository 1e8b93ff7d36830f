"""Values in sentences."""

from __future__ import annotations

import pytest

from vlm.prose_values import Kind, found


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        ("date", "begins on 1 April 2024 and ends in May 2026", ["1 April 2024", "May 2026"]),
        ("date", "am 1. Oktober 2022, spätestens 28.02.2023", ["1. Oktober 2022", "28.02.2023"]),
        ("date", "prend effet le 1er février 2024", ["1er février 2024"]),
        ("date", "on March 9, 2026, or 2026-03-10", ["March 9, 2026", "2026-03-10"]),
        ("date", "built in 1904 for 1,904 people", ["1904"]),
        ("date", "by the spring of 2027", ["the spring of 2027"]),
        (
            "deadline",
            "on the third working day of each month",
            ["the third working day of each month"],
        ),
        (
            "deadline",
            "am dritten Werktag eines jeden Monats",
            ["dritten Werktag eines jeden Monats"],
        ),
        ("deadline", "au plus tard le 5 de chaque mois", ["le 5 de chaque mois"]),
        (
            "deadline",
            "within three years of the date of this letter, otherwise",
            ["within three years of the date of this letter"],
        ),
        (
            "deadline",
            "innerhalb von einem Monat nach Zustellung Berufung eingelegt",
            ["innerhalb von einem Monat nach Zustellung"],
        ),
        ("amount", "rent of 1,150.00 pounds or £80", ["1,150.00 pounds", "£80"]),
        (
            "amount",
            "insgesamt 2.835,00 Euro, also 1,7 Millionen Euro",
            ["2.835,00 Euro", "1,7 Millionen Euro"],
        ),
        ("amount", "de 1 780 euros et 38 millions d'euros", ["1 780 euros", "38 millions d'euros"]),
        (
            "amount",
            "USD 250,000 (two hundred and fifty thousand dollars)",
            ["USD 250,000", "two hundred and fifty thousand dollars"],
        ),
        ("amount", "in 24 months", []),
        ("percent", "of 6.25% or fünf Prozentpunkten", ["6.25%", "fünf Prozentpunkten"]),
        ("duration", "three months' written notice", ["three months"]),
        ("duration", "for a period of 24 months", ["24 months"]),
        ("duration", "mit einer Frist von drei Monaten", ["drei Monaten"]),
        ("duration", "un préavis de trois mois", ["trois mois"]),
        ("duration", "ten (10) business days", ["ten (10) business days"]),
        ("duration", "four to six weeks", ["four to six weeks"]),
        ("measure", "Wohnfläche beträgt 78,5 m²", ["78,5 m²"]),
        ("measure", "not exceed 3.2 metres", ["3.2 metres"]),
        ("count", "in sixty (60) equal instalments", ["sixty (60)"]),
        ("count", "a new one", []),
        ("code", "Az. 9 C 412/21", ["9 C 412/21"]),
        ("date", "on 6 and 7 February 2023", ["6 and 7 February 2023"]),
        ("amount", "entre 55 et 80 euros", ["55 et 80 euros"]),
        ("frequency", "findet viermal im Jahr statt", ["viermal im Jahr"]),
        ("frequency", "twice a year or every six months", ["twice a year", "every six months"]),
        ("frequency", "deux fois par an", ["deux fois par an"]),
        ("phone", "call 01632 960 455 now", ["01632 960 455"]),
        ("mail", "write to a.b@example.org", ["a.b@example.org"]),
    ],
)
def test_values_stand_where_they_do(kind: Kind, text: str, values: list[str]) -> None:
    places = list(found(kind, text))
    assert sorted(text[start:end] for start, end in places) == sorted(values)
