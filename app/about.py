"""The About box: what this is, its licence, and how documents are kept from doing harm."""

from __future__ import annotations

from app import diagnostics
from app.dialogs import Prompt

SENTENCE = (
    "Ask questions about the part of a document you mean, answered by a vision-language model "
    "on your own computer. Nothing you open or ask leaves it."
)
LICENCE = (
    "Free software under the GNU Affero General Public License, version 3 or later. It comes "
    "without any warranty. It uses PyMuPDF, Qt, PyTorch and Transformers."
)


def prompt() -> Prompt:
    """Return the box's texts."""
    version = diagnostics.version("vlm-desk")
    return Prompt(
        title=f"VLM Desk {version}",
        text=f"{SENTENCE}\n\n{diagnostics.sandbox()}\n\n{LICENCE}",
        choices=("Close",),
    )
