"""How sure an answer is said to be, in plain words. Knows values, no widgets.

Confidence is the geometric mean probability of the answer's tokens, which tells how sure the
model was of its words, not whether they are true. From `SURE` on it reads "Sure", from
`FAIRLY_SURE` on "Fairly sure", below "Unsure: check it". One doubtful token in a short answer
moves the mean a lot, which is wanted: a wrong digit is a wrong amount. That something is not there
is never called sure: no text can be compared with it. Neither is an answer that nothing confirms
while the program knows that the model could hardly read the print. Where the page has words of its
own and the answer is not among them, it is to be checked however sure the model was.
"""

from __future__ import annotations

from app import figures
from app.theme import Tone
from vlm.types import Answer

SURE = 0.90
FAIRLY_SURE = 0.70


def confidence(
    value: float, *, absent: bool = False, warned: bool = False, missing: bool = False
) -> tuple[str, Tone]:
    """Say how sure the model was.

    Args:
        value: In [0, 1], or -1 when it is not known.
        absent: Whether the answer is that it is not there.
        warned: Whether the program knows a reason not to believe it, see `is_doubtful`.
        missing: Whether the page has words of its own and the answer is not among them.
    """
    if warned:
        return "Unsure: see above", Tone.CAUTION
    if value < 0:
        return "Sureness not known", Tone.PLAIN
    if missing and value >= SURE:
        return "Sure, but check it", Tone.CAUTION
    if value >= SURE:
        return ("Perhaps not there", Tone.PLAIN) if absent else ("Sure", Tone.GOOD)
    if value >= FAIRLY_SURE:
        return ("Perhaps overlooked" if absent else "Fairly sure"), Tone.PLAIN
    return "Unsure: check it", Tone.CAUTION


def confidence_detail(value: float, *, absent: bool = False, warned: bool = False) -> str:
    """Say the percentage, and what it means; see `confidence`."""
    if warned:
        return (
            "The note above says why the model may have missed or misread it here. "
            "Draw a box around the part you mean, or look yourself."
        )
    if value < 0:
        return "The server does not say how sure the model was. Check the answer yourself."
    if absent:
        return (
            f"{figures.percent(value)}: how sure the model was of saying so. Models overlook "
            "things, and nothing on the page can prove it. Look yourself where it matters."
        )
    return (
        f"{figures.percent(value)}: how sure the model was of its words on average. "
        f"{figures.percent(SURE)} and more reads “Sure”, {figures.percent(FAIRLY_SURE)} and more "
        "“Fairly sure”. A sure answer can still be wrong."
    )


def is_missing(answer: Answer) -> bool:
    """Tell whether the page has words of its own and the answer is not among them."""
    return answer.evidence.kind == "absent"


def is_absent(answer: Answer) -> bool:
    """Tell whether an answer says that there is none."""
    return answer.evidence.kind == "nothing"


def is_doubtful(answer: Answer, warning: str) -> bool:
    """Tell whether the program knows a reason not to believe an answer that nothing confirms.

    Args:
        answer: The answer.
        warning: What was said of what the model was given; "" when it can be read.
    """
    return bool(warning) and answer.evidence.kind not in ("crop", "page")
