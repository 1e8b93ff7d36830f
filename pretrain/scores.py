"""The numbers answers are measured with. Pure functions of strings and lists."""

from collections.abc import Sequence

ANLS_THRESHOLD = 0.5


def edits(found: str, wanted: str) -> int:
    """Return the Levenshtein distance between two strings."""
    row = list(range(len(wanted) + 1))
    for place, character in enumerate(found, start=1):
        diagonal, row[0] = row[0], place
        for index, other in enumerate(wanted, start=1):
            cheapest = min(row[index] + 1, row[index - 1] + 1, diagonal + (character != other))
            diagonal, row[index] = row[index], cheapest
    return row[-1]


def cer(found: Sequence[str], wanted: Sequence[str]) -> float:
    """Return all edits over all wanted characters; can exceed 1, and is 0 for nothing wanted."""
    total = sum(len(one) for one in wanted)
    wrong = sum(edits(a, b) for a, b in zip(found, wanted, strict=True))
    return wrong / total if total else 0.0


def anls_one(found: str, wanted: Sequence[str]) -> float:
    """Return one answer's normalised similarity to the nearest accepted answer, in [0, 1].

    As DocVQA measures it (arXiv 1907.00490): case and outer white space do not count, and a
    similarity under one half is none.
    """
    best = 0.0
    for one in wanted:
        a, b = " ".join(found.lower().split()), " ".join(one.lower().split())
        longest = max(len(a), len(b))
        best = max(best, 1.0 if longest == 0 else 1 - edits(a, b) / longest)
    return best if best >= ANLS_THRESHOLD else 0.0


def anls(found: Sequence[str], wanted: Sequence[Sequence[str]]) -> float:
    """Return the mean of :func:`anls_one`; 0 for no answers."""
    if not found:
        return 0.0
    return sum(anls_one(a, b) for a, b in zip(found, wanted, strict=True)) / len(found)


def exact(found: Sequence[str], wanted: Sequence[Sequence[str]]) -> float:
    """Return the share of answers that equal an accepted one after trimming."""
    if not found:
        return 0.0
    hits = sum(a.strip() in {one.strip() for one in b} for a, b in zip(found, wanted, strict=True))
    return hits / len(found)


def calibration_error(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Return the expected calibration error over equal-width bins, in [0, 1].

    Args:
        confidence: in [0, 1], one for each answer.
        right: whether that answer was right.
        bins: how many bins.
    """
    total = len(confidence)
    error = 0.0
    for index in range(bins):
        low, high = index / bins, (index + 1) / bins
        inside = [
            (c, r)
            for c, r in zip(confidence, right, strict=True)
            if low <= c < high or (index == bins - 1 and c == 1.0)
        ]
        if inside:
            mean = sum(c for c, _ in inside) / len(inside)
            share = sum(r for _, r in inside) / len(inside)
            error += len(inside) / total * abs(mean - share)
    return error
