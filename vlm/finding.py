"""Finds the pages of a document that a question is likely about, by the words on them.

A full-text index in memory, one a document, ranked by bm25 (SQLite's FTS5). It knows words and
page numbers, not where the words come from: a text layer, or a model that has read a scan.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

LEAST_PREFIX = 5
"""Letters from which on a word of the question also finds words that begin with it."""

CANDIDATES = 6
"""Pages looked at closely for each one that is wanted."""

NEAR = 12
"""Words of a page within which the question's words support each other."""

_COMMON = """
a about an and any are at be been by can could did do does for from give had has have how i if in
into is it its list me much many my name of on or our page please say says show tell than that the
their them there these they this those to was we were what when where which who whom whose why will
with would you your document
als am an auf aus bei das dem den der des die diese dieser dieses ein eine einem einen einer er es
für gib hat ich ihr im in ist man mir mit nach nenne sein seite sich sie sind steht um und viel
viele vom von vor wann war was welche welchem welchen welcher welches wem wen wer wie wieviel wird
wo zu zum zur dokument
"""
COMMON = frozenset(_COMMON.split())
"""Words of questions that say nothing about where the answer stands."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that has words of the question.

    Attributes:
        page: Counted from 0.
        relevance: In (0, 1]; 1 for the best page.
    """

    page: int
    relevance: float


class PageIndex:
    """The words of one document's pages. Use it from one thread; `close` it at the end.

    Args:
        page_count: Pages of the document.
    """

    def __init__(self, page_count: int) -> None:
        self.page_count = page_count
        self._known: set[int] = set()
        self._partly: dict[int, str] = {}
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._connection.execute(
            "CREATE VIRTUAL TABLE page USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')"
        )

    @property
    def searched(self) -> int:
        """How many pages' words are known; a page without any counts when that is known."""
        return len(self._known)

    def partly(self, page: int) -> str | None:
        """Return what is known of an unknown page, None when nothing was put."""
        return self._partly.get(page)

    def unknown(self) -> Iterator[int]:
        """Yield the pages whose words are not known, in order."""
        return (page for page in range(self.page_count) if page not in self._known)

    def put(self, page: int, text: str, complete: bool = True) -> None:
        """Keep a page's words; "" for a page that has none.

        Args:
            page: From 0.
            text: Its words; they replace those that were kept.
            complete: Whether these are all; else the page counts as unknown still.

        Raises:
            ValueError: For a page that the document does not have.
        """
        if not 0 <= page < self.page_count:
            raise ValueError(f"there is no page {page} of {self.page_count}")
        self._connection.execute("DELETE FROM page WHERE rowid = ?", (page + 1,))
        self._partly.pop(page, None)
        if complete:
            self._known.add(page)
        else:
            self._partly[page] = text
        if text.strip():
            self._connection.execute(
                "INSERT INTO page (rowid, text) VALUES (?, ?)", (page + 1, text)
            )

    def search(self, question: str, limit: int, names: Sequence[str] = ()) -> tuple[Hit, ...]:
        """Return the pages that have words of the question, the best first.

        Args:
            question: As a person asks it.
            limit: At most so many pages.
            names: What documents call that which it asks for, looked for as they are where no page
                has the question's own words: it may be in another language.
        """
        return self._matching(query(question), telling(question), limit) or self.carrying(
            names, limit
        )

    def carrying(self, names: Sequence[str], limit: int) -> tuple[Hit, ...]:
        """Return the pages that have one of some names as it is, the best first.

        Args:
            names: What documents call something; signs do not count.
            limit: At most so many pages.
        """
        phrases = [" ".join(_WORD.findall(name.casefold())) for name in names]
        exactly = " OR ".join(f'"{phrase}"' for phrase in phrases if phrase)
        return self._matching(exactly, phrases, limit)

    def beginning(self, words: Sequence[str], limit: int) -> tuple[tuple[int, str], ...]:
        """Return the pages with words that begin like some, the best first, with their texts.

        Args:
            words: Letters and digits only, without accents.
            limit: At most so many pages.
        """
        wanted = " OR ".join(f'"{word}" *' for word in words)
        if not wanted:
            return ()
        return tuple(
            self._connection.execute(
                "SELECT rowid - 1, text FROM page WHERE page MATCH ? ORDER BY bm25(page), rowid "
                "LIMIT ?",
                (wanted, limit),
            ).fetchall()
        )

    def _matching(self, wanted: str, words: Sequence[str], limit: int) -> tuple[Hit, ...]:
        if not wanted:
            return ()
        rows = self._connection.execute(
            "SELECT rowid - 1, -bm25(page), text FROM page WHERE page MATCH ? "
            "ORDER BY bm25(page), rowid LIMIT ?",
            (wanted, CANDIDATES * limit),
        ).fetchall()
        # A word that most pages have weighs next to nothing in bm25, but never less.
        scores = {page: score * (1 + together(text, words)) for page, score, text in rows}
        best = max(scores.values(), default=0.0)
        ranked = sorted(scores, key=lambda page: -scores[page])[:limit]
        return tuple(Hit(page, scores[page] / best if best > 0 else 1.0) for page in ranked)

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()


