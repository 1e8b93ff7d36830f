"""What the engine needs to know about a model family, and the values that pass between them.

A family is one module with one value that satisfies `Family`, and one row in `vlm.families`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from vlm.decoder import Decoder
from vlm.types import Box, View

ONE_PAGE = "This model reads one page at a time. Ask about each page, or choose another model."
"""What a person is told who asks one about several pages."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a family's design allows.

    Attributes:
        splits: A page can be shown in parts, so that small print is legible.
        keeps_features: What the encoder made of a page serves every question about it.
        keeps_prefix: The text model's state after the page serves every question as well.
    """

    splits: bool
    keeps_features: bool = True
    keeps_prefix: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """The part of the page that was asked about, as it is shown (after the person's turn).

    Attributes:
        width: Inches.
        height: Inches.
        legible_dpi: From here on its text is large enough for a model to read.
        guessed: Nothing tells how large its text is; that would have to be measured.
        larger: How many times as large as legible it is shown where it is measured.
        askew: Degrees by which its lines fall towards the right, where it is shown level.
    """

    width: float
    height: float
    legible_dpi: float
    guessed: bool = False
    larger: float = 1.0
    askew: float = 0.0


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


class Fitting(Protocol):
    """How a checkpoint's tiles are fitted; equal ones have the same `repr`."""

    def tile(self, name: str, box: Box, sheet: Sheet) -> Tile:
        """Fit a part of a sheet, its text as large as the sheet says."""
        ...


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is put before the model.

    Attributes:
        tiles: In the order in which their features enter the prompt.
        images: How many images the chat template is told of.
        rows: Rows of the grid of tiles; 0 when the sheet is not split.
        columns: Columns of that grid.
        tokens_per_tile: Visual tokens of one tile.
        tidy: Set for a checkpoint that was taught print of one size on white paper: how a tile is
            fitted when its print has been measured. Its tiles are drawn as `vlm.tidying` says.
    """

    tiles: tuple[Tile, ...]
    images: int
    rows: int
    columns: int
    tokens_per_tile: int
    tidy: Fitting | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question, and perhaps its answer, as token ids.

    Attributes:
        ids: The whole sequence; with an answer it ends with the end-of-turn token.
        length: How many of them are the prompt; the answer's tokens follow.
        prefix: How many of them, from the start, do not depend on the question's text.
        question: The question's text, as it was asked.
    """

    ids: tuple[int, ...]
    length: int
    prefix: int
    question: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """What the encoder made of the pages of a question.

    Attributes:
        layouts: The images of each page.
        features: What `Family.encode` returned for each tile, in the order of the layouts.
    """

    layouts: tuple[Layout, ...]
    features: tuple[Tensor, ...]


def returned(_given: tuple[Any, ...], made: Any) -> Tensor:
    """Return the weights that an attention layer returns behind all else, computed plainly."""
    weights: Tensor = made[-1]
    return weights


@dataclass(frozen=True, slots=True, eq=False)
class Attention:
    """An attention layer that tells its weights.

    Attributes:
        module: The layer; its `config`, where it has one, says how attention is computed.
        weights: What it was given and what it returned as ``(1, heads, queries, keys)``.
    """

    module: Any
    weights: Callable[[tuple[Any, ...], Any], Tensor] = returned


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """Attention on parts of a tile.

    Attributes:
        grid: ``(rows, columns)``.
        size: Width and height of what the grid covers, in pixels from the tile's top left corner.
    """

    grid: Tensor
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Gaze:
    """How a family's attention is brought back to the page, see `vlm.looking`.

    Attributes:
        decoder: The text model in a form that runs the layers.
        layers: Those of the text model that look at visual tokens, from the first to the last.
        patches: A tile, and attention on what its visual tokens stand for, to where that lies:
            on the tokens themselves, or on the keys of `queries`.
        apart: Whether the keys of the layers are visual tokens only; else they are all tokens.
        queries: The layer in which few visual tokens looked at many patches, run for each tile by
            `encode` or `begin`; None where a visual token has its place.
    """

    decoder: Decoder
    layers: tuple[Attention, ...]
    patches: Callable[[Tile, Tensor], tuple[Patches, ...]]
    apart: bool = False
    queries: Attention | None = None


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

    @property
    def abilities(self) -> Abilities:
        """What its design allows."""
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

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count the ids, from the start, that no question changes; 0 where all depends on it.

        At least one id follows them.
        """
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

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode one tile; what it returns depends on its pixels only.

        Returns:
            One tensor in the encoder's dtype; ``(tokens_per_tile, hidden)`` where the text model
            reads visual tokens between its own.
        """
        ...

    def decoder(self, model: Any) -> Decoder:
        """Return the text model in the fastest form that gives its own logits."""
        ...

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Start a sequence with the first ``prompt.prefix`` ids and all the pictures in it.

        Whoever calls it extends the sequence by the rest of the prompt, embedded by the decoder,
        in one piece. Where the prefix is 0 the sequence holds the pictures only.

        Args:
            model: The loaded model.
            processor: Its processor.
            decoder: What `decoder` returned.
            prompt: The question.
            pictures: What it is about.

        Returns:
            A `Sequence` of the decoder, ``prompt.prefix`` long.

        Raises:
            ValueError: If prompt and pictures do not fit.
        """
        ...


@runtime_checkable
class ShowsWhere(Protocol):
    """A family whose attention can be brought back to the page."""

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Say how."""
        ...


@runtime_checkable
class EncodesSeveral(Protocol):
    """A family that encodes several small tiles in less time than one by one."""

    def encode_several(self, model: Any, pixels: Sequence[dict[str, Any]]) -> list[Tensor]:
        """Encode tiles of any shapes, each as `Family.encode` does."""
        ...


@runtime_checkable
class SeveralPages(Protocol):
    """A family whose prompt can show several pages, each with its own layout."""

    def join(self, processor: Any, parts: Sequence[str]) -> str:
        """Join the parts of a chat prompt, each expanded for its own page.

        Raises:
            QuestionUnanswerable: If this checkpoint was taught one page at a time.
        """
        ...


def visual_tokens(views: tuple[View, ...]) -> int:
    """Add up what the views cost."""
    return sum(view.visual_tokens for view in views)
