"""Every sentence about training that a person reads. Knows no widgets."""

from __future__ import annotations

from datetime import datetime

from app import figures
from app.theme import Tone
from app.training.fields import named
from app.training.tale import Tale
from app.training.values import Phase, Prepared, Run
from finetune.costs import Cost
from finetune.estimate import Estimate
from finetune.gate import Gate
from finetune.plan import Preset
from finetune.protocol import Measured, Paused, Preparing, Waiting
from finetune.split import LEAST
from finetune.types import NOT_ON_PAGE, Side
from vlm import amounts

TITLE = "Train"
BUG = "Something went wrong inside the program. The log says more."
LOOKING = "Looking at your examples…"
NO_EXAMPLES = "There are no examples yet"
HOW_TO_BEGIN = (
    f"First show it at least {2 * LEAST} different documents: half to learn from, half to be "
    "tested on. Label them, which is quickest for many, or ask about them and press “Right” or "
    "“Wrong? Correct it” under the answers."
)
NO_MODEL = "There is no model on this computer that can learn. Get one in Models."
STOPPING = "Stops after this step. What was learned is then measured."
STOPPING_NAMED = "Stops before the first step. The names that it learned are then measured."
STOPPING_EARLY = "Stops before the first step. Nothing was learned yet, so nothing is kept."
STOPPED_EARLY = "It can start again."
GO_ON, AGAIN = "Go on", "Start again"
LEAVING = "Stops after this question. The rest can be asked later."
PAUSING_MEASURE = "Pauses after this question…"
PAUSING = "Pauses after this step…"
GOING_ON = "Goes on…"
PAUSED_BY_HAND = "You paused it. Nothing is lost."
DIED = "The training ended before it was done, for example because the computer was switched off."
NOTHING_LOST = "At most one step is lost. It can go on from where it was."
DIED_MEASURING = "It has learned, but not every question was asked yet. It can go on from there."
SHOW_MEASURE = "Show the measure"
NO_RUNS = "Trainings appear here. They stay until you discard them."
COMPARE_HINT = "Select several with Ctrl or Shift to compare them."
DISCARD, KEEP = "Discard", "Keep"
DISCARD_QUESTION = (
    "All that “{name}” has learned goes, and its copies of the examples. Your examples themselves "
    "stay. This cannot be undone."
)
CURVE_AXIS = "How far off its answers are"
LOWER_IS_BETTER = "lower is better"
BEST_KEPT = "The best step, which is kept"
LEARNED_CURVE = "Examples it learns from"
WATCHED_CURVE = "Documents it does not learn from"

PRESETS: dict[Preset, tuple[str, str]] = {
    "names": (
        "At once",
        "Learns what your documents call things and who sends them. Soonest done; the model itself "
        "stays as it is.",
    ),
    "quick": (
        "Quick",
        "Also learns what you ask and how to answer. Looks at each picture once; steps are short.",
    ),
    "thorough": (
        "Thorough",
        "Also learns to see: for unusual print, poor scans or handwriting. Takes several times as "
        "long and more memory.",
    ),
}

SIDES: dict[Side, tuple[str, str]] = {
    "train": ("Learns from", "The model is shown these with the right answer."),
    "watch": (
        "Watches",
        "Never learned from. How well these go decides when to stop.",
    ),
    "held_out": (
        "Is tested on",
        "Never learned from and never looked at before the end. These decide whether the new "
        "version is better.",
    ),
}

TESTED_AND_WATCHED = (
    "Never learned from. With so few documents these also decide when to stop, which makes the "
    "result look slightly better than it is."
)

PHASES: dict[Phase, str] = {
    Phase.STARTING: "Starting",
    Phase.PREPARING: "Preparing",
    Phase.LEARNING: "Learning",
    Phase.PAUSED: "Paused",
    Phase.WAITING: "Waiting",
    Phase.SAVING: "Saving",
    Phase.MEASURING: "Measuring",
    Phase.MEASURED: "Done",
    Phase.STOPPED: "Stopped",
    Phase.FAILED: "Failed",
    Phase.DIED: "Interrupted",
}


def tone(run: Run) -> Tone:
    """Return how a run is to be taken."""
    match run.phase:
        case Phase.MEASURED:
            return Tone.GOOD if run.gate is None or run.gate.passed else Tone.CAUTION
        case Phase.FAILED:
            return Tone.BAD
        case Phase.DIED | Phase.WAITING:
            return Tone.CAUTION
        case _:
            return Tone.PLAIN


