from __future__ import annotations

import pytest

from vlm.confidence import geometric_mean


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [([], 0.0), ([1.0], 1.0), ([0.5, 0.5], 0.5), ([1.0, 0.25], 0.5), ([0.9, 0.0], 0.0)],
)
def test_geometric_mean(probabilities: list[float], expected: float) -> None:
    assert geometric_mean(probabilities) == pytest.approx(expected)


def test_a_thousand_unlikely_tokens_do_not_underflow() -> None:
    assert geometric_mean([1e-4] * 1000) == pytest.approx(1e-4)
