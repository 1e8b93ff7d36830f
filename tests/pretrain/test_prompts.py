import random

from pretrain.documents.fields import FIELDS
from pretrain.documents.prompts import HELD_OUT, QUESTIONS, loosely, read_prompt


def test_many_phrasings_of_many_lengths_and_none_that_is_kept_for_measuring() -> None:
    rng = random.Random(1)
    prompts = {read_prompt(rng) for _ in range(800)}
    assert len(prompts) > 100
    assert {len(prompt) for prompt in prompts} >= set(range(12, 40))
    assert not prompts & set(HELD_OUT)
    assert {read_prompt(rng, held_out=True) for _ in range(30)} == set(HELD_OUT)


def test_a_loose_wording_keeps_the_words() -> None:
    rng = random.Random(2)
    ways = {loosely(QUESTIONS[0], rng) for _ in range(80)}
    assert ways == {
        "What does it say?",
        "what does it say?",
        "What does it say",
        "Tell me: what does it say?",
    }


def test_fields_are_asked_for_by_their_names_but_never_in_the_held_out_phrasing() -> None:
    rng = random.Random(4)
    for field in FIELDS:
        asked = {field.ask(rng, held_out=False) for _ in range(120)}
        assert len(asked) > 12
        assert field.ask(rng, held_out=True) not in asked
        assert any(name.lower() in one.lower() for one in asked for name in field.names["de"])
        assert not any("vAT" in one or "{" in one for one in asked)