def telling(text: str) -> tuple[str, ...]:
    """Return the words of a text, each once in small letters, that say what it is about."""
    found = dict.fromkeys(word.casefold() for word in _WORD.findall(text))
    return tuple(word for word in found if word not in COMMON and (len(word) > 1 or word.isdigit()))


def together(text: str, words: Sequence[str]) -> float:
    """Return the largest share of words that stand within `NEAR` words of a text, in [0, 1]."""
    places: list[tuple[int, int]] = []
    for number, token in enumerate(_WORD.findall(text.casefold())):
        for index, word in enumerate(words):
            if token == word or (len(word) >= LEAST_PREFIX and token.startswith(word)):
                places.append((number, index))
    best = 0
    for start, (first, _) in enumerate(places):
        near = {index for number, index in places[start : start + NEAR] if number < first + NEAR}
        best = max(best, len(near))
    return best / len(words) if words else 0.0


def query(question: str) -> str:
    """Write a question as a search for any of its telling words; "" when it has none."""
    parts: list[str] = []
    for word in telling(question):
        parts.append(f'"{word}"')
        if len(word) >= LEAST_PREFIX and word.isalpha():
            parts.append(f'"{word}" *')
    return " OR ".join(parts)


def order(
    index: PageIndex,
    question: str,
    shown: int,
    count: int,
    names: Sequence[str] = (),
    learned: Sequence[str] = (),
) -> tuple[Hit, ...]:
    """Choose the pages to read for a question, the best first.

    Pages that have its words come first, in turn with those that have a learned label; where they
    are too few, then the page that the person looks at, the first page, pages whose words nobody
    knows, and the rest.

    Args:
        index: What is known of the document's pages.
        question: As a person asks it.
        shown: The page that the person looks at, from 0.
        count: At most so many pages.
        names: What documents call that which is asked for.
        learned: What the person's own documents call it, as it was learned from these.
    """
    hits = list(index.search(question, count, names))
    if learned:
        hits = _in_turn(index.carrying(learned, CANDIDATES * count), hits)
    others = [shown, 0, *index.unknown(), *range(index.page_count)]
    return tuple([*hits, *_rest(hits, others)][:count])


UNLABELLED = 0.8
"""Relevance of the best page without a learned label, where other pages have one."""


def _in_turn(labelled: Sequence[Hit], hits: Sequence[Hit]) -> list[Hit]:
    """Return pages with a learned label, and in turn with these those with the question's words.

    A label may be on every page, as a letterhead is: of these the one with the question's words
    comes first. Of others the best stays among the first two.
    """
    if not labelled:
        return list(hits)
    own = {hit.page: hit.relevance for hit in hits}
    carry = {hit.page for hit in labelled}
    first = sorted(labelled, key=lambda hit: -own.get(hit.page, 0.0))
    others = [Hit(hit.page, UNLABELLED * hit.relevance) for hit in hits if hit.page not in carry]
    found: list[Hit] = []
    for pair in zip_longest([Hit(hit.page, 1.0) for hit in first], others):
        found += [hit for hit in pair if hit is not None]
    return found


UNSEARCHED = 0.5
"""Relevance of a page that is read although no word of the question was found on it."""


def _rest(hits: Sequence[Hit], pages: Sequence[int]) -> Iterator[Hit]:
    taken = {hit.page for hit in hits}
    for page in dict.fromkeys(pages):
        if page not in taken:
            yield Hit(page, UNSEARCHED)
