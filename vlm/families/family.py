"""What the engine needs to know about a model family, and the values that pass between them.

A family is one module with one value that satisfies `Family`, and one row in `vlm.families`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vlm.types import Box, View


@dataclass(frozen=True, slots=True)
class Sheet:
    """The part of the page that was asked about, as it is shown (after the person's turn).

    Attributes:
        width: Inches.
        height: Inches.
        legible_dpi: From here on its text is large enough for a model to read.
    """

    width: float
    height: float
    legible_dpi: float


@dataclass(frozen=True, slots=True)
class Tile:
    """One image for the model.

    Attributes:
        name: What a person calls it, e.g. "Top left".
        box: Fractions of the sheet as it is shown.
        width: Pixels to draw the box with.
        height: Pixels to draw the box with.
        canvas: Width and height of the image; white beyond what is drawn, which is top left.
    """

    name: str
    box: Box
    width: int
    height: int
    canvas: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is put before the model.

    Attributes:
        tiles: In the order in which their features enter the prompt.
        images: How many images the chat template is told of.
        rows: Rows of the grid of tiles; 0 when the sheet is not split.
        columns: Columns of that grid.
        tokens_per_tile: Visual tokens of one tile.
    """

    tiles: tuple[Tile, ...]
    images: int
    rows: int
    columns: int
    tokens_per_tile: int


class Family(Protocol):
    """What differs between model families. Stateless; the processor holds the settings."""

    @property
    def name(self) -> str:
        """The family's name for people."""
        ...

    @property
    def fallback_template(self) -> str:
        """The chat template of checkpoints that bring none."""
        ...

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor without torchvision and without running code from the folder."""
        ...

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Decide which images to draw, at which size."""
        ...

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Replace the image placeholders of a chat prompt by the tokens of the layout's tiles."""
        ...

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Turn one drawn tile (an RGB Pillow image of canvas size) into model inputs.

        Returns:
            ``pixel_values (1, 1, 3, H, W) float32`` and ``pixel_attention_mask (1, 1, H, W)``.
        """
        ...

    def encoder(self, model: Any) -> Any:
        """Return the module of all that `encode` runs; it may have another dtype than the rest."""
        ...

    def encode(self, model: Any, pixels: dict[str, Any]) -> Any:
        """Encode one tile: ``(tokens_per_tile, hidden)`` in the encoder's dtype."""
        ...


def whole_view(layout: Layout) -> Tile:
    """Return the tile that shows the whole sheet: always the last."""
    return layout.tiles[-1]


def visual_tokens(views: tuple[View, ...]) -> int:
    """Add up what the views cost."""
    return sum(view.visual_tokens for view in views)
