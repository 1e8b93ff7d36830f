"""Makes questions with options for the network that reads them: of sheets, of forms, of lines.

Sheets give what `vlm.option_ranker` thinks of their options, each by a ranker that has not learned
of the sheet. Random forms of the bank and pages put together from lines of papers have many more
questions, but nobody's opinion: all their options are as likely.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch

from pretrain.matching.bank import domains
from pretrain.matching.lessons import Lesson, lessons
from pretrain.matching.rank_network import AskedPage, RankNetwork
from pretrain.matching.rerank_network import Item, Vocabulary
from pretrain.matching.word_pairs import Line
from vlm.field_candidates import Candidate
from vlm.option_numbers import Around, around
from vlm.option_reranker import OPTIONS, words_of
from vlm.page_options import Option

UNKNOWN = -math.log(OPTIONS + 1)
"""How likely each option is where nobody has an opinion, as a logarithm."""

FEWEST, MOST = 7, 11
"""Lines of a page that is put together."""

NEAR = 60
"""Lines before and behind a page whose questions it does not answer."""

AS_LABEL, SHORT, HEADED, BESIDE = 0.7, 5, 0.2, 0.35
"""How often up to so many words before an answer are its label; how often a page's part has a
heading, and a line another option."""

ABSENT = 2
"""Questions that a page of lines does not answer."""

Text = tuple[str, str, str, str, str, str]
"""An option: its label, the headings of its column and section, what is before, it, and behind."""


def of_pages(
    pages: Sequence[AskedPage], rankers: Sequence[RankNetwork], vocabulary: Vocabulary
) -> Iterator[Item]:
    """Yield the questions about sheets, with the options that rankers think likeliest.

    Args:
        pages: Of sheets.
        rankers: The mean of what they say counts.
        vocabulary: Numbers words.
    """
    for page in pages:
        with torch.inference_mode():
            logits = torch.stack([one(page) for one in rankers]).mean(0)
            known = torch.log_softmax(logits, 1).numpy()
        for number, question in enumerate(page.questions):
            best = np.argsort(-known[number, :-1])[:OPTIONS]
            yield _item(
                page.name,
                question,
                page.stands,
                best.tolist(),
                [*known[number, best].tolist(), float(known[number, -1])],
                page.right[number, best].tolist(),
                page.answers[number],
                vocabulary,
                page.known[number, best],
            )


def _item(
    name: str,
    question: str,
    stands: Around,
    options: Sequence[int],
    known: Sequence[float],
    right: Sequence[bool],
    answers: tuple[str, ...],
    vocabulary: Vocabulary,
    numbers: npt.NDArray[np.float16] | None = None,
) -> Item:
    words = words_of(question, stands, options, vocabulary.vectors.cut)
    asked, *told = map(vocabulary.numbers, words)
    each = len(told) // len(options)
    return Item(
        name,
        asked,
        [tuple(told[start : start + each]) for start in range(0, len(told), each)],
        [stands.values[number] for number in options],
        list(known),
        list(right),
        answers,
        numbers,
    )


def of_forms(rng: random.Random, vocabulary: Vocabulary) -> Iterator[Item]:
    """Yield questions about one random form of the bank.

    Args:
        rng: The only source of chance.
        vocabulary: Numbers words.
    """
    for lesson in lessons(rng, domains()):
        if len(lesson.found) > 1:
            yield _of_form(lesson, rng, vocabulary)


def _of_form(lesson: Lesson, rng: random.Random, vocabulary: Vocabulary) -> Item:
    right = set(lesson.right)
    numbers = sorted(range(len(lesson.found)), key=lambda _: rng.random())
    chosen = [number for number in numbers if number in right][:2]
    label = lesson.found[chosen[0]].pair.label if chosen else ""

    def other(number: int) -> float:
        return (lesson.found[number].pair.label != label) + 1.5 * rng.random()

    rest = sorted((number for number in numbers if number not in right), key=other)
    chosen += rest[: OPTIONS - len(chosen)]
    rng.shuffle(chosen)
    texts = [_text_of(lesson.found[number]) for number in chosen]
    return _invented(lesson.question, texts, [one in right for one in chosen], vocabulary)


def _text_of(candidate: Candidate) -> Text:
    pair = candidate.pair
    before, after = pair.value[: candidate.start], pair.value[candidate.end :]
    return pair.label, pair.over, pair.section, before, candidate.text, after


def _invented(
    question: str, texts: Sequence[Text], right: Sequence[bool], vocabulary: Vocabulary
) -> Item:
    stands = around([option_of(*one) for one in texts])
    known = [UNKNOWN] * (len(texts) + 1)
    numbers = range(len(texts))
    answers = tuple(one[4] for one, is_right in zip(texts, right, strict=True) if is_right)
    return _item("", question, stands, numbers, known, right, answers, vocabulary)


def option_of(label: str, over: str, section: str, before: str, text: str, after: str) -> Option:
    """Return an option of no place on a page, of which only is known what stands around it."""
    return Option(text, (), label, over, section, before, after, (), in_sentence=False)


def of_lines(every: Sequence[Line], rng: random.Random, vocabulary: Vocabulary) -> Iterator[Item]:
    """Yield questions about pages put together from lines that follow each other.

    Args:
        every: Lines, those of one subject together.
        rng: The only source of chance.
        vocabulary: Numbers words.
    """
    start = rng.randrange(FEWEST)
    while start + FEWEST <= len(every):
        end = start + rng.randint(FEWEST, MOST)
        page = every[start:end]
        yield from _of_page(page, every[max(0, start - NEAR) : end + NEAR], rng, vocabulary)
        start = end


def _of_page(
    page: Sequence[Line], near: Sequence[Line], rng: random.Random, vocabulary: Vocabulary
) -> Iterator[Item]:
    texts, owners = list[Text](), list[int]()
    for number, line in enumerate(page):
        heading = rng.choice(page).before.strip(" :") if rng.random() < HEADED else ""
        label = line.before.strip(" :")
        short = len(label.split()) <= SHORT and len(line.after.split()) < SHORT
        as_label = short and rng.random() < AS_LABEL
        before = "" if as_label else line.before
        own = (label if as_label else "", "", heading, before, line.answer, line.after)
        texts.append(own)
        owners.append(number)
        if rng.random() < BESIDE and (other := _beside(line, heading, rng)):
            texts.append(other)
            owners.append(-1)
    texts, owners = texts[:OPTIONS], owners[:OPTIONS]
    order = list(range(len(texts)))
    for number, line in enumerate(page):
        if number in owners:
            rng.shuffle(order)
            right = [owners[place] == number for place in order]
            yield _invented(line.question, [texts[place] for place in order], right, vocabulary)
    for line in rng.sample(near, min(ABSENT, len(near))):
        if line not in page:
            yield _invented(line.question, texts, [False] * len(texts), vocabulary)


def _beside(line: Line, heading: str, rng: random.Random) -> Text | None:
    """Return some words of a line that are no part of its answer, nor have it in them."""
    words = line.whole.split()
    if len(words) <= SHORT:
        return None
    start = rng.randrange(len(words) - 2)
    end = start + rng.randint(1, 3)
    text = " ".join(words[start:end])
    if text in line.answer or line.answer in text:
        return None
    return "", "", heading, " ".join(words[:start]), text, " ".join(words[end:])
