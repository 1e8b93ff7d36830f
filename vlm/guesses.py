"""What answers are guessed from: the words of pages, and what was answered before."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from vlm.drafts import Drafts, Places
from vlm.reuse import Kept
from vlm.types import Word

TEXT_PAGES, TEXT_CHARACTERS, SAID_TOKENS = 32, 20_000, 20_000
"""Pages whose words are kept to guess by, characters of one page, tokens of earlier answers."""


class Guesses:
    """Remembers texts as tokens. Knows the tokenizer, neither pages nor weights."""

    def __init__(self) -> None:
        self._texts: Kept[Places] = Kept(TEXT_PAGES)
        self._said = Places()

    def drafts(
        self,
        tokenizer: Any,
        pages: Sequence[tuple[Hashable, tuple[Word, ...]]],
        asked: Sequence[int],
    ) -> Drafts:
        """Return guesses from pages' words, earlier answers and the question.

        Args:
            tokenizer: The model's.
            pages: What a page is known by, and its words.
            asked: The question's tokens.
        """

        def sources() -> list[Places]:
            question = Places()
            question.add(asked)
            known = [self._places(tokenizer, *page) for page in pages if page[1]]
            return [*known, self._said, question]

        return Drafts(sources)

    def remember(self, ids: Sequence[int]) -> None:
        """Keep an answer's tokens to guess later answers by."""
        if len(self._said) > SAID_TOKENS:
            self._said = Places()
        self._said.add(ids)

    def _places(self, tokenizer: Any, key: Hashable, words: tuple[Word, ...]) -> Places:
        if (known := self._texts.get(key)) is None:
            text = " ".join(word.text for word in words)[:TEXT_CHARACTERS]
            known = Places()
            known.add(tokenizer(text, add_special_tokens=False)["input_ids"])
            self._texts.put(key, known, 1)
        return known
