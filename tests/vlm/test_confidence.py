from __future__ import annotations

import pytest

from vlm.confidence import geometric_mean, unsure_words


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [([], 0.0), ([1.0], 1.0), ([0.5, 0.5], 0.5), ([1.0, 0.25], 0.5), ([0.9, 0.0], 0.0)],
)
def test_geometric_mean(probabilities: list[float], expected: float) -> None:
    assert geometric_mean(probabilities) == pytest.approx(expected)


def test_a_thousand_unlikely_tokens_do_not_underflow() -> None:
    assert geometric_mean([1e-4] * 1000) == pytest.approx(1e-4)


@pytest.mark.parametrize(
    ("ends", "given", "doubted"),
    [
        ([2, 5, 8], [0.9, 0.9, 0.9], []),
        ([2, 5, 8], [0.9, 0.4, 0.9], [(3, 8)]),
        ([2, 5, 8], [0.3, 0.7, 0.7], [(0, 2), (3, 8)]),
        ([3, 8], [0.4, 0.9], [(0, 2)]),
        ([0, 8], [0.9, 0.4], [(0, 2), (3, 8)]),
    ],
)
def test_a_word_is_doubted_when_its_pieces_together_are_unlikely(
    ends: list[int], given: list[float], doubted: list[tuple[int, int]]
) -> None:
    found = unsure_words("No 84.50", ends, given)
    assert [(word.start, word.end) for word in found] == doubted


def test_a_doubted_words_probability_is_the_product() -> None:
    (word,) = unsure_words("84.50", [2, 5], [0.5, 0.4, 0.1])
    assert word.probability == pytest.approx(0.2)
