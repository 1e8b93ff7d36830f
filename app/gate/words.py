"""What the window says about a measure, in plain words. Knows no widgets."""

from __future__ import annotations

from pathlib import Path

from app import figures
from app.gate.values import Change, Line, Story
from app.theme import Tone
from finetune.gate import FORGOTTEN, Score

TITLE = "Is it better?"
NEARLY = "Right, small slips allowed"
EXACTLY = "Right to the letter"
OTHERS = "Other things it could read before"
LEGEND = (
    "○ before   ● now, on a line from 0 to 100 %. "
    "The band holds the true value with 95 % confidence."
)
HELPS = "What would help"
NAMES = "What it learned about your documents"
NOT_OFFERED = "It is not offered for use, because your answers could become worse."
NO_PICTURE = "The picture of this question cannot be shown."
NOTHING = "There is no question of this kind."
BUG = "Something went wrong inside the program. The log says more."

CHANGES = {
    None: "All",
    Change.FIXED: "Fixed",
    Change.BROKEN: "Broken",
    Change.UNCHANGED: "Unchanged",
}


def points(value: float) -> str:
    """Write a difference of fractions in points: "+9", "−4", "0"."""
    whole = round(value * 100)
    return "0" if whole == 0 else f"{whole:+d}".replace("-", "−")


def verdict(story: Story) -> str:
    """Say in one line whether it may be used."""
    if story.gate.passed:
        return f"“{story.name}” reads your documents better."
    return f"“{story.name}” is not proven better yet."


def measure(score: Score) -> str:
    """Say a measure before and after: the words first, then how sure they are."""
    head = f"Right before {figures.percent(score.before)}, now {figures.percent(score.after)}"
    if not score.gain.tells:
        return f"{head}; so few documents cannot tell whether that is chance."
    low, high = points(score.gain.low), points(score.gain.high)
    if low == high:
        return f"{head}; the gain is {low} points."
    lies = f"{head}; the gain lies between {low} and {high} points"
    return f"{lies}." if score.gain.low > 0 else f"{lies}, so it may be chance."


def tone(score: Score) -> Tone:
    """Return how a measure on new documents is to be taken."""
    if score.gain.low > 0:
        return Tone.GOOD
    return Tone.BAD if score.gain.high < 0 else Tone.CAUTION


def forgot(score: Score) -> bool:
    """Tell whether so much was forgotten that the gate is shut for it."""
    return score.gain.value < -FORGOTTEN and score.gain.high < 0


def lost(score: Score) -> bool:
    """Tell whether as much went as would shut the gate if it were known to be no accident."""
    return score.gain.value < -FORGOTTEN


def tone_of_others(score: Score) -> Tone:
    """Return how a measure on what was not taught is to be taken."""
    if forgot(score):
        return Tone.BAD
    return Tone.CAUTION if lost(score) else Tone.GOOD


def forgetting(score: Score, tuned_before: bool = False) -> str:
    """Say whether something was forgotten.

    Args:
        score: Of the model as it came, and now.
        tuned_before: Whether "before" means a tuned version elsewhere.
    """
    before = "with the model as it came" if tuned_before else "before"
    head = f"Right {before} {figures.percent(score.before)}, now {figures.percent(score.after)}"
    if forgot(score):
        return f"{head}; it has forgotten some of them."
    if lost(score):
        return f"{head}; so few questions cannot tell whether that is chance."
    return f"{head}; nothing worth mention was forgotten."


def tested(story: Story) -> str:
    """Say what it was tested on."""
    rows = story.gate.rows
    documents = len({row.document for row in rows})
    questions = figures.amount(len(rows), "question")
    of = figures.amount(documents, "document")
    text = f"Tested with {questions} about {of} that it never saw while learning."
    return " ".join(filter(None, (text, _before(story))))


def _before(story: Story) -> str:
    """Say what "before" means where that is not the model as it came."""
    names, came = story.gate.in_use, story.gate.as_it_came
    if not names or came is None:
        return ""
    listed = " and ".join(f"“{name}”" for name in names)
    right = figures.percent(came.before)
    return f"Before is {listed}, as you use it now; the model as it came had {right} right."


def tab(change: Change | None, count: int) -> str:
    """Name a filter with how many there are: "Fixed 8"."""
    return f"{CHANGES[change]} {figures.whole(count)}"


def outcome(line: Line) -> str:
    """Say what became of an answer."""
    match line.change:
        case Change.FIXED:
            return "Fixed: wrong before, right now"
        case Change.BROKEN:
            return "Broken: right before, wrong now"
        case Change.UNCHANGED:
            return "Right before and now" if line.is_right else "Wrong before and now"


def place(line: Line) -> str:
    """Name where it was asked, "" when nobody knows."""
    page = line.row.page if line.row is not None else None
    if page is None:
        return ""
    part = "part of page" if line.row is not None and line.row.box else "page"
    return f"{Path(page.path).name}, {part} {page.page + 1}"


def moved(line: Line) -> str:
    """Say why its document cannot be opened."""
    page = line.row.page if line.row is not None else None
    if page is None:
        return "Nobody wrote down where this document was. Its kept picture is shown."
    return f"{Path(page.path).name} is not where it was. Its kept picture is shown."


def said(text: str) -> str:
    """Write an answer, or that there was none."""
    return text if text.strip() else "no answer"


def answers(line: Line) -> str:
    """Write every spelling that counts as right."""
    return " or ".join(line.judged.answers)
