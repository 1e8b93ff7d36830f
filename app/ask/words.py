"""Everything the asking panel says about an answer, in plain words. Knows values, no widgets."""

from __future__ import annotations

from pathlib import PurePath

import msgspec

from app import figures
from app.ask import sureness
from app.ask.values import Scope, looked_at
from app.theme import Tone
from vlm import table_text
from vlm.coverage import coverage
from vlm.types import Answer, Document, Evidence, ModelInfo, PageAnswer, Question, StopReason, View

COARSE = 110
"""Dots per inch below which small print is lost."""
FINE = 220
"""Dots per inch that offices scan small print with."""

EXAMPLES = (
    "What does it say?",
    "What is the total amount?",
    "What is the date of this document?",
)

NO_DOCUMENT = "As soon as a page shows here, draw a box around the part you mean and ask about it."
ASKED_BEFORE = "You asked this about this document before"
FIRST_QUESTION = "Draw a box around the part you mean for the sharpest reading, or ask right away."
FIRST_OF_BOX = "Press Enter to have it read, or type a question about it."
HUSH = "Do not show this again for this model"
SMALL_MODEL = "A small model: it finds what stands on a page, and can be wrong."
NO_MODEL = "There is no model to read with yet."
ASKED_THEN = "As soon as a model can read, this is asked by itself."
STARTING = "Starting the reader…"
RESTARTING = "Starting the reader again…"
CONNECTING = "Connecting to the server…"
LOADING = "Loading the model…"
WAITING = "Waiting for the model…"
QUEUED = "Waiting for the answer above…"
READING = "Reading…"
WHERE_WAITING = "Finding where the model looked…"
WHERE_FOUND = "Where the model looked: a hint, not proof. The darker, the more."
WHERE_NO_MODEL = "The model that gave this answer is not loaded now."
UNSURE = "The model was unsure here"
UNSURE_BELOW = "Dotted words: the model was unsure here."
CORRECTED = "Written by you instead of the model's answer"
ASK_WHOLE = "Ask the whole document"
BOX_AROUND_IT, SMALLER_BOX = "Draw a box around it", "Draw a smaller box"
NO_ANSWER = "The model had nothing to say."
UNDO = "Undo"
OWN_FOUND = "Marked on the page"
OWN_FOUND_DETAIL = "Your answer stands on this page. Click to go there."
SAID = 80
"""Characters of the model's answer that are told beside the person's own."""
READ_HERE = (
    "The page was read part by part. Click to select the part where this was read: "
    "that is where the model looked, not proof."
)
LINK = 28
"""Characters of another page's answer on its link."""
WHOLE_DETAIL = (
    "The pages that the question is about are found by their words, and the best few are read. "
    "Click to read only the page in front."
)


def corrected(said: str) -> str:
    """Say that an answer is the person's own, and what the model had said."""
    plain = " ".join(said.split())
    if not plain:
        return f"Corrected by you. {NO_ANSWER}"
    shown = plain if len(plain) <= SAID else f"{plain[:SAID].rstrip()}…"
    return f"Corrected by you. The model said: {shown}"


def seconds(value: float) -> str:
    """Write a duration: "under 0.1 s", "1.4 s", "12 s", "2 min 5 s"."""
    if value < 0.05:
        return f"under {figures.decimal(0.1, 1)} s"
    if value < 9.95:
        return f"{figures.decimal(value, 1)} s"
    whole = round(value)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def evidence(found: Evidence, cropped: bool, page: int | None = None) -> tuple[str, Tone]:
    """Say what the check against the page's own text found.

    Args:
        found: What it found.
        cropped: Whether the question was about a part of the page.
        page: The page's number from 0 where it has to be said.
    """
    if page is not None and found.kind not in ("no_text", "nothing"):
        there = found.kind != "absent"
        where = f"ound on page {page + 1}"
        return (f"F{where}", Tone.GOOD) if there else (f"Not f{where}", Tone.BAD)
    match found.kind:
        case "crop" if cropped:
            return "Found in your box", Tone.GOOD
        case "page" if cropped:
            return "Found elsewhere on the page", Tone.CAUTION
        case "crop" | "page":
            return "Found on the page", Tone.GOOD
        case "absent":
            return "Not found on the page", Tone.BAD
        case "no_text" if found.boxes:
            return "Read where marked, not checked", Tone.PLAIN
        case "no_text" if found.part is not None:
            return "Read in one part, not checked", Tone.PLAIN
        case "no_text":
            return "No text here to check against", Tone.PLAIN
        case "nothing":
            return "No answer found here", Tone.PLAIN


