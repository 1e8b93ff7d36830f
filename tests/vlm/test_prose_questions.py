"""What questions about running text want."""

from __future__ import annotations

import pytest

from vlm.prose_questions import asked
from vlm.stems import Language


@pytest.mark.parametrize(
    ("question", "want"),
    [
        ("How much is the deposit?", "amount"),
        ("How much earlier do leaves fall?", "duration"),
        ("How many instalments are there?", "count"),
        ("How many days of leave are there?", "duration"),
        ("How long is the notice period?", "duration"),
        ("How often is it inspected?", "frequency"),
        ("How high may the extension be?", "measure"),
        ("How old were the participants?", "age"),
        ("What is the interest rate?", "percent"),
        ("What is the monthly rent?", "amount"),
        ("What is the claim number?", "code"),
        ("What is the number of participants?", "count"),
        ("When does it end?", "date"),
        ("By when must it be paid?", "deadline"),
        ("At what time does it start?", "time"),
        ("Who is the landlord?", "name"),
        ("Where is the flat?", "place"),
        ("Why was it refused?", "reason"),
        ("Which law applies?", "law"),
        ("Wie hoch ist die Kaution?", "amount"),
        ("Wie viele Zimmer gibt es?", "count"),
        ("Bis wann kann man kündigen?", "deadline"),
        ("Wer zahlt die Reparaturen?", "name"),
        ("Wo ist der Gerichtsstand?", "place"),
        ("Wie lautet das Aktenzeichen?", "code"),
        ("Um wie viel Prozent stieg der Umsatz?", "percent"),
        ("Quel est le montant du dépôt de garantie ?", "amount"),
        ("Combien y a-t-il de chambres ?", "count"),
        ("Quand le bail commence-t-il ?", "date"),
        ("Qui est le bailleur ?", "name"),
        ("Pourquoi est-ce fermé ?", "reason"),
    ],
)
def test_the_kind_of_value_that_is_wanted_comes_first(question: str, want: str) -> None:
    assert asked(question).wants[0] == want


@pytest.mark.parametrize(
    "question",
    [
        "Are pets allowed?",
        "Can the loan be repaid early?",
        "How is overtime compensated?",
        "What is the main limitation?",
        "Darf ich einen Hund halten?",
        "Peut-on sous-louer l'appartement ?",
    ],
)
def test_others_want_a_sentence(question: str) -> None:
    assert asked(question).wants == ()
    assert asked(question).whole


@pytest.mark.parametrize(
    ("question", "language", "about"),
    [
        ("What is the notice period?", "en", ("notice", "period", "terminate")),
        ("How much is the deposit?", "en", ("deposit",)),
        ("Wie lang ist die Kündigungsfrist?", "de", ("kündigungsfrist", "kündigen")),
        ("Quel est le montant du loyer ?", "fr", ("loyer", "montant")),
    ],
)
def test_its_telling_words_say_what_about(
    question: str, language: Language, about: tuple[str, ...]
) -> None:
    found = asked(question)
    assert (found.language, found.about) == (language, about)


def test_verbs_and_the_heads_of_names_are_told() -> None:
    assert "gekauft" in asked("Wann wurde das Auto gekauft?").verbs
    assert "auto" not in asked("Wann wurde das Auto gekauft?").verbs
    assert "heard" in asked("Which judge heard the case?").verbs
    pressure = asked("What was his blood pressure?")
    assert pressure.heads == {"pressure"}
    assert pressure.modifiers == {"blood"}
