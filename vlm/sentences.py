"""Finds the sentences of running text among the words of a page, each with its words. Pure.

Lines that stand close below each other are a block, whatever stands beside it in another column.
Line breaks and the hyphens at them are undone. A sentence knows the headings that it stands under.
Labels, tables and addresses are no running text: their lines have hardly any of the small words
that every sentence has.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlm.page_cells import Cell
from vlm.stems import COMMON, Language, language_of, words_of
from vlm.text_blocks import TextBlock, blocks_of
from vlm.types import Box, Word

FEWEST_WORDS, FEWEST_SMALL = 5, 2
"""Words of a sentence at least, and everyday words among them, for it to be running text."""

MOST_OF_HEADING, MOST_WITH_STOP = 9, 4
"""Words of a heading, and of one that ends in a full stop."""

FULL = 0.8
"""Share of a block's width that a line fills at least whose sentence goes on in the next one."""

_SHORTENED = """
abs art artt aufl az bd bsp bspw bzw ca co d.h dipl dipl.-ing dipl.-kfm dr e.g ed eg etc evtl fa fig
ggf gem h i.d.r i.e incl inc inh inkl ing ltd max me mfg mio min mr mrs ms mme mlle mrd nr no nos p
para pp prof resp rn s sect sec st str tel u.a u.s.w usw v vgl vol vs z z.b zzgl b a al geb gez iv
ff f rdnr sog usf zit cf env rev gen hon jr sr approx dept est
"""
_ABBREVIATED = frozenset(_SHORTENED.split())
_END = re.compile(r"[.!?…]+[\"”“»’')\]]*(?=\s+[\"„“«‘'(\[]*[A-ZÀ-ÖØ-Þ0-9§–•-])")
_NUMBERED = re.compile(
    r"(?:(?:§+|art(?:icle|ikel)?\.?|section|clause|ziffer|nr\.)\s*\d+[a-z]?|"
    r"\(?\d{1,2}(?:\.\d{1,2})*[.)]|\d{1,2}(?:\.\d{1,2})+|\([a-z]{1,3}\)|[a-z]\)|[ivx]{1,5}\.|[•–▪·*-])"
    r"[.:)]?\s+(?:[–—-]\s+)?(?=\S)",
    re.IGNORECASE,
)
_MAY_END = frozenset(("ltd", "inc", "co", "etc", "usw", "al"))
_STARTS = re.compile(
    r"(?:the|a|an|it|this|he|she|they|we|in|der|die|das|le|la|les)\b", re.IGNORECASE
)
_ORDINAL = re.compile(r"(?<![\d.,:/])\d{1,2}\.$")
_INITIAL = re.compile(r"(?<![^\W\d_])[A-ZÄÖÜÉ]\.$")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"}
)
_HYPHENS = "-‐\u00ad"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a page.

    Attributes:
        text: With line breaks and the hyphens at them undone.
        places: For each word of `words`, where it begins and ends in `text`.
        words: In their order.
        heading: What it stands under: headings and the number of its clause, or "".
        block: The number of the block that it is of.
        language: Of its page.
    """

    text: str
    places: tuple[tuple[int, int], ...]
    words: tuple[Word, ...]
    heading: str
    block: int
    language: Language

    def words_at(self, start: int, end: int) -> tuple[Word, ...]:
        """Return the words that have characters from `start` to before `end` of the text."""
        pairs = zip(self.places, self.words, strict=True)
        return tuple(word for (left, right), word in pairs if left < end and right > start)

    @property
    def is_running(self) -> bool:
        """Whether it is running text rather than a label, a name or a line of a table."""
        return _is_running(self.text, self.language)


def sentences_of(words: Sequence[Word]) -> tuple[Sentence, ...]:
    """Return all sentences and lines of a page, block by block, from the top of each column.

    Args:
        words: As the page is shown, in any order.
    """
    if not words:
        return ()
    language = language_of(" ".join(word.text for word in words))
    found: list[Sentence] = []
    heading = own = ""
    block = -1
    for paragraph in _continued(blocks_of(words), language):
        if paragraph.block != block:
            heading, own, block = (
                (own if found and found[-1].text == own else heading),
                "",
                paragraph.block,
            )
        for text, places, some in _pieces(paragraph.lines, language):
            clause = _NUMBERED.match(text)
            named = text[clause.end() :] if clause is not None else text
            is_heading = _is_heading(named, clause is None, language)
            own = text if is_heading else own
            above = "" if is_heading else " ".join(dict.fromkeys(filter(None, (heading, own))))
            found.append(Sentence(text, places, some, above, block, language))
    return tuple(found)


def sentences_in(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text of which only the words are known, not where they stand."""
    language = language_of(text)
    whole = " ".join(text.split())
    ends = [0, *_ends(whole, language), len(whole)]
    pieces = (whole[start:end].strip() for start, end in itertools.pairwise(ends))
    return tuple(Sentence(piece, (), (), "", 0, language) for piece in pieces if piece)


