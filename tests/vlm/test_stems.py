"""Forms of words, and the language of a text."""

from __future__ import annotations

import pytest

from vlm.stems import Language, language_of, stems_of, words_of


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "terminated", "terminate"),
        ("en", "deposits", "deposit"),
        ("de", "monaten", "monat"),
        ("de", "gekündigt", "kündigen"),
        ("de", "kündigt", "kündigen"),
        ("de", "abgelehnt", "ablehnen"),
        ("fr", "mensuelle", "mensuel"),
        ("fr", "résilié", "résilier"),
    ],
)
def test_forms_of_a_word_have_a_stem_in_common(language: Language, one: str, other: str) -> None:
    assert stems_of(one, language) & stems_of(other, language)


def test_other_words_have_none() -> None:
    assert not stems_of("landlord", "en") & stems_of("tenant", "en")
    assert not stems_of("geld", "de") & stems_of("gelten", "de")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the notice period?", "en"),
        ("Wie hoch ist die Kaution?", "de"),
        ("Quel est le montant du loyer ?", "fr"),
    ],
)
def test_a_question_tells_its_language(text: str, language: Language) -> None:
    assert language_of(text) == language


def test_what_tells_none_is_taken_for_that_of_the_page() -> None:
    assert language_of("Kaution?", "de") == "de"
    assert language_of("Loyer ?", "fr") == "fr"


def test_a_hyphen_behind_the_first_syllable_parts_no_word() -> None:
    assert words_of("Peut-on sous-louer l'appartement ?") == [
        "peut",
        "on",
        "souslouer",
        "l",
        "appartement",
    ]
