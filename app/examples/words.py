"""Every sentence about examples that a person reads. Knows no widgets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from app import figures
from finetune.types import Example, ExampleKind, RowProblem

LEAST_DOCUMENTS = 5
"""Documents needed to learn from, and again to be tested on; `finetune.split.LEAST`."""
ENOUGH = 2 * LEAST_DOCUMENTS

EMPTY = (
    "Press “Right” or “Wrong? Correct it” under an answer, and it will be waiting here. "
    "“Label” is for making many at once."
)
NOTHING_FOUND = "No example has these words."
NO_ANSWER = "An empty answer cannot be kept as an example. Correct it to say what is right."
UNUSABLE = "The examples could not be used; the log says more."

KINDS: dict[ExampleKind, str] = {
    "correction": "Corrected",
    "right": "Was right",
    "label": "Labelled",
    "imported": "Imported",
    "negative": "Not on the page",
}


def total(examples: int, documents: int) -> str:
    """Return how many examples there are and of how many documents."""
    return f"{figures.amount(examples, 'example')} from {figures.amount(documents, 'document')}."


def kept(examples: int, documents: int) -> str:
    """Return what is said when an answer was kept."""
    return f"Kept as an example to learn from. {total(examples, documents)}"


SHOW = "Show examples"
"""Where the sentence above leads while there are too few examples to learn from."""
TRAIN = "Train…"
"""And where it leads after that."""


def taken_back(examples: int, documents: int) -> str:
    """Return what is said when an answer is no example any more."""
    left = total(examples, documents) if examples else "There are no others."
    return f"No longer an example. {left}"


def not_kept(sentence: str) -> str:
    """Return what is said when an answer could not be kept."""
    return f"This could not be kept as an example. {sentence}"


def state(documents: int, different: int) -> str:
    """Return how far the examples are from being enough to tune with.

    Args:
        documents: With examples.
        different: Of them, those that tuning counts.
    """
    if different >= ENOUGH:
        return f"Enough to train with: you have examples from {documents} documents."
    have = f"You have examples from {documents}" if documents else "You have none yet"
    if different < documents:
        have += f", but copies of a document count once, which leaves {different}"
    have += "."
    return (
        f"Training needs at least {LEAST_DOCUMENTS} documents to learn from and {LEAST_DOCUMENTS} "
        f"to be tested on. {have}"
    )


def place(example: Example) -> str:
    """Return where an example is from."""
    part = "part of page" if example.box else "page"
    return f"{Path(example.page.path).name}, {part} {example.page.page + 1}"


def made(example: Example) -> str:
    """Return the day an example was made."""
    return figures.day(datetime.fromtimestamp(example.made_at))


def said(example: Example) -> str:
    """Return what the model had answered, when that teaches something."""
    if example.kind == "right" or not example.said:
        return ""
    return f"The model said: {one_line(example.said)}"


def one_line(text: str) -> str:
    """Return text without its line ends."""
    return " ".join(text.split())


def spoken(example: Example) -> str:
    """Return an example as a screen reader says it."""
    parts = (example.question, example.answer, said(example), KINDS[example.kind], place(example))
    return ". ".join(one_line(part) for part in parts if part)


def removal(number: int) -> str:
    """Return the question before examples are removed."""
    what = (
        "this example and its picture" if number == 1 else f"{number} examples and their pictures"
    )
    return f"Remove {what} from this computer? This cannot be undone."


def exported(number: int, name: str) -> str:
    """Return what is said when examples were written elsewhere."""
    return f"Exported {figures.amount(number, 'example')} with their pictures to {name}."


def imported(added: int, known: int, problems: int) -> str:
    """Return what became of an imported list."""
    sentence = f"Added {figures.amount(added, 'example')}."
    if known:
        sentence += f" {known} {'was' if known == 1 else 'were'} here already."
    if problems:
        sentence += f" {figures.amount(problems, 'row')} could not be taken; here is why:"
    return sentence


def problem_lines(problems: tuple[RowProblem, ...]) -> str:
    """Return why each row was left out, one line each."""
    return "\n".join(f"Row {problem.line}: {problem.sentence}" for problem in problems)
