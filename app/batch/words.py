"""What the batch window says, in plain words. Knows values, no widgets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from app import figures
from app.ask import sureness
from app.ask import words as asking
from app.theme import Tone
from vlm import amounts
from vlm.batch import Cell, Table
from vlm.types import Evidence

INTRO = (
    "Choose a folder with documents and a set of questions. Every answer is kept as soon as it is "
    "there, so you can stop at any time and go on later."
)
NO_DOCUMENTS = "There are no PDFs and no pictures in this folder."
FOLDER = "“{name}” is a folder. To open single documents of it, drop those."
ASK_ALL = "Ask all its documents…"
LOOKING = "The documents of “{name}” are looked at…"
AHEAD = "The documents of “{name}” are looked at as soon as a model reads."
NOT_LOOKED = "The documents could not be looked at; below is why. Choose them again to try again."
NO_MODEL = "Waiting for the model. Choose one in Models if there is none."
OTHER_MODEL = (
    "Another model, or another version of it, reads now. Press Ask to go on with it; answers of "
    "the one before are kept."
)
YOURS_FIRST = "Waiting for your own question…"
STOPPING = "Stopping…"
MISSING = "…"
READING = "Reading…"
LOCKED = "Locked"
PASSWORD = "Enter the password…"
UNLOCK, CANCEL = "Open", "Cancel"


def documents(count: int) -> str:
    """Count documents."""
    return "1 document" if count == 1 else f"{figures.whole(count)} documents"


def looking(done: int, total: int) -> str:
    """Say how far looking at the documents has come."""
    return f"Looking at document {figures.whole(done)} of {figures.whole(total)}…"


def in_hand(table: Table, names: Sequence[str], step: str = "") -> str:
    """Say which documents are asked now: "Document 3 of 12: invoice-7.pdf".

    Args:
        table: The batch.
        names: Of the documents.
        step: What is done with one document now; "" for nothing.
    """
    there = len(table.rows)
    first = there - sum(1 for _ in table.todo()) + 1
    if len(names) > 1:
        last = min(there, first + len(names) - 1)
        return (
            f"Documents {figures.whole(first)} to {figures.whole(last)} of {figures.whole(there)}"
        )
    said = f"Document {figures.whole(first)} of {figures.whole(there)}: {names[0]}"
    return f"{said} · {step}" if step else said


def state(table: Table, left_s: float | None, doing: str = "") -> str:
    """Say how far a batch is, and how long it will still take while it runs.

    Args:
        table: The batch.
        left_s: Seconds, None while unknown or not running.
        doing: What happens now; "" for nothing.
    """
    answers = f"{figures.whole(table.answered)} of {figures.whole(table.total)} answers"
    said = f"{doing or documents(len(table.rows))} · {answers}"
    locked = len(table.locked)
    if table.problems > locked:
        said += f" · {documents(table.problems - locked)} with problems"
    if locked:
        said += f" · {documents(locked)} locked"
    if left_s is not None and table.done < table.total:
        said += f" · {amounts.duration(left_s)} left"
    return said


def wants_password(table: Table) -> bool:
    """Tell whether nothing is missing but passwords, so that asking again alone helps nothing."""
    locked = len(table.locked)
    return table.done == table.total and 0 < locked == table.problems


def run(table: Table) -> str:
    """Say on the button what will be asked."""
    missing = table.total - table.done
    if wants_password(table):
        return PASSWORD
    if missing == 0:
        return "Ask again what failed" if table.problems else "All answered"
    if missing == table.total:
        return "Ask all"
    return f"Ask the missing {figures.whole(missing)}"


def locked(path: str) -> str:
    """Ask for a document's password."""
    return (
        f"Type the password of {PurePath(path).name}. It is used until the program ends and "
        "written down nowhere."
    )


def shown(cell: Cell | None, locked: bool = False, read: bool = False) -> str:
    """Write a cell on one line.

    Args:
        cell: What to write.
        locked: Whether the document lacks nothing but its password.
        read: Whether the document is being read now.
    """
    if cell is None:
        return READING if read else MISSING
    if cell.problem:
        return LOCKED if locked else "No answer"
    if not cell.found:
        return "Not found"
    return " ".join(cell.text.split()) or "Nothing"


def tone(cell: Cell) -> Tone:
    """Return how a cell is to be taken."""
    if cell.problem:
        return Tone.BAD
    if not cell.found:
        return Tone.CAUTION
    sure = sureness.confidence(cell.confidence)[1]
    if cell.evidence == "absent":
        return Tone.BAD
    return Tone.CAUTION if sure is Tone.CAUTION else Tone.GOOD


def about(cell: Cell) -> str:
    """Say what stands beside an answer: how sure, the check, what was read; the problem alone."""
    if cell.problem:
        return figures.sentence(cell.problem)
    said: list[str] = []
    if cell.found:
        sure, _ = sureness.confidence(cell.confidence, missing=cell.evidence == "absent")
        known = f" ({figures.percent(cell.confidence)})" if cell.confidence >= 0 else ""
        evidence = Evidence(cell.evidence, cell.boxes)
        said += [sure + known, asking.evidence(evidence, cropped=False, page=cell.page)[0]]
    if cell.page_count > 1:
        unread = cell.page_count - cell.pages_read
        rest = f"; {figures.whole(unread)} not read" if unread else ""
        said.append(f"Read {cell.pages_read} of {figures.whole(cell.page_count)} pages{rest}")
    return " · ".join(said)


def spoken(document: str, question: str, cell: Cell | None, locked: bool = False) -> str:
    """Say a cell for a screen reader; see `shown`."""
    beside = about(cell) if cell is not None else "Not asked yet"
    return f"{PurePath(document).name}. {question} {shown(cell, locked)}. {beside}"
