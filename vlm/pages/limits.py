"""What the page process refuses, in one place, with the reason for each number."""

from __future__ import annotations

FILE_BYTES = 1_500_000_000
"""Larger files are refused before they are opened."""

PICTURE_PIXELS = 200_000_000
"""Pixels of a picture file's page; the largest phone cameras and A0 scans stay below."""

RENDER_PIXELS = 16_000_000
"""Pixels of one drawing; more than any screen or model asks for."""

PAGES = 100_000
"""Pages of one document; a longer one is damaged or hostile."""

WORDS = 40_000
"""Words of one page; together with TEXT it keeps a reply below a message's longest line."""

TEXT = 1_000_000
"""Characters of one page's words."""

WORD = 256
"""Characters of one word; the rest of a longer one is cut off."""

SENTENCE = 600
"""Characters of a sentence that comes from the page process."""

NAME = 80
"""Characters of a file's name in a sentence."""
