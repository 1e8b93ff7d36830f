"""Which sentence has to do with a question."""

from __future__ import annotations

import pytest

from tests.vlm.written_pages import BAIL, CONTRACT, MIETVERTRAG, written
from vlm.prose_questions import asked
from vlm.prose_ranking import GROUP, MISREAD, PARTLY, STEM, alike, ranked
from vlm.sentences import sentences_of
from vlm.stems import Language


@pytest.mark.parametrize(
    ("question", "text", "begins"),
    [
        ("When does the lease start?", CONTRACT, "The tenancy begins"),
        ("Who bears minor repairs?", CONTRACT, "Minor repairs"),
        ("How much is the security bond?", CONTRACT, "The Tenant pays a deposit"),
        ("Wie kann ich kündigen?", MIETVERTRAG, "Der Mieter kann das Mietverhältnis"),
        ("La sous-location est-elle permise ?", BAIL, "La sous-location"),
    ],
)
def test_the_best_sentence_comes_first(question: str, text: str, begins: str) -> None:
    best = ranked(asked(question), sentences_of(written(text)))[0]
    assert best.sentence.text.startswith(begins)
    assert 0 < best.score <= 1


@pytest.mark.parametrize(
    ("word", "language", "other", "theirs", "counts"),
    [
        ("deposit", "en", "deposit", "en", 1.0),
        ("deposit", "en", "deposits", "en", STEM),
        ("start", "en", "commences", "en", GROUP),
        ("rent", "en", "miete", "de", GROUP),
        ("the", "en", "the", "de", 1.0),
        ("landlord", "en", "tenant", "en", 0.0),
        ("mitgliedsgebühr", "de", "kosten", "de", PARTLY),
    ],
)
def test_words_count_as_much_as_they_have_in_common(
    word: str, language: Language, other: str, theirs: Language, counts: float
) -> None:
    assert alike(word, language, other, theirs) == counts


def test_a_letter_that_was_misread_is_forgiven_only_on_scans() -> None:
    assert alike("deposit", "en", "depozit", "en", misread=True) == MISREAD
    assert alike("deposit", "en", "depozit", "en") == 0


def test_part_of_a_german_word_counts_less_than_the_word() -> None:
    assert 0 < alike("miete", "de", "mietzahlung", "de") < STEM
    assert alike("kilometerstand", "de", "stand", "de") > 0


def test_nothing_is_ranked_without_words_or_sentences() -> None:
    assert ranked(asked("?"), sentences_of(written(CONTRACT))) == []
    assert ranked(asked("What is the rent?"), ()) == []
