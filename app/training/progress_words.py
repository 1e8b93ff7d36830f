"""How far a run is, in few words: at the main window's foot and below its curves."""

from __future__ import annotations

from app import figures
from app.training import words
from app.training.sign import Progress
from app.training.tale import Tale
from app.training.values import Phase, Run
from vlm import amounts

TIME_LEFT = "Time left"


def progress(run: Run, others: int) -> Progress:
    """Say at the main window's foot what a run does: "Training Invoices · 12 minutes left".

    Args:
        run: At work.
        others: How many more are.
    """
    tale = run.tale
    fraction = tale.step / tale.steps if tale.steps and run.phase is Phase.LEARNING else -1.0
    said = words.PHASES[run.phase].lower()
    match run.phase:
        case Phase.LEARNING if tale.seconds_left >= 0:
            said = f"{words.roughly(tale.seconds_left)} left"
        case Phase.LEARNING:
            said = f"step {words.of(tale.step, tale.steps)}"
        case Phase.MEASURING:
            said = f"measuring, {questions(tale)}"
            fraction = tale.asked.done / max(1, tale.asked.total)
        case Phase.STARTING | Phase.PREPARING:
            said = "getting ready"
        case _:
            pass
    more = f" · and {figures.amount(others, 'other')}" if others else ""
    return Progress(f"Training {run.plan.name} · {said}{more}", fraction)


def questions(tale: Tale) -> str:
    """Say how far a measure is: "12 of 40 questions"."""
    return f"{words.of(tale.asked.done, tale.asked.total)} questions"


def now(run: Run) -> tuple[str, str]:
    """Name what is known of how long a run still takes, and say it; a dash once it is over."""
    tale = run.tale
    match run.phase:
        case Phase.MEASURING:
            return "Measuring", questions(tale)
        case Phase.LEARNING if tale.seconds_left >= 0:
            return TIME_LEFT, amounts.duration(tale.seconds_left)
        case Phase.STARTING | Phase.PREPARING:
            return "Now", "Getting ready"
        case phase if run.at_work and phase is not Phase.LEARNING:
            return "Now", words.PHASES[phase]
        case _:
            return TIME_LEFT, "–"
