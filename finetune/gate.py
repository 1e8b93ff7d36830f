"""Decides whether what was learned may be used: better on unseen documents, nothing forgotten.

Pure. How much a gain may be chance, see `finetune.interval`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from finetune.interval import FEWEST, interval
from finetune.interval import Interval as Interval
from vlm import scoring
from vlm.spellings import accepted
from vlm.types import Value

HARDLY = 0.05
"""Share of answers right to the letter below which a gain is perhaps only about their form."""
FORGOTTEN = 0.05
"""Points of ANLS on the fixed set whose loss, when it is no accident, counts as forgetting."""
_KIND_MEASURE = (
    "There were too few documents to watch others while learning, so this measure is slightly kind."
)


class Judged(Value, frozen=True):
    """One question answered before and after; scores in [0, 1].

    `reader` is the name of the tuned version that answered before, "" for the model as it came.
    """

    id: str
    document: str
    question: str
    answers: tuple[str, ...]
    before: str
    after: str
    anls_before: float
    anls_after: float
    exact_before: bool
    exact_after: bool
    reader: str = ""

    @property
    def gain(self) -> float:
        """How much better the answer became, in [-1, 1]."""
        return self.anls_after - self.anls_before


class Score(Value, frozen=True):
    """A measure before and after, and its gain."""

    before: float
    after: float
    gain: Interval


class Gate(Value, frozen=True):
    """The decision with all it rests on. `fixed_set` is our own set, for forgetting.

    `reasons` say why it passed or did not, `advice` what would help, `names` what documents call
    things, as what was measured learned it. `as_it_came` is the ANLS of the model as it came, and
    after, where tuned versions answered before; `fixed_set` is always compared with that model.
    """

    passed: bool
    reasons: tuple[str, ...]
    advice: tuple[str, ...]
    anls: Score
    exact: Score
    fixed_set: Score | None
    rows: tuple[Judged, ...]
    names: tuple[str, ...] = ()
    as_it_came: Score | None = None

    @property
    def in_use(self) -> tuple[str, ...]:
        """Names of the tuned versions that answered before, in order."""
        return readers(self.rows)

    @property
    def fixed(self) -> tuple[Judged, ...]:
        """Answers that were wrong and are right."""
        return tuple(row for row in self.rows if row.exact_after and not row.exact_before)

    @property
    def broken(self) -> tuple[Judged, ...]:
        """Answers that were right and are wrong."""
        return tuple(row for row in self.rows if row.exact_before and not row.exact_after)

    @property
    def unchanged(self) -> tuple[Judged, ...]:
        """Answers that are as right or as wrong as before."""
        return tuple(row for row in self.rows if row.exact_before == row.exact_after)


def judge(
    id: str,
    document: str,
    question: str,
    answers: tuple[str, ...],
    before: str,
    after: str,
    reader: str = "",
) -> Judged:
    """Score one question's two answers.

    A date or an amount that is only spelled otherwise than the list has it is right.
    """
    rights = accepted(before, answers), accepted(after, answers)
    return Judged(
        id,
        document,
        question,
        answers,
        before,
        after,
        scoring.anls(before, rights[0]),
        scoring.anls(after, rights[1]),
        scoring.exact(before, rights[0]),
        scoring.exact(after, rights[1]),
        reader,
    )


def readers(rows: Iterable[Judged]) -> tuple[str, ...]:
    """Return the names of the tuned versions that answered before, in order."""
    return tuple(sorted({row.reader for row in rows} - {""}))


def decide(
    rows: Sequence[Judged],
    fixed_set: Sequence[Judged],
    watched_too: bool = False,
    as_it_came: Sequence[Judged] = (),
) -> Gate:
    """Decide.

    Args:
        rows: The held-out questions, at least one.
        fixed_set: Our own questions; may be empty.
        watched_too: Whether the held-out documents also decided when training ended.
        as_it_came: The same as `rows`, answered before by the model as it came; empty where it
            answered those too.

    Raises:
        ValueError: When there is nothing to decide on.
    """
    if not rows:
        raise ValueError("there are no held-out questions")
    anls = _anls_of(rows)
    exact = _score(rows, [row.exact_before for row in rows], [row.exact_after for row in rows])
    kept = _anls_of(fixed_set) if fixed_set else None
    said = [_gained(rows, anls, exact)]
    forgot = kept is not None and kept.gain.value < -FORGOTTEN and kept.gain.high < 0
    if kept is not None and forgot:
        said.append(_forgot(kept, bool(readers(rows))))
    if watched_too:
        said.append((_KIND_MEASURE, []))
    return Gate(
        passed=anls.gain.low > 0 and not forgot,
        reasons=tuple(reason for reason, _ in said),
        advice=tuple(advice for _, some in said for advice in some),
        anls=anls,
        exact=exact,
        fixed_set=kept,
        rows=tuple(rows),
        as_it_came=_anls_of(as_it_came) if as_it_came else None,
    )


def _gained(rows: Sequence[Judged], anls: Score, exact: Score) -> tuple[str, list[str]]:
    """Say whether answers about new documents became better, and what would help if not."""
    told = f"{_percent(anls.before)} right {_before(rows)}, {_percent(anls.after)} after"
    if not anls.gain.tells:
        return _too_few(rows, told)
    if anls.gain.low > 0:
        reason = (
            f"Answers about documents it had not seen are better: {told}, and so much is hardly "
            "an accident."
        )
        return reason, _form_only(exact)
    if anls.gain.value <= 0:
        reason = f"Answers about documents it had not seen are not better: {told}."
        return reason, _which_kind(rows)
    reason = f"Answers look better ({told}), but with so few documents that can be an accident."
    return reason, [_how_many(rows, anls.gain), *_which_kind(rows)]


def _before(rows: Sequence[Judged]) -> str:
    """Say who answered before: the model as it came, or what a person uses now."""
    names = [f"“{name}”" for name in readers(rows)]
    if not names:
        return "before"
    said = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    other = "" if all(row.reader for row in rows) else " or the model as it came"
    return f"with {said}{other}, as you use it now"


def _too_few(rows: Sequence[Judged], told: str) -> tuple[str, list[str]]:
    """Say that so few documents tell nothing, however well it went."""
    have = len({row.document for row in rows})
    documents = "one document" if have == 1 else f"only {have} documents"
    reason = f"{told}: with {documents} to test on, that may be chance."
    return reason, [f"Hold out at least {FEWEST} documents; more tell smaller gains apart."]


def _form_only(exact: Score) -> list[str]:
    """Warn of a gain that is perhaps only about what answers look like."""
    if exact.after >= HARDLY:
        return []
    return [
        f"Hardly any answer is right to the letter yet ({_percent(exact.after)}): it may "
        "know what such answers look like without reading them. Look at the answers before "
        "you rely on it; more documents help."
    ]


def _forgot(kept: Score, others: bool) -> tuple[str, list[str]]:
    before = "with the model as it came" if others else "before"
    reason = (
        f"It has forgotten other things: {_percent(kept.before)} right {before}, "
        f"{_percent(kept.after)} after, on the same pictures for every run."
    )
    advice = (
        "Train more gently: fewer times over the examples, or in smaller steps (a lower "
        "learning rate)."
    )
    return reason, [advice]


def _percent(value: float) -> str:
    return f"{value:.0%}".replace("%", " %")


def _anls_of(rows: Sequence[Judged]) -> Score:
    return _score(rows, [row.anls_before for row in rows], [row.anls_after for row in rows])


def _score(rows: Sequence[Judged], before: Sequence[float], after: Sequence[float]) -> Score:
    gains = [b - a for a, b in zip(before, after, strict=True)]
    documents: dict[str, list[float]] = defaultdict(list)
    for row, gain in zip(rows, gains, strict=True):
        documents[row.document].append(gain)
    count = len(rows)
    return Score(sum(before) / count, sum(after) / count, interval(list(documents.values())))


def _how_many(rows: Sequence[Judged], gain: Interval) -> str:
    """Estimate how many documents would show this gain: the interval shrinks with their root."""
    have = len({row.document for row in rows})
    need = math.ceil(have * ((gain.value - gain.low) / gain.value) ** 2) + 1
    return (
        f"Hold out about {need} documents instead of {have}; a gain of this size would then show."
    )


def _which_kind(rows: Sequence[Judged]) -> list[str]:
    """Name the question that goes wrong most often after training."""
    wrong: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        wrong[row.question].append(1 - row.anls_after)
    question = max(wrong, key=lambda q: (sum(wrong[q]), q))
    if sum(wrong[question]) < 0.5:
        return []
    return [f"Add more documents with the right answer to “{question}”, which goes wrong most."]
