"""How sure a model was of its answer, from the probabilities of its tokens. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence


def geometric_mean(probabilities: Sequence[float]) -> float:
    """Return the geometric mean of probabilities in [0, 1]; 0 for none or when one is 0."""
    if not probabilities or min(probabilities) <= 0:
        return 0.0
    return math.exp(math.fsum(map(math.log, probabilities)) / len(probabilities))
