from __future__ import annotations

from finetune import hygiene, split
from finetune.types import NOT_ON_PAGE
from tests.finetune.made import example
from vlm.types import Box


def _words(text: str) -> int:
    return len(text.split())


def test_fine_examples_are_not_refused() -> None:
    rows = [example(n) for n in range(10)]
    assert hygiene.refusals(rows, split.split(rows, 0), _words, 256) == ()


def test_too_few_documents_says_how_many_are_missing() -> None:
    rows = [example(n, document=f"d{n % 7}", question=f"What is {n}?") for n in range(40)]
    (refusal,) = hygiene.refusals(rows, split.split(rows, 0), _words, 256)
    assert refusal.code == "too_few_documents"
    assert "now it would learn from 5 and be measured on 2" in refusal.sentence
    assert "3 more documents" in refusal.advice


def test_contradicting_labels_are_named() -> None:
    rows = [example(n) for n in range(10)]
    rows.append(example(20, document="d3", question=" what is the  TOTAL?", answer="9.99"))
    (refusal,) = hygiene.refusals(rows, split.split(rows, 0), _words, 256)
    assert refusal.code == "contradiction"
    assert set(refusal.examples) == {"e3", "e20"}
    assert "9.99" in refusal.sentence
    assert "3.00" in refusal.sentence


def test_same_answer_or_other_place_is_no_contradiction() -> None:
    rows = [example(n) for n in range(10)]
    rows.append(example(20, document="d3", answer="3.00"))
    rows.append(example(21, document="d3", answer="x", box=Box(0, 0, 0.5, 0.5)))
    rows.append(example(22, document="d3", answer="y", page=1))
    assert hygiene.refusals(rows, split.split(rows, 0), _words, 256) == ()


def test_three_answers_that_only_overlap_in_pairs_contradict() -> None:
    rows = [example(n) for n in range(10)]
    import msgspec

    first = msgspec.structs.replace(rows[0], answers=("a", "b"))
    rows[0] = first
    rows += [msgspec.structs.replace(first, id=f"x{a}", answers=(a,)) for a in "ab"]
    (refusal,) = hygiene.refusals(rows, split.split(rows, 0), _words, 256)
    assert refusal.code == "contradiction"


def test_an_answer_longer_than_the_model_can_say_is_refused() -> None:
    rows = [example(n) for n in range(10)] + [example(30, answer="word " * 9)]
    (refusal,) = hygiene.refusals(rows, split.split(rows, 0), _words, 8)
    assert (refusal.code, refusal.examples) == ("answer_too_long", ("e30",))
    assert "9 tokens" in refusal.sentence


def test_only_negatives_teach_nothing() -> None:
    rows = [example(n, answer=NOT_ON_PAGE, kind="negative") for n in range(10)]
    codes = {r.code for r in hygiene.refusals(rows, split.split(rows, 0), _words, 256)}
    assert codes == {"nothing_to_learn"}


def test_preview_shows_what_is_taught() -> None:
    rows = [example(n, answer="two words") for n in range(9)]
    rows.append(example(9, answer=NOT_ON_PAGE, kind="negative"))
    rows.append(example(10))
    sides = split.split(rows[:10], 0)
    shown = hygiene.preview(rows, sides, _words)
    assert [row.id for row in shown.rows] == [row.id for row in rows[:10]]
    assert (shown.count("train"), shown.count("held_out")) == (5, 5)
    assert shown.answer_tokens == 9 * 2 + 4
    assert shown.negatives == 1
    assert shown.rows[0].question_tokens == 4
