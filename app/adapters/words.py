"""What the window says about tuned versions, in plain words. Knows no widgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app import figures
from app.adapters.values import Version

if TYPE_CHECKING:
    from finetune.adapters import Card  # not while the main window comes up
    from finetune.gate import Score

MOST_NAMES = 4
"""Names of a version that are shown; the command line lists all."""

TITLE = "Trained versions"
ABOUT = (
    "Each version is your model after it learned from your examples. "
    "The model itself stays as it is, so you can go back at any time."
)
EMPTY = (
    "There is no trained version yet. Correct answers as you work, then train; "
    "or import a version that somebody gave you."
)
BASE = "The model as it came"
BY_PAGE = "Choose by what each page looks like"
BY_PAGE_HINT = (
    "The version that learned from pages like the one in front reads it; "
    "a page that looks like none of them is read by the model as it came."
)
FOR_DOCUMENT = "For this document"
FOR_ALL = "For all documents"
OTHER_BASE = (
    "It belongs to another model than the one that reads now. Train again with your examples to "
    "have one for it."
)
NO_MODEL = "Choose a model first: a version belongs to one."
BUG = "Something went wrong inside the program. The log says more."


def gain(score: Score) -> str:
    """Say a measure before and after: "62 % before, 81 % now"."""
    return f"{figures.percent(score.before)} before, {figures.percent(score.after)} now"


def score(card: Card) -> str:
    """Say what its measure found."""
    if card.anls is None:
        return "Not measured on this computer."
    than = " and ".join(f"“{name}”" for name in card.instead_of)
    than = f" than {than}" if than else ""
    if card.passed:
        return f"Better{than} on documents it had not seen: right answers {gain(card.anls)}."
    return f"Not proven better{than}: right answers {gain(card.anls)}."


def about(version: Version) -> str:
    """Say what it is of: model, examples, size, day."""
    card = version.adapter.card
    day = figures.day(datetime.fromtimestamp(card.made_at))
    parts = [f"for {card.base}"]
    if card.examples:
        examples = figures.amount(card.examples, "example")
        documents = figures.amount(card.documents, "document")
        parts.append(f"learned from {examples} of {documents}")
    parts += [figures.size(version.adapter.size), day]
    return " · ".join(parts)


def prints(card: Card) -> str:
    """Name the exact examples and the exact model, short enough to compare by eye."""
    data = card.data_fingerprint[:8] or "unknown"
    return f"examples {data} · model {card.base_fingerprint[:8]}"


def some_names(sentences: Sequence[str]) -> str:
    """Write what was learned beside weights, a line each; of many, the first and how many more."""
    more = len(sentences) - MOST_NAMES
    rest = [f"and {more} more"] if more > 0 else []
    return "\n".join([*sentences[:MOST_NAMES], *rest])


def removal(name: str) -> str:
    """Say what removing means."""
    return (
        f"“{name}” is deleted from this computer. The model itself and your examples stay; "
        "you can train again."
    )


def exported(name: str, target: Path) -> str:
    """Say that a version was written."""
    return f"“{name}” is in {target}."


def imported(name: str) -> str:
    """Say that a version was taken over."""
    return f"“{name}” is here now. It was not measured on your documents."


def gone_back(sentence: str) -> str:
    """Say that the base reads because the version could not."""
    return f"{sentence} The model as it came reads now."
