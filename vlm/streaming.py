"""Token ids to text as they come, each piece only when later tokens cannot change it any more."""

from __future__ import annotations

from typing import Any

_UNFINISHED = "\ufffd"
"""What a decoder writes for bytes that are not yet a whole character."""


class TextStream:
    """Decodes a growing answer.

    Args:
        tokenizer: Of the model.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ids: list[int] = []
        self._settled = 0
        self._shown = 0
        self.text = ""

    def add(self, token: int) -> str:
        """Take the next token.

        Returns:
            The text that is now certain and was not before; it starts without blanks.
        """
        self._ids.append(token)
        before = self.decode(self._ids[self._settled : self._shown])
        now = self.decode(self._ids[self._settled :])
        if len(now) <= len(before) or now.endswith(_UNFINISHED):
            return ""
        piece = now[len(before) :]
        self._settled, self._shown = self._shown, len(self._ids)
        return self._append(piece)

    def rest(self) -> str:
        """Return what is left at the end, unfinished characters included."""
        now = self.decode(self._ids[self._settled :])
        before = self.decode(self._ids[self._settled : self._shown])
        self._settled = self._shown = len(self._ids)
        return self._append(now[len(before) :])

    def decode(self, ids: list[int]) -> str:
        """Decode ids on their own, without special tokens."""
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text

    def _append(self, piece: str) -> str:
        if not self.text:
            piece = piece.lstrip()
        self.text += piece
        return piece