def have(prepared: Prepared) -> str:
    """Say how many examples there are: "24 examples from 12 documents"."""
    own = len(prepared.examples) - len(prepared.shown)
    if not own:
        return NO_EXAMPLES
    return rows(own, prepared.documents)


def division(prepared: Prepared) -> str:
    """Say what becomes of the examples."""
    preview, split = prepared.preview, prepared.split
    learned, watched = preview.count("train"), preview.count("watch")
    parts = [f"It learns from {figures.whole(learned)}"]
    if watched:
        parts.append(f"watches {figures.whole(watched)}")
    parts.append(
        f"is tested on {figures.whole(preview.count('held_out'))} from "
        f"{figures.amount(split.held_out_documents, 'document')} it never sees"
    )
    text = f"{', '.join(parts[:-1])} and {parts[-1]}.{_to_beat(prepared)}"
    if not prepared.shown:
        return text
    count = len(prepared.shown)
    asks = "asks" if count == 1 else "ask"
    return (
        f"{text} {of(count, learned, 'of the')} {asks} about the wrong place, so that it learns "
        f"to say “{NOT_ON_PAGE}”"
    )


def _to_beat(prepared: Prepared) -> str:
    """Name the versions that read now: what is learned has to be better than these."""
    names = sorted({used.name for used in prepared.readers.values()})
    if not names:
        return ""
    listed = " and ".join(filter(None, (", ".join(f"“{n}”" for n in names[:-1]), f"“{names[-1]}”")))
    return f" It has to read these better than {listed}, which you use now."


def memory(guess: Estimate) -> str:
    """Say whether a run fits: "Needs about 3.1 GB of memory; 9.0 GB are free."."""
    needed, free = figures.size(guess.memory_bytes), figures.size(guess.free_bytes)
    if guess.fits:
        return f"Needs about {needed} of memory; {free} are free."
    return f"Needs about {needed} of memory, but only {free} are free."


def time(guess: Estimate) -> str:
    """Say how long a run takes: "Takes about 12 minutes to learn and 4 minutes to test; …"."""
    if guess.seconds < 0:
        return "How long it takes shows after the first steps."
    takes = f"Takes {roughly(guess.seconds)} to learn and {roughly(guess.testing_seconds)} to test"
    return f"{takes}; it ends sooner when it no longer gets better."


def roughly(seconds: float) -> str:
    """Say how long something takes: "about a minute", "12 minutes"."""
    if seconds < 50:
        return "less than a minute"
    return "about a minute" if seconds < 90 else amounts.duration(seconds)


def cost(one: Cost) -> str:
    """Say what an example costs the model."""
    if one.parts:
        tokens = figures.whole(one.visual_tokens)
        seen = f"up to {one.parts} parts of the page, {tokens} tokens each"
    else:
        seen = f"{figures.amount(one.images, 'picture')}, {figures.whole(one.visual_tokens)} tokens"
    question, answer = figures.whole(one.question_tokens), figures.whole(one.answer_tokens)
    return f"{seen} · question {question} · answer {answer}"


def text_cost(question_tokens: int, answer_tokens: int) -> str:
    """Say what an example costs the model as far as that is known without its picture."""
    question, answer = figures.whole(question_tokens), figures.whole(answer_tokens)
    return f"question {question} tokens · answer {answer}"


def headline(run: Run) -> str:
    """Say in a word or two how a run is."""
    if run.phase is Phase.MEASURED and run.gate is not None:
        return "It is better" if run.gate.passed else "It is not better yet"
    return PHASES[run.phase]


def state(run: Run, wish: str) -> str:
    """Say in a sentence what a run does now; `wish` is what was asked of it last."""
    tale, phase = run.tale, run.phase
    match tale.now:
        case Paused() if run.process and wish != "leave":
            return GOING_ON if wish == "run" else paused(tale.now)
        case Waiting() if run.process:
            return figures.sentence(tale.now.text)
        case Measured():
            return measured(run)
        case _:
            pass
    if phase is Phase.FAILED and run.failure is not None:
        return figures.sentence(named(run.failure.message))
    if tale.ended is not None and tale.kept_nothing:
        return f"{tale.ended.text} {STOPPED_EARLY}"
    if phase is Phase.DIED:
        return DIED_MEASURING if tale.ended else f"{DIED} {NOTHING_LOST}"
    if run.measures and wish in ("pause", "leave"):
        return LEAVING if wish == "leave" else PAUSING_MEASURE
    if phase in (Phase.PREPARING, Phase.LEARNING, Phase.STARTING) and wish == "stop":
        return _stopping(tale)
    if phase in (Phase.PREPARING, Phase.LEARNING, Phase.STARTING) and wish == "pause":
        return PAUSING
    return _working(run)


