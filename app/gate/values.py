"""What the window shows of a run's measure. Plain values, no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtGui import QImage

from finetune.gate import Gate, Judged
from finetune.plan import TrainPlan
from finetune.runs import RunRow


class Change(Enum):
    """What became of an answer."""

    FIXED = "fixed"
    BROKEN = "broken"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Line:
    """A question answered before and after; `row` is what was asked about, None when it is lost."""

    judged: Judged
    change: Change
    row: RunRow | None

    @property
    def is_right(self) -> bool:
        """Whether the answer is right now."""
        return self.judged.exact_after


@dataclass(frozen=True, slots=True)
class Story:
    """A measured run.

    Attributes:
        run: Its folder.
        plan: What it did.
        gate: What its measure found.
        lines: The questions asked before and after: what broke first, then what was fixed.
        version: Name of the version that was taken over from it, "" when none was.
    """

    run: Path
    plan: TrainPlan
    gate: Gate
    lines: tuple[Line, ...]
    version: str

    @property
    def name(self) -> str:
        """What the person calls it."""
        return self.version or self.plan.name


@dataclass(frozen=True, slots=True)
class Kept:
    """The picture a question was asked about, as it was kept; None when it cannot be shown."""

    id: str
    image: QImage | None


def lines_of(gate: Gate, rows: list[RunRow]) -> tuple[Line, ...]:
    """Return the questions of a measure with what they were asked about."""
    known = {row.id: row for row in rows}
    groups = (
        (Change.BROKEN, gate.broken),
        (Change.FIXED, gate.fixed),
        (Change.UNCHANGED, gate.unchanged),
    )
    return tuple(
        Line(judged, change, known.get(judged.id)) for change, group in groups for judged in group
    )
