"""What a run learns from and what it found out about it, in plain words. Knows no widgets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app import figures
from app.training import words
from app.training.tale import Tale
from app.training.values import Run, Sizes


def about(run: Run) -> str:
    """Say what a run learns from, and what it changes."""
    text = f"{size(run.sizes)} {Path(run.plan.base).name} learns. Begun {words.made(run.made_at)}."
    names = run.gate.names if run.gate is not None else run.tale.names
    return "\n".join(filter(None, (text, placed(run.tale), learned_names(names))))


def learned_names(names: Sequence[str]) -> str:
    """Say in a few words what was learned beside weights; "" where nothing was."""
    if not names:
        return ""
    more = f", and {len(names) - 1} more" if len(names) > 1 else ""
    return f"It learned from your documents: {names[0]}{more}."


def placed(tale: Tale) -> str:
    """Say which rows about whole pages are learned from part by part; "" when none are asked so."""
    event = tale.placed
    if event is None:
        return ""
    asked = "This model is asked about a whole page part by part."
    if event.found == event.rows:
        return f"{asked} It learns so too."
    rows = figures.amount(event.rows, "example")
    if not event.found:
        return (
            f"{asked} For none of the {rows} about whole pages the answer was found in a part, so "
            "it learns them with the whole page, which helps it little. A box around the answer "
            "helps more."
        )
    return (
        f"{asked} For {figures.whole(event.found)} of the {rows} about whole pages the answer was "
        "found in a part of the page, and it learns so too; the others are left out, because a "
        "whole page teaches it nothing. A box around the answer helps."
    )


def size(sizes: Sizes) -> str:
    """Say how many examples a run has."""
    learned = sizes.learned + sizes.watched
    return (
        f"{words.rows(learned, sizes.learned_documents)}, tested "
        f"on {words.rows(sizes.held_out, sizes.held_out_documents)}."
    )
