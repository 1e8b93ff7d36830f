from __future__ import annotations

import random

import pytest

from vlm import scoring


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("a", "b", 1)],
)
def test_distance(left: str, right: str, expected: int) -> None:
    assert scoring.distance(left, right) == expected
    assert scoring.distance(right, left) == expected


@pytest.mark.parametrize(
    ("answer", "truths", "expected"),
    [
        ("12.50", ["12.50"], 1.0),
        ("  Acme LTD ", ["acme ltd"], 1.0),
        ("12.5", ["12.50"], 0.8),
        ("wrong", ["12.50", "wrung"], 0.8),
        ("ab", ["abcd"], 0.5),
        ("a", ["abc"], 0.0),
        ("", ["abc"], 0.0),
        ("", [""], 1.0),
    ],
)
def test_anls(answer: str, truths: list[str], expected: float) -> None:
    assert scoring.anls(answer, truths) == pytest.approx(expected)


def test_what_is_left_out_because_it_cannot_be_alike_changes_no_score() -> None:
    chance = random.Random(3)
    for _ in range(3000):
        one, other = ("".join(chance.choices("aabc 1", k=chance.randrange(9))) for _ in range(2))
        left, right = scoring.plain(one), scoring.plain(other)
        longest = max(len(left), len(right))
        alike = 1.0 - scoring.distance(left, right) / longest if longest else 1.0
        for least in (0.5, 0.8, 1.0):
            assert scoring.anls(one, [other], least) == (alike if alike >= least else 0.0)


def test_a_row_without_answers_cannot_be_scored() -> None:
    with pytest.raises(ValueError, match="without answers"):
        scoring.anls("x", [])


def test_exact_match_ignores_case_and_blanks_only() -> None:
    assert scoring.exact("Acme  Ltd", ["other", "ACME ltd"])
    assert not scoring.exact("Acme Ltd.", ["Acme Ltd"])


def test_the_interval_holds_the_mean_and_is_the_same_again() -> None:
    values = [1.0] * 30 + [0.0] * 10
    first = scoring.mean(values)
    assert first.value == 0.75
    assert 0.58 < first.low < 0.66
    assert 0.84 < first.high < 0.92
    assert scoring.mean(values) == first


def test_one_row_and_equal_rows_have_no_width() -> None:
    assert scoring.mean([0.5]) == scoring.Mean(0.5, 0.5, 0.5)
    assert scoring.mean([1.0] * 9) == scoring.Mean(1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="nothing"):
        scoring.mean([])
