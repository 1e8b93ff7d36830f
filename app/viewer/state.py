"""What of a document view a session keeps."""

from __future__ import annotations

from typing import Literal

from vlm.types import Box, Quarter, Value

Fit = Literal["width", "page", "none"]


class ViewState(Value, frozen=True):
    """A view as the person left it.

    `scroll` is the point of page `page` at the view's top left, in fractions of the page as it is
    turned (outside [0, 1] where that is beside the page). `crop` stands on page `crop_page`.
    """

    page: int = 0
    zoom: float = 1.0
    fit: Fit = "width"
    rotation: Quarter = 0
    crop_page: int = 0
    crop: Box | None = None
    scroll: tuple[float, float] = (0.0, 0.0)
