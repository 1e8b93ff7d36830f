from __future__ import annotations

import math
import random
from statistics import NormalDist

import pytest

from finetune import gate
from finetune.interval import FEWEST, Interval, interval


def test_few_documents_tell_nothing_however_well_it_went() -> None:
    for count in range(1, FEWEST):
        found = interval([[1.0, 1.0]] * count)
        assert found == Interval(1.0, -1.0, 1.0)
        assert not found.tells
    assert interval([[1.0]] * FEWEST).tells


@pytest.mark.parametrize(("count", "t"), [(5, 2.776), (6, 2.571), (12, 2.201), (31, 2.042)])
def test_the_interval_of_a_mean_is_about_as_wide_as_students(count: int, t: float) -> None:
    spread = [NormalDist(0.1, 0.2).inv_cdf((n + 0.5) / count) for n in range(count)]
    mean = sum(spread) / count
    deviation = math.sqrt(sum((one - mean) ** 2 for one in spread) / (count - 1))
    half = t * deviation / math.sqrt(count)
    found = interval([[one] for one in spread])
    assert found.value == pytest.approx(mean)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.2)


@pytest.mark.parametrize("count", [5, 8, 20])
def test_it_holds_the_true_mean_about_as_often_as_it_says(count: int) -> None:
    chance = random.Random(count)
    tries, held = 80, 0
    for _ in range(tries):
        found = interval([[chance.uniform(-0.4, 0.6)] for _ in range(count)])
        held += found.low <= 0.1 <= found.high
    assert held / tries >= 0.85


def test_the_gate_says_what_few_and_many_documents_can_tell() -> None:
    def decided(documents: int) -> gate.Gate:
        """Decide on one question a document, of which two in three became right."""
        answers = ["12.50" if number % 3 else "x" for number in range(documents)]
        rows = [
            gate.judge(f"r{number}", f"d{number}", "Total?", ("12.50",), "x", after)
            for number, after in enumerate(answers)
        ]
        return gate.decide(rows, [])

    few, some, many = map(decided, (3, 10, 50))
    assert not few.passed
    assert few.reasons == (
        "0 % right before, 67 % after: with only 3 documents to test on, that may be chance.",
    )
    assert few.advice == ("Hold out at least 5 documents; more tell smaller gains apart.",)
    assert some.passed
    assert many.passed
    assert some.anls.gain.high - some.anls.gain.low > 1.5 * (
        many.anls.gain.high - many.anls.gain.low
    )
