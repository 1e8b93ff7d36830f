"""Learns the words of documents' pages: from text layers, and on scans from the model's reading."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Generator

from vlm.errors import DeskError
from vlm.finding import PageIndex
from vlm.page_reading import PageReader, Pages
from vlm.types import PageRef, Word

FEW_WORDS = 8
"""Words of a text layer; a page with fewer may be a scan with a stamp, and is looked at."""

DOCUMENTS = 4
"""Documents whose words are kept."""

Stamp = Callable[[str], tuple[str, int, int]]


class Finder:
    """Knows the words of the documents that were asked about lately.

    Args:
        pages: Opens documents and reads their words.
        stamp: Tells when a file has changed.
    """

    def __init__(self, pages: Pages, stamp: Stamp) -> None:
        self._pages = pages
        self._stamp = stamp
        self._kept: OrderedDict[tuple[tuple[str, int, int], str], PageIndex] = OrderedDict()

    def page_count(self, path: str, password: str | None) -> int:
        """Open a document and return how many pages it has.

        Raises:
            DeskError: What opening can raise.
        """
        return self._pages.open(path, password).page_count

    def index(self, path: str, page_count: int, reader: PageReader | None) -> PageIndex:
        """Return what is known of a document's words so far, where its scans are read by `reader`.

        What another model has read is not taken for this one's.
        """
        key = self._stamp(path), reader.model.key if reader is not None else ""
        index = self._kept.get(key)
        if index is None or index.page_count != page_count:
            index = self._kept[key] = PageIndex(page_count)
        self._kept.move_to_end(key)
        while len(self._kept) > DOCUMENTS:
            self._kept.popitem(last=False)[1].close()
        return index

    def learn(
        self, path: str, index: PageIndex, reader: PageReader | None, most: int, seconds: float
    ) -> Generator[str, None, int]:
        """Learn the words of a document's pages; yields what is being done.

        Args:
            path: The document.
            index: Its words so far.
            reader: Reads pages without a text layer; None to leave them unknown.
            most: So many pages are read at most; those read before do not count.
            seconds: After so long no further page is begun to be read.

        Returns:
            How many pages were read.
        """
        for page in tuple(index.unknown()):
            if index.partly(page) is not None:
                continue
            yield f"Searching page {page + 1} of {index.page_count}"
            try:
                words = self._pages.words(PageRef(path, page))
            except DeskError:
                words = ()  # it can still be looked at
            text = " ".join(word.text for word in words)
            index.put(page, text, complete=_has_all(PageRef(path, page), words, reader))
        if reader is None:
            return 0
        return (yield from self._read(path, index, reader, most, time.monotonic() + seconds))

    def _read(
        self,
        path: str,
        index: PageIndex,
        reader: PageReader,
        most: int,
        end: float,
    ) -> Generator[str, None, int]:
        read = 0
        for page in tuple(index.unknown()):
            if read == most or time.monotonic() >= end:
                break
            yield f"Searching the scanned page {page + 1}"
            at = PageRef(path, page)
            try:
                found = reader.known(at)
                if found is None:
                    found = yield from _saying(page, reader.read(at))
                    read += 1
            except DeskError:
                continue  # a page that cannot be drawn stays unknown
            if found is not None:
                index.put(page, f"{index.partly(page) or ''}\n{found}")
        return read

    def close(self) -> None:
        """Forget everything."""
        while self._kept:
            self._kept.popitem()[1].close()


def _has_all(page: PageRef, words: tuple[Word, ...], reader: PageReader | None) -> bool:
    """Tell whether a text layer has all that a page says, as far as that can be told."""
    if len(words) >= FEW_WORDS or (words and reader is None):
        return True
    try:
        return bool(words) and reader is not None and reader.covered(page, words)
    except DeskError:
        return False


def _saying(page: int, steps: Generator[str, None, str | None]) -> Generator[str, None, str | None]:
    try:
        while True:
            yield f"Reading the scanned page {page + 1}: {next(steps)}"
    except StopIteration as end:
        found: str | None = end.value
        return found