def evidence_detail(found: Evidence, cropped: bool) -> str:
    """Say what the badge means and what a click does."""
    match found.kind:
        case "crop" | "page":
            place = (
                "outside the part you asked about" if cropped and found.kind == "page" else "there"
            )
            return f"The page's own text has exactly these words {place}. Click to see where."
        case "absent" if found.part is not None:
            return (
                "The page's own text does not have these words. "
                f"Check the answer yourself. {READ_HERE}"
            )
        case "absent":
            return "The page's own text does not have these words. Check the answer yourself."
        case "no_text" if found.boxes:
            return "It was read at the mark. There is no text to compare with. Click to see where."
        case "no_text" if found.part is not None:
            return (
                f"There is no text of the page's own there, so nothing can be compared. {READ_HERE}"
            )
        case "no_text":
            return "This part is a picture without its own text, so nothing can be compared."
        case "nothing":
            return "The model says that it is not there. It may have overlooked it."


def stop_reason(stop: StopReason) -> str:
    """Say why the answer ended early; "" when it came to its own end."""
    match stop:
        case "end":
            return ""
        case "length":
            return "Cut off at the length limit"
        case "repetition":
            return "Cut off: it began to repeat itself"
        case "stopped":
            return "Stopped by you"


def scope(at: Scope, document: Document | None) -> str:
    """Name what will be read: "This box · page 2 of 3", "Page 2 of 3", "The whole picture"."""
    count = document.page_count if document is not None else 1
    if at.whole:
        return f"Whole document · {figures.whole(count)} pages"
    number = f"age {at.page.page + 1} of {figures.whole(count)}"
    if at.box is not None:
        return f"This box · p{number}" if count > 1 else "This box"
    if count > 1:
        return f"P{number}"
    return "The whole picture" if document is not None and document.kind == "image" else "This page"


def place(at: Scope, shown: str | None) -> str:
    """Name what a card's question was about: "Page 2, crop"; with the file when another is shown.

    Args:
        at: What it read.
        shown: Path of the document in the window.
    """
    name = f"Page {at.page.page + 1}" + (", box" if at.box is not None else "")
    name = "Whole document" if at.whole else name
    return name if at.page.path == shown else f"{PurePath(at.page.path).name} · {name}"


def made_by(answer: Answer) -> str:
    """Name the model, and the adapter if there was one."""
    return answer.model if answer.adapter is None else f"{answer.model} + {answer.adapter}"


def earlier(answer: Answer) -> str:
    """Say on a badge that another model or version answered than reads now."""
    return f"Read by {answer.adapter or answer.model}"


def earlier_detail(answer: Answer, now: ModelInfo) -> str:
    """Say which model answered and which one reads now."""
    reads = now.name if now.adapter is None else f"{now.name} + {now.adapter}"
    return f"{made_by(answer)} answered this; {reads} reads now. Ask again to see what it says."


def detail(answer: Answer) -> str:
    """Say everything else that is known about an answer, in one line."""
    parts = [made_by(answer)]
    if answer.confidence >= 0:
        parts.insert(0, f"{figures.percent(answer.confidence)} sure")
    if answer.visual_tokens:
        parts.append(f"detail seen: {sharpness(answer.effective_dpi)}")
    if answer.timings.first_token:
        parts.append(f"first word after {seconds(answer.timings.first_token)}")
    return " · ".join(parts)


def sharpness(dpi: float) -> str:
    """Say how much can be made out in words of scanning: "like a coarse scan (92 dpi)"."""
    fine = "a coarse" if dpi < COARSE else "an ordinary" if dpi < FINE else "a fine"
    return f"like {fine} scan ({dpi:.0f} dpi)"


def numbers(answer: Answer) -> str:
    """Say what an engineer wants to know besides `detail`; "" when nothing is known."""
    if not answer.visual_tokens:
        return ""
    return f"{answer.visual_tokens} visual tokens at {answer.effective_dpi:.0f} dpi"


def where_other(answer: Answer) -> str:
    """Say that another model cannot tell where the one that answered looked."""
    return f"Only {made_by(answer)} can show where it looked. Choose it, then press this again."


