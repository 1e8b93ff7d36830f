"""Where, why, and under which law."""

from __future__ import annotations

import pytest

from vlm.prose_phrases import laws_in, places_in, reasons_in


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("en", "He works at the office in Leeds on most days.", "Leeds"),
        ("en", "It is at 8 Quay Street, York.", "8 Quay Street, York"),
        ("en", "The courts of Bristol shall have jurisdiction.", "The courts of Bristol"),
        ("en", "We asked schools in Porto and Braga.", "Porto and Braga"),
        ("de", "Die Wohnung Gleimstraße 52, 10437 Berlin.", "Gleimstraße 52, 10437 Berlin"),
        (
            "de",
            "Die Übergabe erfolgt auf dem Betriebshof der Käuferin.",
            "dem Betriebshof der Käuferin",
        ),
        ("fr", "L'appartement est situé 27 avenue Berthelot à Lyon.", "27 avenue Berthelot à Lyon"),
        ("fr", "Son siège se trouve à Grenoble.", "Grenoble"),
    ],
)
def test_places_are_found(language: str, text: str, place: str) -> None:
    found = sorted(places_in(text, language), key=lambda one: -one[2])
    assert text[found[0][0] : found[0][1]] == place


def test_a_date_is_no_place() -> None:
    assert list(places_in("It begins in March 2024 and ends in June 2025.", "en")) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Three withdrew because of headaches.", "because of headaches"),
        ("Due to the flood, the feast was cancelled.", "Due to the flood"),
        (
            "Sie ist begründet, weil der Mangel vorhanden war.",
            "weil der Mangel vorhanden war",
        ),
        ("Die Kündigung erfolgt aus betriebsbedingten Gründen.", "aus betriebsbedingten Gründen"),
        ("Elle est annulée en raison des inondations.", "en raison des inondations"),
    ],
)
def test_reasons_are_found(text: str, reason: str) -> None:
    ((start, end, _), *_) = reasons_in(text)
    assert text[start:end] == reason


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("It is governed by the laws of England and Wales.", "the laws of England and Wales"),
        ("This shall be governed by English law.", "English law"),
        (
            "Es gilt das Recht der Bundesrepublik Deutschland.",
            "das Recht der Bundesrepublik Deutschland",
        ),
        ("Es gilt deutsches Recht.", "deutsches Recht"),
        ("Le contrat est régi par le droit français.", "le droit français"),
    ],
)
def test_laws_are_found(text: str, law: str) -> None:
    ((start, end, _), *_) = laws_in(text)
    assert text[start:end] == law


def test_the_word_law_alone_is_none() -> None:
    assert list(laws_in("Governing law. The law is the law.")) == []
