"""Which files are documents, by how their names end."""

from __future__ import annotations

SUFFIXES = (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp")
"""Lower case, with the dot; PDF first."""
