"""Every sentence about labelling that a person reads. Knows no widgets."""

from __future__ import annotations

from pathlib import Path

from app import figures
from app.examples.words import one_line
from app.labelling.values import Progress
from app.labelling.work import Paper
from finetune.types import NOT_ON_PAGE, Example

DRAW = "Draw a box around the answer. Without one the row is about the whole page."
NO_TEXT = "There is no text under the box to offer. Type what you see."
READING = "Reading the text under the box…"
FROM_PAGE = "From the text under the box"
FROM_MODEL = "What the model answered"
NO_QUESTION = "Type a question, or pick one of the set."
NO_ANSWER = "Type the answer, or press F8 when it is not on this page."
NOTHING_OPEN = "This document is not open yet."
NOTHING_TO_UNDO = "There is no row of this sitting left to undo."
THE_END = "That was the last page of the last document."
THE_BEGINNING = "This is the first page of the first document."
CORRECTING = "You are correcting a row. Enter saves it, Escape leaves it as it is."
ASKED = "The model was asked. Its answer will be offered here."
NO_MODEL = "No model is loaded, so none can be asked."
EMPTY_FOLDER = "There is no PDF and no picture in this folder."
NO_ROWS = "No rows on this page yet."
NO_SET = "Questions of my own"
KEYS = (
    "Enter keeps the row. F8: not on this page. Up and Down: other question. "
    "Page Up and Page Down: other page, with Ctrl other document. Ctrl+Z takes the last row back."
)

OWN_SET = "New set"
SETS_HELP = "One question a line. They are asked in this order on every page."
SET_NO_NAME = "Give the set a name."
SET_NO_QUESTIONS = "A set needs at least one question."
SET_TWICE = "Another set has this name. Choose another name."
SETS_CHANGED = "Save the question sets?"
SAVE_OR_DROP = "You changed them since this window was opened. Esc goes on editing."
SAVE_SETS, DROP_SETS = "Save", "Don't save"
SET_QUESTION_TWICE = "This set has a question twice: {}"


def folder_again(folder: str) -> str:
    """Return what offers the folder that was labelled last."""
    return f"The folder “{name(folder)}” again"


def progress(value: Progress) -> str:
    """Return how far the labelling has come: "3 of 40 pages, 12 labelled"."""
    if not value.documents:
        return ""
    labelled = f"{figures.whole(value.labelled)} labelled"
    if value.counted:
        return f"{figures.whole(value.page)} of {figures.whole(value.pages)} pages, {labelled}"
    place = f"Document {figures.whole(value.document)} of {figures.whole(value.documents)}"
    return f"{place}, {labelled}, counting pages…"


def box_hint(boxed: bool, known: bool, text: str) -> str:
    """Return what to do next, or where the offered text is from.

    Args:
        boxed: Whether there is a box.
        known: Whether the page's words are known.
        text: Those under the box.
    """
    if not boxed:
        return DRAW
    if not known:
        return READING
    return FROM_PAGE if text else NO_TEXT


def paper_state(paper: Paper, labelled: int) -> str:
    """Return what is said of a document in the list."""
    if paper.failure:
        return paper.failure
    if not paper.pages:
        return "Not counted yet"
    return f"{figures.whole(labelled)} of {figures.amount(paper.pages, 'page')} labelled"


def kept(question: str, answer: str) -> str:
    """Return what is said when a row was kept."""
    if answer == NOT_ON_PAGE:
        return f"Kept: {one_line(question)} Not on this page."
    return f"Kept: {one_line(question)} {one_line(answer)}"


def undone(example: Example) -> str:
    """Return what is said when a row was taken back."""
    return f"Taken back: {one_line(example.question)}"


def rows_tab(number: int) -> str:
    """Return the name of the list of rows."""
    return f"This page ({number})"


def papers_tab(number: int) -> str:
    """Return the name of the list of documents."""
    return f"Documents ({figures.whole(number)})"


def name(path: str) -> str:
    """Return what a document is called on screen."""
    return Path(path).name


def spoken_row(example: Example, pending: bool) -> str:
    """Return a row as a screen reader says it."""
    state = "being kept" if pending else "kept"
    return f"{one_line(example.question)}. {one_line(example.answer)}. {state}"


def take(text: str) -> str:
    """Return what the button that takes an offered answer says."""
    short = one_line(text)
    return f"Use “{short if len(short) <= 48 else short[:47] + '…'}”"