def running(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Return those sentences that are running text."""
    return tuple(one for one in sentences if one.is_running)


def share_running(sentences: Sequence[Sentence]) -> float:
    """Return the share of a page's words that stand in running text, in [0, 1]."""
    every = sum(len(one.words) for one in sentences)
    return sum(len(one.words) for one in running(sentences)) / every if every else 0.0


@dataclass(frozen=True, slots=True)
class _Paragraph:
    lines: list[Cell]
    block: int


def _continued(blocks: Sequence[TextBlock], language: Language) -> list[_Paragraph]:
    """Return the paragraphs of blocks; one goes on in the next block where its sentence does."""
    found: list[_Paragraph] = []
    for number, block in enumerate(blocks):
        for index, lines in enumerate(_paragraphs(block, language)):
            last = found[-1].lines if found else []
            open_end = index == 0 and len(last) > 1 and _is_open(last[-1].text, lines[0].text)
            if open_end and _is_running(" ".join(line.text for line in last), language):
                last.extend(lines)
            else:
                found.append(_Paragraph(lines, number))
    return found


def _is_open(text: str, following: str) -> bool:
    return text.rstrip()[-1:] not in tuple(".!?:;") and following[:1].islower()


_Piece = tuple[str, tuple[tuple[int, int], ...], tuple[Word, ...]]


def _pieces(lines: Sequence[Cell], language: Language) -> Iterator[_Piece]:
    """Yield the sentences of a paragraph: their texts, where words stand in them, and the words."""
    text, places, words = _joined(lines)
    start = 0
    for end in [*_ends(text, language), len(text)]:
        some = [pair for pair in zip(places, words, strict=True) if start <= pair[0][0] < end]
        if some:
            first, last = some[0][0][0], some[-1][0][1]
            moved = tuple((left - first, right - first) for (left, right), _ in some)
            yield text[first:last], moved, tuple(word for _, word in some)
        start = end


def _paragraphs(block: TextBlock, language: Language) -> Iterator[list[Cell]]:
    """Yield the lines of a block up to where a clause or a paragraph begins."""
    together: list[Cell] = []
    for line in block.lines:
        if together and _begins(together[-1], line, block.box, language):
            yield together
            together = []
        together.append(line)
    if together:
        yield together


def _begins(last: Cell, line: Cell, block: Box, language: Language) -> bool:
    """Tell whether a line begins a new paragraph, or stands for itself."""
    text, before = line.text, last.text.rstrip()
    room = block.x1 - last.box.x1
    if _NUMBERED.match(text) and (before[-1:] in ".;:!?" or room > (1 - FULL) * block.width):
        return True
    if text[:1].islower() or (before[-1:] in _HYPHENS and len(before) > 1):
        return False
    said = words_of(before)
    if said and said[-1] in COMMON[language] and before[-1].isalnum():
        return False
    return room > max(1.6 * line.words[0].box.width, (1 - FULL) * 0.6 * block.width)


def _joined(lines: Sequence[Cell]) -> tuple[str, list[tuple[int, int]], list[Word]]:
    """Write lines as one text; returns it, where each word stands in it, and the words."""
    text = ""
    places: list[tuple[int, int]] = []
    words: list[Word] = []
    for line in lines:
        for index, word in enumerate(line.words):
            if text and not (index == 0 and _divided(text, word.text)):
                text += " "
            elif text and text[-1] in _HYPHENS and _drops(text, word.text):
                text = text[:-1]
                left, _ = places[-1]
                places[-1] = (left, len(text))
            start = len(text)
            text += word.text.translate(_LIGATURES)
            places.append((start, len(text)))
            words.append(word)
    return text, places, words


def _divided(text: str, word: str) -> bool:
    """Tell whether a word that begins a line goes on with the one that ended the last line."""
    return len(text) > 1 and text[-1] in _HYPHENS and text[-2].isalpha() and word[:1].isalpha()


def _drops(text: str, word: str) -> bool:
    """Tell whether the hyphen at the end of a line is none of the word's own."""
    return word[:1].islower() and word.casefold() not in ("und", "oder", "and", "or")


def _ends(text: str, language: Language) -> Iterator[int]:
    """Yield the places in a text behind which a sentence begins."""
    for found in _END.finditer(text):
        before, rest = text[: found.start() + 1], text[found.end() :].lstrip()
        last = before.split()[-1].rstrip(".").lstrip("(\"„“«'‘").casefold()
        if found[0].startswith("."):
            ends = last in _MAY_END and _STARTS.match(rest) is not None
            if not ends and (last in _ABBREVIATED or _INITIAL.search(before)):
                continue
            if _ORDINAL.search(before) and (language == "de" or _NUMBERED.fullmatch(before + " ")):
                continue
            if re.fullmatch(r"(?:§+|art\.?|no|nr)?\s*\d+(?:\.\d+)*\.", before.strip(), re.I):
                continue  # the number of a clause
        yield found.end()


def number_before(text: str) -> int:
    """Return where a sentence begins behind the number of its clause; 0 where it has none."""
    found = _NUMBERED.match(text)
    return found.end() if found is not None and text[found.end() :][:1].isupper() else 0


def _is_heading(text: str, alone: bool, language: Language) -> bool:
    """Tell whether a sentence is the heading of what comes behind or below it.

    Args:
        text: Without the number of its clause.
        alone: Whether it has no such number; then it ends in no full stop.
        language: Of its page.
    """
    said = words_of(text)
    ends = text.rstrip()[-1:] in (".", "!", "?", ",", ";")
    if ends and len(said) > MOST_WITH_STOP:
        return False
    if not said or len(said) > MOST_OF_HEADING or (alone and ends) or text.count(",") > 1:
        return False
    return text[:1].isalpha() and not _is_running(text, language)


def _is_running(text: str, language: Language) -> bool:
    said = words_of(text)
    small = sum(word in COMMON[language] for word in said)
    letters = sum(word.isalpha() for word in said)
    if text.upper() == text:
        return False
    return len(said) >= FEWEST_WORDS and small >= FEWEST_SMALL and letters >= 0.6 * len(said)
