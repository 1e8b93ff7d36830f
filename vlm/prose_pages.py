"""Finds the pages of a long document whose running text answers a question. Pure.

A page may say it in other words than the question: those that have such words are looked at
sentence by sentence, as the page itself will be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from vlm.finding import CANDIDATES, Hit, PageIndex
from vlm.label_words import folded
from vlm.prose_answers import SOME, Prose, quoted
from vlm.prose_questions import Asked, asked
from vlm.sentences import sentences_in
from vlm.stems import stem_of
from vlm.word_groups import related

LEAST_STEM = 4
"""Letters of a stem at least, to look for words that begin with it."""

LEAST_RELEVANT = 0.8
"""Relevance of a page whose text answers, at least."""


OTHER_LANGUAGE = 0.9
"""What is left of an answer on a page in another language than the question."""


def order(index: PageIndex, question: str, hits: Sequence[Hit], count: int) -> tuple[Hit, ...]:
    """Return the pages to read, the best first: those whose text answers in turn with others.

    Args:
        index: What is known of the document's pages.
        question: As a person asks it.
        hits: The pages chosen by the question's own words, the best first.
        count: At most so many pages.
    """
    own = {hit.page: hit for hit in hits}
    answering = _answering(index, question, CANDIDATES * count)
    found: dict[int, Hit] = {}
    for pair in zip_longest(answering, hits):
        for hit in pair:
            if hit is not None and hit.page not in found:
                known = own.get(hit.page, hit)
                found[hit.page] = max(hit, known, key=lambda one: one.relevance)
    return tuple(found.values())[:count]


def _answering(index: PageIndex, question: str, limit: int) -> list[Hit]:
    """Return the pages whose running text has an answer, the best first."""
    scores: dict[int, float] = {}
    wanted = asked(question)
    for page, text in index.beginning(list(dict.fromkeys(_words(wanted))), limit):
        prose = _prose(text)
        found = quoted(question, prose) if prose.share >= SOME else None
        if found is not None:
            own = found.sentence.language == wanted.language
            scores[page] = found.score * (1.0 if own else OTHER_LANGUAGE)
    best = max(scores.values(), default=0.0)
    ordered = sorted(scores, key=lambda page: -scores[page])
    return [Hit(page, max(LEAST_RELEVANT, scores[page] / best)) for page in ordered]


def _words(wanted: Asked) -> Iterator[str]:
    """Yield how the words begin that a page may answer a question with."""
    for word in wanted.about:
        yield folded(word)
        stems = related(word, wanted.language) | {stem_of(word, wanted.language)}
        yield from sorted(stem for stem in stems if len(stem) >= LEAST_STEM and stem.isalnum())


def _prose(text: str) -> Prose:
    """Return the running text of a page of which only the words are known."""
    sentences = sentences_in(text)
    every = sum(len(one.text) for one in sentences)
    share = sum(len(one.text) for one in sentences if one.is_running) / every if every else 0.0
    return Prose(sentences, share)
