"""How long learning the words of a long document takes, and how often the right page is found.

Draws documents whose every page is known, asks for facts that stand on one page each, and counts
where that page comes in the order of reading. No model answers: only the finding is measured.

Run: .venv/bin/python -m benchmarks.finding [--pages 1000] [--questions 200]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymupdf

from vlm.document_questions import stamp
from vlm.finding import PageIndex, order
from vlm.page_finder import Finder
from vlm.pages.client import PageClient
from vlm.whole_document import MOST_PAGES

LINES = 34
FACTS = (
    ("invoice number", "What is the invoice number of {who}?"),
    ("delivery date", "When was the delivery to {who}?"),
    ("monthly rent", "How much rent does {who} pay?"),
    ("warranty period", "How long is the warranty for {who}?"),
    ("contact person", "Who is the contact at {who}?"),
)
_FILLER = """
the parties agree supply payment within days of receipt goods services annex contract price delivery
invoice date number period person rent terms conditions liability notice general provisions customer
supplier order amount tax total warranty contact
"""
FILLER = _FILLER.split()
SYLLABLES = ("ber", "ha", "kel", "mo", "nor", "ot", "lo", "win", "sta", "del", "ri", "fa", "gu")


@dataclass(frozen=True)
class Fact:
    """A question and the page that answers it, from 0."""

    question: str
    page: int


def draw(path: Path, pages: int, chance: random.Random) -> list[Fact]:
    """Draw a document with one fact on each page among lines of common words.

    A name stands on as many pages as there are kinds of facts, so that it alone finds none.
    """
    facts: list[Fact] = []
    names: list[str] = []
    while len(names) * len(FACTS) < pages:
        name = "".join(chance.choice(SYLLABLES) for _ in range(3)).capitalize()
        if name not in names:
            names.append(name)
    wanted = [(name, *fact) for name in names for fact in FACTS]
    chance.shuffle(wanted)
    with pymupdf.open() as pdf:
        for number, (name, label, question) in enumerate(wanted[:pages]):
            lines = [" ".join(chance.choices(FILLER, k=11)) for _ in range(LINES)]
            fact = f"{name}: {label} {chance.randrange(1000, 9999)}"
            lines[chance.randrange(LINES)] = fact
            page = pdf.new_page()
            for row, line in enumerate(lines):
                page.insert_text((60, 60 + 21 * row), line, fontsize=10)
            facts.append(Fact(question.format(who=name), number))
        pdf.save(path)
    return facts


def learn(path: Path, pages: int) -> tuple[PageIndex, float]:
    """Learn a document's words as the engine does; returns the index and the seconds."""
    with PageClient() as client:
        client.settle()
        finder = Finder(client, stamp)
        count = finder.page_count(str(path), None)
        index = finder.index(str(path), count, None)
        start = time.perf_counter()
        for _ in finder.learn(str(path), index, None, 0, 0.0):
            pass
        seconds = time.perf_counter() - start
    assert index.searched == pages
    return index, seconds


def ranks(index: PageIndex, facts: list[Fact]) -> Iterator[int]:
    """Yield the place of each fact's page in the order of reading, 0 for not among those read."""
    for fact in facts:
        chosen = [hit.page for hit in order(index, fact.question, 0, MOST_PAGES)]
        yield chosen.index(fact.page) + 1 if fact.page in chosen else 0


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--questions", type=int, default=200)
    given = parser.parse_args()
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        facts = draw(path, given.pages, chance)
        index, seconds = learn(path, given.pages)
        asked = chance.sample(facts, min(given.questions, len(facts)))
        start = time.perf_counter()
        found = list(ranks(index, asked))
        search = (time.perf_counter() - start) / len(asked)
    first, read = found.count(1) / len(found), sum(1 for rank in found if rank) / len(found)
    print(f"{given.pages} pages of {LINES} lines: learned in {seconds:.1f} s")
    print(f"that is {1000 * seconds / given.pages:.1f} ms a page; a search takes "
          f"{1000 * search:.1f} ms")  # fmt: skip
    print(f"{len(found)} questions: the right page is first for {first:.1%}, "
          f"among the {MOST_PAGES} that are read for {read:.1%}")  # fmt: skip


if __name__ == "__main__":
    main()
