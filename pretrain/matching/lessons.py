"""Makes lessons of forms: a question, what the page offers, and which of that is right."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pretrain.documents.texts import Language, Writer
from pretrain.matching.bank import LANGUAGES, ROW, Concept, Domain
from pretrain.matching.forms import Drawer
from pretrain.matching.glossary import glossary
from pretrain.matching.lines import NAME as LINES
from pretrain.matching.lines import named
from pretrain.matching.told import Fact, Form
from pretrain.matching.values import value_of
from vlm.field_candidates import Candidate, candidates
from vlm.page_cells import cells_of

ASKED, ABSENT = 8, 3
"""Questions about one form that it answers and that it does not, at most."""

OTHER_LANGUAGE, ROW_BY_NAME = 0.15, 0.25
"""How often a question is not in the form's language, and asks for a row by its name alone."""

_PLAIN = {
    "en": ("How much is {row}?", "What is the {row}?", "{row}?", "What about {row}?"),
    "de": ("Wie hoch ist {row}?", "Was steht bei {row}?", "{row}?"),
    "fr": ("Combien pour {row} ?", "Quel est le montant de {row} ?", "{row} ?"),
}
_BEFORE = {
    "en": ("Please tell me: ", "Can you see ", "Tell me, "),
    "de": ("Bitte: ", "Kannst du sagen, ", "Sag mir: "),
    "fr": ("Dis-moi : ", "S'il vous plaît, ", "Peux-tu me dire : "),
}


@dataclass(frozen=True)
class Lesson:
    """A question about a form.

    Attributes:
        question: It.
        found: What the page offers.
        right: Numbers of those that answer; none where the page does not.
        concept: What is asked for.
    """

    question: str
    found: list[Candidate]
    right: tuple[int, ...]
    concept: Concept


def lessons(rng: random.Random, every: Sequence[Domain], held_out: str = "") -> Iterator[Lesson]:
    """Yield the lessons of one random form.

    Args:
        rng: The only source of chance.
        every: The bank.
        held_out: "" to learn from; "wording" for questions that are never learned from; "concept"
            for things that are never learned of.
    """
    form = Drawer(rng, every, held_out == "concept").drawn()
    rows = cells_of(form.words)
    facts = [one for one in form.facts if not held_out or _measured(one.concept, held_out)]
    for fact in rng.sample(facts, min(ASKED, len(facts))):
        question = _asked(fact.concept, fact.row, form, rng, held_out)
        if not question or (not fact.row and _twice(fact, form)):
            continue
        found = candidates(question, rows, form.misread)
        right = tuple(n for n, one in enumerate(found) if _answers(one, fact))
        if right:
            yield Lesson(question, found, right, fact.concept)
    for _ in range(ABSENT):
        concept = rng.choice(rng.choice((_domain(form, every), rng.choice(every))).concepts)
        if concept.held_out != (held_out == "concept") or _tells(form, concept):
            continue
        if question := _asked(concept, "", form, rng, held_out):
            yield Lesson(question, candidates(question, rows, form.misread), (), concept)


def _measured(concept: Concept, held_out: str) -> bool:
    return concept.held_out == (held_out == "concept")


def _twice(fact: Fact, form: Form) -> bool:
    """Tell whether a form has several values of what a question does not tell apart."""
    return sum(one.concept is fact.concept for one in form.facts) > 1


def _domain(form: Form, every: Sequence[Domain]) -> Domain:
    names = {fact.concept.domain for fact in form.facts}
    return next((one for one in every if one.name in names), every[0])


def _tells(form: Form, concept: Concept) -> bool:
    """Tell whether a form may well answer a question for a concept, by this or another name."""
    return any(
        fact.concept.key == concept.key or fact.concept.names & concept.names for fact in form.facts
    )


def _answers(candidate: Candidate, fact: Fact) -> bool:
    if candidate.text != fact.text:
        return False
    box, other = candidate.box, fact.box
    return abs(box.y0 - other.y0) < 0.004 and abs(box.x0 - other.x0) < 0.01


def _asked(concept: Concept, row: str, form: Form, rng: random.Random, held_out: str) -> str:
    language: Language = form.language
    if rng.random() < OTHER_LANGUAGE:
        language = rng.choice([one for one in LANGUAGES if one != language])
    every = concept.asked(language, held_out == "wording")
    if held_out == "concept":
        every = concept.questions[language]
    if concept.domain == LINES:
        every = concept.questions[language]
    fitting = [one for one in every if (ROW in one) == bool(row)]
    if row and (not fitting or rng.random() < ROW_BY_NAME) and not held_out:
        if len(form.facts) and _columns(form, row) > 1:
            return "" if not fitting else rng.choice(fitting).replace(ROW, row)
        return named(rng.choice(_PLAIN[language]), row, rng, concept.domain != LINES)
    if not fitting:
        return ""
    text = named(rng.choice(fitting), row, rng, concept.domain != LINES)
    chance = rng.random()
    if chance < 0.1:
        text = text.rstrip(" ?")
    elif chance < 0.2:
        text = text[0].lower() + text[1:]
    elif chance < 0.25:
        text = rng.choice(_BEFORE[language]) + text[0].lower() + text[1:]
    elif chance < 0.3 and len(text) > 12:
        place = rng.randrange(3, len(text) - 3)
        text = text[:place] + text[place + 1 :]  # a slip of the finger
    return text


def _columns(form: Form, row: str) -> int:
    return sum(fact.row == row for fact in form.facts)


def wordings(
    rng: random.Random, every: Sequence[Domain], count: int
) -> list[tuple[str, str, str, str]]:
    """Return two questions, a label and a value of so many things, no two with a label alike.

    Args:
        rng: The only source of chance.
        every: The bank.
        count: Of things, at most.
    """
    writer = Writer(rng)
    rows = {domain.name: domain.rows for domain in (*every, glossary())}
    concepts = [
        one for domain in (*every, glossary()) for one in domain.concepts if not one.held_out
    ]
    concepts = rng.sample(concepts, min(2 * count, len(concepts)))
    taken, result = set[str](), list[tuple[str, str, str, str]]()
    for concept in concepts:
        if concept.key in taken or concept.names & taken:
            continue
        taken |= concept.names | {concept.key}
        language, other, writer.language = (
            _language(rng.choice(LANGUAGES), rng),
            rng.choice(LANGUAGES),
            rng.choice(LANGUAGES),
        )
        asked, again = concept.asked(language, False), concept.asked(other, False)
        if not asked or not again:
            continue
        names = rows[concept.domain].get(language) or ("",)
        question = rng.choice(asked).replace(ROW, rng.choice(names))
        labels = concept.labels[_language(language, rng)]
        told = rng.choice(again).replace(ROW, "")
        result.append((question, told, rng.choice(labels), value_of(concept, writer)))
        if len(result) == count:
            break
    return result


def _language(language: Language, rng: random.Random) -> Language:
    return rng.choice(LANGUAGES) if rng.random() < OTHER_LANGUAGE else language
