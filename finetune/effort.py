"""What learning and testing multiply, by what is asked. Rough by nature; knows no machine.

A model that reads whole pages in parts is taught a few parts of each and tested on many, see
`vlm.part_answers`. Which parts these are is looked for on scans in what it reads there, and in how
likely it gives the answer, see `finetune.placing`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from finetune.order import TOGETHER
from finetune.page_cost import Look
from finetune.plan import TrainPlan
from finetune.types import Example
from vlm.types import Value

HOLDING, READ_ANEW, LACKING = 2, 1, 1
"""Parts of a page that a row about all of it is taught on: with its answer, how the first of them
is read, and without its answer."""

TAUGHT_PARTS = HOLDING + READ_ANEW + LACKING
"""Of a page, for one row."""

ASKED = 40
"""Parts of a page that are asked for one answer: most of those that a full page has."""

PageKey = tuple[str, int]
"""A document and the number of its page, from 0."""

TEXT_TOKENS = 64
"""Of a question with its frame and answer, beside the visual ones."""


class Questions(Value, frozen=True):
    """How many rows there are, by what they are about.

    `pictures` are the different places among them, `pages` those that are whole pages. Of the
    pages, `scans` have no words of their own, and `scanned` rows are about these.
    """

    rows: int = 0
    whole: int = 0
    pictures: int = 0
    pages: int = 0
    scanned: int = 0
    scans: int = 0


def questions_of(
    examples: Iterable[Example], ids: Container[str], printed: Container[PageKey] = ()
) -> Questions:
    """Count the examples with such ids.

    Args:
        examples: All.
        ids: Of those that count.
        printed: Documents and pages, from 0, that have words of their own.
    """
    own = [example for example in examples if example.id in ids]
    places = {(example.document, example.page, example.box) for example in own}
    whole = [example for example in own if example.box is None]
    scanned = [one for one in whole if (one.document, one.page.page) not in printed]
    return Questions(
        len(own),
        len(whole),
        len(places),
        sum(box is None for _document, _page, box in places),
        len(scanned),
        len({(one.document, one.page) for one in scanned}),
    )


@dataclass(frozen=True, slots=True)
class Model:
    """What of a model decides how much it multiplies.

    Attributes:
        text: Numbers of its text model.
        page: How it looks at what a row is about.
        part: How it looks at one part of a page; None for a model that reads pages at once.
        look: Returns what encoding multiplies.
    """

    text: int
    page: Look
    part: Look | None
    look: Callable[[Look], int]


def lessons(learned: Questions, model: Model) -> Questions:
    """Return what is taught about chosen places and whole pages: no page where parts are taught."""
    if model.part is None:
        return learned
    return Questions(learned.rows - learned.whole, 0, learned.pictures - learned.pages, 0)


def learning_work(plan: TrainPlan, learned: Questions, model: Model) -> int:
    """Return what all steps of a run multiply."""
    if not plan.weights:
        return _reading_work(learned, model, model.part) if model.part is not None else 0
    own = plan.replayed(learned.rows)
    at_once = lessons(learned, model)
    rows = at_once.rows + own
    work = _steps(plan, rows, at_once.pictures + own, model, model.page)
    if model.part is not None:
        parts = learned.whole * TAUGHT_PARTS
        work += _steps(plan, parts, parts, model, model.part)
        work += _placing_work(learned, model, model.part)
    return work


def _placing_work(learned: Questions, model: Model, part: Look) -> int:
    """Return what finding the answers on scans multiplies: their parts are seen and read once.

    In a text layer it is a search among words.
    """
    work = _reading_work(learned, model, part)
    return work + learned.scanned * ASKED * _reading(model, part)


def _reading_work(learned: Questions, model: Model, part: Look) -> int:
    """Return what reading the lines of scans multiplies."""
    return learned.scans * ASKED * (model.look(part) + _reading(model, part))


def measuring_work(plan: TrainPlan, held: Questions, model: Model, versions: int = 2) -> int:
    """Return what asking the held-out questions before and after multiplies.

    Args:
        plan: What is done before.
        held: The questions.
        model: What is asked.
        versions: How many are asked: the base, what was learned, and what is in use.
    """
    looks = 1 if plan.caches_features else versions
    at_once = lessons(held, model)
    work = looks * at_once.pictures * model.look(model.page)
    work += versions * at_once.rows * _reading(model, model.page)
    if model.part is not None:
        work += looks * held.pages * ASKED * model.look(model.part)
        work += versions * held.whole * ASKED * _reading(model, model.part)
    return work


def _steps(plan: TrainPlan, rows: int, pictures: int, model: Model, look: Look) -> int:
    """Return what learning from rows multiplies; the way back is as much as the way there."""
    return 2 * _reading(model, look) * rows * plan.epochs + model.look(look) * _looks(
        plan, rows, pictures
    )


def _reading(model: Model, look: Look) -> int:
    return 2 * (look.tokens + TEXT_TOKENS) * model.text


def _looks(plan: TrainPlan, rows: int, pictures: int) -> int:
    """Return how often a picture goes through the encoder, a way back counted as one more."""
    if plan.caches_features:
        return pictures * plan.views
    share = max(pictures, rows // TOGETHER)  # that many questions at most share a look
    return (2 if plan.trains_vision else 1) * share * plan.epochs
