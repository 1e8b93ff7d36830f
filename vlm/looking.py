"""Where a model looked while it wrote an answer: attention, brought back to the page. A hint.

Made on demand by one more pass over the whole conversation, with attention computed in the plain
way that keeps its weights; never on the way to an answer. Attention tells what was weighed, not
what decided.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor

from vlm import decoder as decoding
from vlm.cancel import CancelToken, check, told
from vlm.errors import QuestionUnanswerable
from vlm.families import llava
from vlm.families.family import Tile
from vlm.protocol import Event, LookedAt, Progress, Where
from vlm.seeing import Clock, Seen, Sight
from vlm.types import MOST_CELLS, WHOLE_PAGE, HeatMap, Quarter

BRIGHT = 0.995
"""The quantile of a map's cells that is shown as the most: single cells may be far above."""

NOT_SHOWN = (
    "This model does not show where it looked. Idefics2, Idefics3, SmolVLM and LLaVA models do."
)
NO_ANSWER = "There is no answer, so there is nothing to look behind."


def look_back(
    sight: Sight, request: Where, password: str | None, cancel: CancelToken
) -> Iterator[Event]:
    """Find where the model looked for an answer; the last event is `LookedAt`.

    Raises:
        DeskError: If it cannot be told.
        Stopped: If the job shall stop; asked between layers.
    """
    if not sight.loaded.family.abilities.shows_where:
        raise QuestionUnanswerable(NOT_SHOWN)
    job, question = request.job, request.question
    seen = yield from told(job, sight.look_at(question, password, Clock()), cancel)
    prompt = sight.prompt(seen[0], question.text, seen[1:])
    ids = _with_answer(sight, prompt.ids, request.answer)
    patches: list[Patches] = []
    features: list[Tensor] = []
    views = [(one, index) for one in seen for index in range(len(one.layout.tiles))]
    for number, (one, index) in enumerate(views):
        yield Progress(job, f"Looking again at view {number + 1} of {len(views)}")
        found, weights = _encoded(sight, one, index, cancel)
        features.append(found)
        patches.append(Patches(one.layout.tiles[index], weights))
    yield Progress(job, "Finding where the model looked")
    attention = _attention(sight, ids, len(prompt.ids), torch.cat(features), cancel)
    ends = list(accumulate(len(one) for one in features))
    shares = [attention[end - len(one) : end] for one, end in zip(features, ends, strict=True)]
    yield LookedAt(job, tuple(_maps(seen, patches, shares)))


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """One tile, and which of its patches each of its visual tokens stands for.

    Attributes:
        tile: The image.
        weights: ``(visual tokens, rows, columns)`` in [0, 1], each token's sum at most 1; rows and
            columns divide the tile's canvas evenly.
    """

    tile: Tile
    weights: Tensor