def _stopping(tale: Tale) -> str:
    """Say what a run that is to stop still does, and what is kept of it."""
    if tale.step:
        return STOPPING
    return STOPPING_NAMED if tale.names else STOPPING_EARLY


def _working(run: Run) -> str:
    tale = run.tale
    match run.phase:
        case Phase.STARTING:
            return "The training process starts. This takes a few seconds."
        case Phase.PREPARING:
            if isinstance(tale.now, Preparing):
                return f"{tale.now.text}…"
            return "Getting ready…"
        case Phase.SAVING:
            ended = tale.ended.text if tale.ended else ""
            return f"{ended} Now it is measured.".strip()
        case Phase.MEASURING:
            asked = f"{of(tale.asked.done, tale.asked.total)} questions asked"
            return f"{asked}, before and after. {tale.ended.text if tale.ended else ''}".strip()
        case _:
            return step(run)


def of(done: int, total: int, word: str = "of") -> str:
    """Say how many of all: "12 of 40"."""
    return f"{figures.whole(done)} {word} {figures.whole(total)}"


def paused(event: Paused) -> str:
    """Say why a run is paused."""
    return event.why or PAUSED_BY_HAND


def step(run: Run) -> str:
    """Say how far the steps are: "Step 34 of 120 · about 6 minutes left"."""
    tale = run.tale
    text = f"Step {figures.whole(tale.step)}"
    if tale.steps:
        text += f" of {figures.whole(tale.steps)}"
    if tale.seconds_left >= 0:
        text += f" · {roughly(tale.seconds_left)} left"
    return text


def measured(run: Run) -> str:
    """Say what the measure of a run found."""
    now = run.tale.now
    if run.gate is not None:
        return " ".join(run.gate.reasons)
    return now.text if isinstance(now, Measured) else ""


def scores(gate: Gate) -> str:
    """Say the score before and after: "62 % → 81 % right"."""
    return f"{figures.percent(gate.anls.before)} → {figures.percent(gate.anls.after)} right"


def short(run: Run) -> str:
    """Say how a run is in the list, in a few words."""
    phase = run.phase
    if phase is Phase.MEASURED and run.gate is not None:
        return f"{scores(run.gate)} · {'better' if run.gate.passed else 'not better'}"
    if run.tale.ended is not None and run.tale.asked.total and phase is not Phase.MEASURED:
        return f"{PHASES[phase]} · {of(run.tale.asked.done, run.tale.asked.total)} questions"
    if phase in (Phase.LEARNING, Phase.PAUSED, Phase.WAITING, Phase.DIED) and run.tale.steps:
        return f"{PHASES[phase]} · step {of(run.tale.step, run.tale.steps)}"
    return PHASES[phase]


def made(seconds: float) -> str:
    """Return when a run was made: "24 Nov 2026, 9:03 PM"."""
    return figures.moment(datetime.fromtimestamp(seconds))


def rows(examples: int, documents: int) -> str:
    """Say how many examples there are, and of how many documents."""
    return f"{figures.amount(examples, 'example')} from {figures.amount(documents, 'document')}"


def speed(examples_a_second: float) -> str:
    """Write a speed: "3.2", "0.45"; a dash while unknown."""
    if examples_a_second <= 0:
        return "–"
    return figures.decimal(examples_a_second, 2 if examples_a_second < 1 else 1)


def done_elsewhere(run: Run) -> str:
    """Say for the main window that a run has come to its end."""
    if run.phase is Phase.MEASURED:
        better = run.gate is not None and run.gate.passed
        verdict = "is better" if better else "is not better yet"
        return f"“{run.plan.name}” has learned and {verdict}."
    return f"The training of “{run.plan.name}” has ended. Open Train to see why."


def at_work(run: Run) -> str:
    """Say for the main window that a run from before goes on."""
    return f"“{run.plan.name}” is still being trained: {short(run).lower()}."
