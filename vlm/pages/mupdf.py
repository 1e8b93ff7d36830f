"""PyMuPDF without its layout analysis, silent. The only module that imports PyMuPDF.

The package would load a neural network runtime and its threads, which reading pages never uses
and a jailed process cannot run. MuPDF's complaints about a document go nowhere.
"""

from __future__ import annotations

import sys

for _unused in ("pymupdf.layout", "pymupdf4llm"):
    sys.modules.setdefault(_unused, None)  # type: ignore[arg-type]  # None makes an import fail

import pymupdf as pymupdf  # noqa: E402, PLC0414  # after the lines above
from pymupdf import mupdf as mupdf  # noqa: E402, PLC0414  # after the lines above

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)