def better_in_box(question: Question, answer: Answer, warning: str) -> str:
    """Return what to offer where a box is worth a try, "" where it is not.

    It is where a page was read and the answer is in doubt, and where the print was too small.
    """
    if question.whole_document:
        return ""
    if question.box is not None:
        return SMALLER_BOX if sureness.is_doubtful(answer, warning) else ""
    unsure = 0 <= answer.confidence < sureness.FAIRLY_SURE or answer.stop == "repetition"
    doubted = unsure or sureness.is_absent(answer) or sureness.is_doubtful(answer, warning)
    return BOX_AROUND_IT if doubted else ""


def shows_where(question: Question, answer: Answer) -> bool:
    """Tell whether it can be shown where the model looked for an answer."""
    return bool(answer.text) and looked_at(question, answer) is not None


def of_whole(question: Question) -> Question:
    """Return the same question to the whole document."""
    return msgspec.structs.replace(question, whole_document=True)


def longer(question: Question, times: int) -> Question:
    """Return the same question with room for a longer answer."""
    longer = question.max_new_tokens * times
    return msgspec.structs.replace(question, max_new_tokens=longer)


def page_link(page: PageAnswer, answer: str) -> tuple[str, Tone | None]:
    """Name a page that was read for an answer, and say what else it answered.

    Args:
        page: What the page answered.
        answer: The answer that is shown.
    """
    name = f"Page {page.page + 1}"
    if not page.useful:
        return f"{name}: nothing", None
    tone = Tone.GOOD if page.evidence.kind in ("crop", "page") else Tone.PLAIN
    said = "a table" if table_text.written(page.text) else " ".join(page.text.split())
    if page.text == answer or said == " ".join(answer.split()):
        return name, tone
    return f"{name}: {said if len(said) <= LINK else said[: LINK - 1] + '…'}", tone


def page_link_detail(page: PageAnswer) -> str:
    """Say all that a page answered and what a click does."""
    said = table_text.tabbed(page.text) or NO_ANSWER
    sure = sureness.confidence(page.confidence)[0] if page.useful else "Nothing found"
    return f"{said}\n{sure}. Click to go to page {page.page + 1}."


def seen(views: tuple[View, ...], found: Evidence | None = None) -> str:
    """Explain the images a model was given.

    Args:
        views: The images.
        found: Where the answer stands, if there is one.
    """
    count = "one picture" if len(views) == 1 else f"{len(views)} pictures"
    reads = f"The model reads {count}, not the page itself. "
    if found is not None and found.part is not None and found.kind in ("crop", "page"):
        return (
            f"{reads}This page has words of its own too: the program found the place by them, "
            "and the answer stands among them."
        )
    return f"{reads}What you cannot make out here, it cannot read either."


def view_name(view: View) -> str:
    """Name a view with a capital."""
    return view.name[:1].upper() + view.name[1:]


def view_sharpness(view: View) -> str:
    """Say how much can be made out in a view, short."""
    return f"{view.dpi:.0f} dpi"


def view_numbers(view: View) -> str:
    """Say a view's size, sharpness and cost in full, for an engineer."""
    return (
        f"{view.width} × {view.height} pixels, {view.dpi:.0f} pixels per inch of page, "
        f"{view.visual_tokens} visual tokens"
    )


def ongoing(text: str) -> str:
    """Write what the engine does as something that goes on: "Answering…"."""
    return text if text.endswith(("…", ".", "!", "?")) else f"{text}…"


def answering_page(answer: Answer) -> int | None:
    """Return the page of a whole document that answered, from 0; None when that goes without."""
    read = answer.read
    return read.pages[0].page if read is not None and read.found and read.page_count > 1 else None


def spoken(question: Question, answer: Answer, warning: str = "") -> str:
    """Say an answer and what stands beside it, for a screen reader."""
    if answer.read is not None and not answer.read.found:
        return f"{answer.text} {figures.sentence(coverage(answer.read))}"
    said = (answer.text or NO_ANSWER, beside(question, answer, warning))
    return ". ".join(part.rstrip(".") for part in said if part)


def beside(question: Question, answer: Answer, warning: str = "") -> str:
    """Say in one line what stands beside an answer: how sure, where found, what was read."""
    cropped = question.box is not None
    found = evidence(answer.evidence, cropped, answering_page(answer))[0]
    warned = sureness.is_doubtful(answer, warning)
    absent = sureness.is_absent(answer)
    missing = sureness.is_missing(answer)
    sure = sureness.confidence(answer.confidence, absent=absent, warned=warned, missing=missing)[0]
    read = figures.sentence(coverage(answer.read)) if answer.read is not None else ""
    said = (warning, sure, found, read, stop_reason(answer.stop))
    return ". ".join(part.rstrip(".") for part in said if part)
