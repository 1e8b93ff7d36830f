"""Says in words how much of a document was read for an answer, and no more than is known of it."""

from __future__ import annotations

from vlm.types import PagesRead

CLEARLY = 0.75
"""A page of less than this share of the best one's fit suits a question clearly less."""


def nothing(read: PagesRead) -> str:
    """Say that no answer was found, and no more than is known of that."""
    pages = len(read.pages)
    where = "page that was read" if pages == 1 else f"{pages} pages that were read"
    if not read.unread:
        where = "page" if pages == 1 else f"{pages} pages of this document"
        return f"No answer was found on the {where}."
    rest = "1 page was" if read.unread == 1 else f"{read.unread:,} pages were"
    it = "it" if read.unread == 1 else "one of those"
    return f"No answer was found on the {where}. {rest} not read; it may stand on {it}."


def coverage(read: PagesRead) -> str:
    """Say how much of a document was read for an answer."""
    pages = len(read.pages)
    if not read.unread:
        return "Read the page." if pages == 1 else f"Read all {pages} pages."
    rest = "1 was" if read.unread == 1 else f"{read.unread:,} were"
    said = f"Read {pages} of {read.page_count:,} pages; {rest} not read."
    unsearched = read.page_count - read.searched
    if unsearched > 0:
        words = "1 page" if unsearched == 1 else f"{unsearched:,} pages"
        said += f" {words} without text of their own could not be searched."
    best = max(read.pages, key=lambda page: page.fit)
    if read.found and not best.useful and read.pages[0].fit < CLEARLY * best.fit:
        said += f" Page {best.page + 1} suits the question best, but no answer was found on it."
    return said
