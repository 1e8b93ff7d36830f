"""Words that mean about the same."""

from __future__ import annotations

import pytest

from vlm.stems import Language
from vlm.word_groups import groups_of, groups_of_last_part


@pytest.mark.parametrize(
    ("one", "language", "other", "theirs"),
    [
        ("begins", "en", "commences", "en"),
        ("deposit", "en", "kaution", "de"),
        ("loyer", "fr", "miete", "de"),
        ("gekündigt", "de", "kündigungsfrist", "de"),
        ("dogs", "en", "pets", "en"),
    ],
)
def test_they_share_a_group(one: str, language: Language, other: str, theirs: Language) -> None:
    assert groups_of(one, language) & groups_of(other, theirs)


def test_others_share_none() -> None:
    assert not groups_of("landlord", "en") & groups_of("tenant", "en")
    assert groups_of("xylophone", "en") == frozenset()


def test_the_last_part_of_a_german_word_says_what_it_is() -> None:
    assert groups_of_last_part("jahresgehalt", "de") & groups_of("salary", "en")
    assert groups_of_last_part("jahresgehalt", "en") == frozenset()