def heat(patches: Sequence[Patches], shares: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
    """Add up tiles on one grid; where tiles overlap their attention adds.

    Args:
        patches: Of one sheet.
        shares: Each tile's attention on its visual tokens, ``(visual tokens,)``.
        size: Rows and columns of the grid, over the whole sheet.

    Returns:
        ``size`` float32; attention in each cell, none from white that only fills a canvas.
    """
    grid = torch.zeros(size)
    for one, share in zip(patches, shares, strict=True):
        mass = torch.einsum("t,trc->rc", share.float(), one.weights.float())
        tile, box = one.tile, one.tile.box
        down = _spread(mass.shape[0], tile.canvas[1] / tile.height, (box.y0, box.y1), size[0])
        across = _spread(mass.shape[1], tile.canvas[0] / tile.width, (box.x0, box.x1), size[1])
        grid += down.T @ mass @ across
    return grid


def _spread(parts: int, over: float, span: tuple[float, float], cells: int) -> Tensor:
    """Say how the parts of a tile along one side fall into a grid's cells: ``(parts, cells)``.

    Args:
        parts: Of the canvas.
        over: The canvas as a multiple of what is drawn.
        span: Where what is drawn begins and ends, fractions of the sheet.
        cells: Of the sheet.
    """
    start, length = span[0], (span[1] - span[0]) * over
    edges = start + length * torch.arange(parts + 1, dtype=torch.float64) / parts
    lows, highs = edges[:-1, None], edges[1:, None].clamp(max=span[1])
    bounds = torch.arange(cells + 1, dtype=torch.float64) / cells
    inside = torch.minimum(highs, bounds[None, 1:]) - torch.maximum(lows, bounds[None, :-1])
    return (inside.clamp(min=0) / (length / parts)).float()


def grid_size(width: float, height: float) -> tuple[int, int]:
    """Choose rows and columns for a sheet of so many inches; the longer side has `MOST_CELLS`."""
    longer = max(width, height)
    return max(1, round(MOST_CELLS * height / longer)), max(1, round(MOST_CELLS * width / longer))


def upright(grid: Tensor, turn: Quarter) -> Tensor:
    """Undo the person's clockwise turn of the page."""
    return torch.rot90(grid, turn // 90)


def _maps(
    seen: Sequence[Seen], patches: Sequence[Patches], shares: Sequence[Tensor]
) -> Iterator[HeatMap]:
    """Bring the attention back to the pages; all maps have one scale."""
    start, grids = 0, list[tuple[Seen, Tensor]]()
    for one in seen:
        end = start + len(one.layout.tiles)
        size = grid_size(one.sheet.width, one.sheet.height)
        grid = heat(patches[start:end], shares[start:end], size)
        grids.append((one, upright(grid, one.page.rotation)))
        start = end
    bright = max(float(grid.flatten().quantile(BRIGHT)) for _, grid in grids)
    for number, (one, grid) in enumerate(grids):
        scaled = (grid / max(bright, 1e-12)).clamp(0, 1).mul(255).round().to(torch.uint8)
        yield HeatMap(
            one.box or WHOLE_PAGE,
            scaled.shape[0],
            scaled.shape[1],
            tuple(scaled.flatten().tolist()),
            one.page if number else None,
        )


def _with_answer(sight: Sight, prompt: Sequence[int], answer: str) -> list[int]:
    said = sight.loaded.processor.tokenizer(answer.strip(), add_special_tokens=False)["input_ids"]
    if not said:
        raise QuestionUnanswerable(NO_ANSWER)
    room = sight.decoder.limit - len(prompt)
    return [*prompt, *said[: max(1, room)]]


def _encoded(sight: Sight, seen: Seen, index: int, cancel: CancelToken) -> tuple[Tensor, Tensor]:
    """Encode a view once more; return its features and its `Patches.weights`."""
    loaded, tile, tokens = sight.loaded, seen.layout.tiles[index], seen.layout.tokens_per_tile
    pixels = loaded.family.pixels(loaded.processor, sight.draw_again(seen, index).image)
    parts = list(loaded.family.encoder(loaded.model).modules())
    resampler = getattr(getattr(loaded.model.model, "connector", None), "perceiver_resampler", None)
    if resampler is None:
        with torch.inference_mode(), _stopping(parts, cancel):
            return loaded.family.encode(loaded.model, pixels), _cells(tokens, tile)
    found: list[Tensor] = []

    def keep(weights: Tensor) -> None:  # (1, heads, latents, patches + latents)
        found.append(weights[0, :, :, : weights.shape[-1] - tokens].float().mean(0).cpu())

    last = resampler.layers[-1].self_attn
    with (
        torch.inference_mode(),
        _stopping(parts, cancel),
        _telling(resampler.config, [last], keep),
    ):
        features = loaded.family.encode(loaded.model, pixels)
    side = int(loaded.model.config.vision_config.patch_size)
    return features, found[0].view(tokens, tile.canvas[1] // side, tile.canvas[0] // side)


def _cells(tokens: int, tile: Tile) -> Tensor:
    """Return the cells of visual tokens that lie on a tile row by row: ``(tokens, rows, columns)``.

    Raises:
        QuestionUnanswerable: If they do not make a grid of the canvas's shape.
    """
    columns = max(1, round(math.sqrt(tokens * tile.canvas[0] / tile.canvas[1])))
    if tokens % columns:
        raise QuestionUnanswerable(NOT_SHOWN)
    return torch.eye(tokens).view(tokens, tokens // columns, columns)


def _attention(
    sight: Sight, ids: Sequence[int], asked: int, features: Tensor, cancel: CancelToken
) -> Tensor:
    """Return the attention on each visual token of the positions that wrote the answer.

    The middle layers count: the first ones look at neighbours, the last ones choose letters.

    Args:
        sight: With the model.
        ids: Prompt and answer.
        asked: How many of them are the prompt.
        features: ``(visual tokens, hidden)``.
        cancel: Set when the job shall stop.

    Returns:
        ``(visual tokens,)`` float32 that sums to 1.
    """
    text = _text_model(sight.loaded.model)
    token = sight.loaded.processor.image_token_id
    given = torch.tensor(list(ids), device=features.device)
    places = (given == token).nonzero()[:, 0]
    found: list[Tensor] = []

    def keep(weights: Tensor) -> None:  # (1, heads, positions, positions)
        rows = weights[0, :, asked - 1 : len(ids) - 1, :]
        found.append(rows[:, :, places].float().mean((0, 1)).cpu())

    layers = [layer.self_attn for layer in text.body.layers]
    middle = layers[len(layers) // 4 : -(-3 * len(layers) // 4)]
    with (
        torch.inference_mode(),
        _stopping(layers, cancel),
        _telling(text.body.config, middle, keep),
    ):
        embedded = decoding.merge(decoding.StockDecoder(text), given, token, features)
        text.body(inputs_embeds=embedded[None], use_cache=False)
    total = torch.stack(found).mean(0)
    return total / total.sum().clamp_min(1e-12)


def _text_model(model: Any) -> decoding.TextModel:
    """Return a model's own text model; LLaVA has another name for it."""
    named = hasattr(model.model, "text_model")
    return decoding.text_model(model) if named else llava.text_model(model)


@contextlib.contextmanager
def _telling(config: Any, layers: Sequence[Any], keep: Callable[[Tensor], None]) -> Generator[None]:
    """Let attention layers tell their weights, which only the plain way of computing them has."""
    usual = config._attn_implementation
    config._attn_implementation = "eager"
    hooks = [layer.register_forward_hook(lambda _m, _i, made: keep(made[1])) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
        config._attn_implementation = usual


@contextlib.contextmanager
def _stopping(modules: Sequence[Any], cancel: CancelToken) -> Generator[None]:
    """Let modules unwind before they begin when the job shall stop."""

    def before(_module: Any, _given: Any) -> None:
        check(cancel)

    hooks = [module.register_forward_pre_hook(before) for module in modules]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
