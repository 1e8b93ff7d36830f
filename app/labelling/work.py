"""The documents to label, in their order: how many pages each has and which of them have rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

from app.labelling.values import Progress, Step
from vlm.pages.files import as_text


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to label.

    `document` is its SHA-256, "" until that is known; `pages` is 0 until they are counted;
    `failure` says why it cannot be opened.
    """

    path: str
    document: str = ""
    pages: int = 0
    failure: str = ""

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be found out about it."""
        return bool(self.failure or (self.pages and self.document))


Place = tuple[str, int]
"""A document and a page of it, from 0."""


class WorkList:
    """The list and what is known of it."""

    def __init__(self) -> None:
        self._papers: dict[str, Paper] = {}
        self._labelled: Counter[str] = Counter()
        """How many pages of a document have rows."""

    @property
    def papers(self) -> tuple[Paper, ...]:
        """All documents in their order."""
        return tuple(self._papers.values())

    def replace(self, paths: Iterable[str]) -> None:
        """Take other documents; what is known of those that stay is kept."""
        self._papers = {path: self._papers.get(path, Paper(path)) for path in paths}

    def add(self, path: str) -> bool:
        """Add a document at the end; false when it was there."""
        if path in self._papers:
            return False
        self._papers[path] = Paper(path)
        return True

    def paper(self, path: str) -> Paper:
        """Return what is known of a document; of one that is not in the list, nothing."""
        return self._papers.get(path, Paper(path))

    def learn(
        self, path: str, document: str = "", pages: int = 0, failure: str | None = None
    ) -> None:
        """Note what was found out about a document, when it is in the list."""
        old = self._papers.get(path)
        if old is not None:
            self._papers[path] = replace(
                old,
                document=document or old.document,
                pages=pages or old.pages,
                failure=old.failure if failure is None else failure,
            )

    def set_labelled(self, pages: Iterable[tuple[str, int]]) -> None:
        """Say which pages have rows, each with its document's hash."""
        self._labelled = Counter(document for document, _ in pages)

    def labelled_pages(self, paper: Paper) -> int:
        """Return how many pages of a document have rows."""
        return self._labelled[paper.document] if paper.document else 0

    def progress(self, place: Place) -> Progress:
        """Return how far a page is in the whole."""
        papers = self.papers
        paths = list(self._papers)
        index = paths.index(place[0]) if place[0] in self._papers else 0
        return Progress(
            page=sum(paper.pages for paper in papers[:index]) + place[1] + 1,
            pages=sum(paper.pages for paper in papers),
            labelled=sum(self.labelled_pages(paper) for paper in papers),
            counted=all(paper.settled for paper in papers),
            document=index + 1,
            documents=len(papers),
        )

    def after(self, place: Place) -> Place | None:
        """Return the page after one, in its document or the next that can be opened."""
        path, page = place
        if page + 1 < self.paper(path).pages:
            return path, page + 1
        following = self.beside(path, 1)
        return None if following is None else (following, 0)

    def before(self, place: Place) -> Place | None:
        """Return the page before one, in its document or at the end of the one before."""
        path, page = place
        if page > 0:
            return path, page - 1
        earlier = self.beside(path, -1)
        return None if earlier is None else (earlier, max(0, self.paper(earlier).pages - 1))

    def step(self, place: Place, step: Step) -> Place | None:
        """Return where a step leads; None beyond the ends."""
        match step:
            case Step.NEXT_PAGE:
                return self.after(place)
            case Step.PREVIOUS_PAGE:
                return self.before(place)
            case Step.NEXT_DOCUMENT | Step.PREVIOUS_DOCUMENT:
                path = self.beside(place[0], 1 if step is Step.NEXT_DOCUMENT else -1)
                return None if path is None else (path, 0)
            case _:
                assert_never(step)

    def beside(self, path: str, by: int) -> str | None:
        """Return the next (1) or previous (-1) document that is not known to be broken."""
        paths = list(self._papers)
        index = paths.index(path) + by if path in self._papers else 0
        while 0 <= index < len(paths):
            if not self._papers[paths[index]].failure:
                return paths[index]
            index += by
        return None


def documents_in(folder: Path, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the documents of a folder, "page 2" before "page 10"; not those of folders in it.

    Raises:
        OSError: When the folder cannot be read.
    """
    files = [one for one in folder.iterdir() if one.suffix.lower() in suffixes and one.is_file()]
    return tuple(as_text(one) for one in sorted(files, key=lambda one: _natural(one.name)))


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Return what names are sorted by: numbers by their value, words by their letters."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]
