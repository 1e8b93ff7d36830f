"""Where a model looked while it wrote an answer: attention, brought back to the page. A hint.

Made on demand, never on the way to an answer: the question and the answer are read once more, with
attention computed in the plain way that keeps its weights. Attention tells what was weighed, not
what decided. Knows no family: what differs between them they say themselves, see `Gaze`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor

from vlm.cancel import CancelToken, check, told
from vlm.decode import rules_of
from vlm.decoder import Beside
from vlm.encoder_work import encode
from vlm.errors import QuestionUnanswerable
from vlm.families.family import Attention, Gaze, Patches, Pictures, Prompt, ShowsWhere, Tile
from vlm.protocol import Event, LookedAt, Where
from vlm.seeing import Clock, Seen, Sight
from vlm.types import MOST_CELLS, WHOLE_PAGE, HeatMap, Quarter

R = TypeVar("R")

BRIGHT = 0.995
"""The quantile of a map's cells that is shown as the most: single cells may be far above."""

NOT_SHOWN = "This model does not show where it looked."
NO_ANSWER = "There is no answer, so there is nothing to look behind."


def look_back(
    sight: Sight, request: Where, password: str | None, cancel: CancelToken
) -> Iterator[Event]:
    """Find where the model looked for an answer; the last event is `LookedAt`.

    Raises:
        DeskError: If it cannot be told.
        Stopped: If the job shall stop; asked between layers.
    """
    family, job = sight.loaded.family, request.job
    if not isinstance(family, ShowsWhere):
        raise QuestionUnanswerable(NOT_SHOWN)
    gaze = family.gaze(sight.loaded.model, sight.loaded.processor)
    seen = yield from told(job, sight.look_at(request.question, password, Clock()), cancel)
    prompt = sight.prompt(seen[0], request.question.text, seen[1:])
    answer = _answer(sight, prompt, request.answer)
    steps = _looked(sight, gaze, seen, prompt, answer)
    found = yield from told(job, _stoppable(sight.loaded.model, steps, cancel), cancel)
    yield LookedAt(job, tuple(_maps(seen, found)))


def attended(
    sight: Sight, gaze: Gaze, seen: Sequence[Seen], prompt: Prompt, answer: Sequence[int]
) -> Generator[str, None, list[Tensor]]:
    """Find how much was looked at what each tile's visual tokens stand for.

    Yields what is being done.

    Args:
        sight: With the model.
        gaze: How to read it.
        seen: The pages.
        prompt: The question.
        answer: Its tokens, at least one.

    Returns:
        For each tile ``(tokens,)``, or ``(patches,)`` where `Gaze.queries` looked at patches;
        float32, all tiles together at most 1.
    """
    asked: list[Tensor] = []

    def keep(weights: Tensor) -> None:  # (1, heads, visual tokens, patches)
        asked.append(weights[0].float().mean(0).cpu())

    watched = () if gaze.queries is None else (gaze.queries,)
    features: list[Tensor] = []
    for one in seen:
        if not watched:
            features += yield from sight.features(one, Clock())
            continue
        for index in range(len(one.digests)):
            yield f"Looking again at view {index + 1} of {len(one.digests)}"
            with torch.inference_mode(), _told(watched, keep):
                features.append(_encoded(sight, one, index))
    yield "Finding where the model looked"
    pictures = Pictures(tuple(one.layout for one in seen), tuple(features))
    if not watched and type(sight.decoder) is type(gaze.decoder):  # what it keeps will do
        sequence = yield from sight.begin(seen[0], prompt, Clock(), seen[1:])
    else:
        with torch.inference_mode(), _told(watched, keep):
            sequence = _begun(sight, gaze, prompt, pictures)
    shares = _shares(sight, gaze, sequence, prompt, answer)
    tiles = [one.layout.tokens_per_tile for one in seen for _ in one.layout.tiles]
    each = torch.split(shares, len(shares) // len(tiles) if gaze.apart else tiles)
    if not watched:
        return list(each)
    return [share @ weights for share, weights in zip(each, asked, strict=True)]


def _looked(
    sight: Sight, gaze: Gaze, seen: Sequence[Seen], prompt: Prompt, answer: Sequence[int]
) -> Generator[str, None, list[Tensor]]:
    """Find how much was looked at each part of each page: a grid over the page as it is shown."""
    found = yield from attended(sight, gaze, seen, prompt, answer)
    grids: list[Tensor] = []
    start = 0
    for one in seen:
        tiles = one.layout.tiles
        parts = [
            gaze.patches(tile, share)
            for tile, share in zip(tiles, found[start : start + len(tiles)], strict=True)
        ]
        grids.append(heat(tiles, parts, grid_size(one.sheet.width, one.sheet.height)))
        start += len(tiles)
    return grids


def _encoded(sight: Sight, seen: Seen, index: int) -> Tensor:
    loaded = sight.loaded
    pixels = loaded.family.pixels(loaded.processor, sight.draw_again(seen, index).image)
    return encode(loaded.family, loaded.model, pixels)


def _begun(sight: Sight, gaze: Gaze, prompt: Prompt, pictures: Pictures) -> Any:
    loaded = sight.loaded
    return loaded.family.begin(loaded.model, loaded.processor, gaze.decoder, prompt, pictures)


def _shares(
    sight: Sight, gaze: Gaze, sequence: Any, prompt: Prompt, answer: Sequence[int]
) -> Tensor:
    """Return the attention on each visual token of the positions that wrote the answer.

    The middle layers count: the first ones look at neighbours, the last ones choose letters.

    Args:
        sight: With the model.
        gaze: How to read it.
        sequence: Holds the prompt as far as no question changes it.
        prompt: The question.
        answer: Its tokens.

    Returns:
        ``(visual tokens,)`` float32 that sums to 1.
    """
    device = sight.loaded.model.device
    ids = torch.tensor(prompt.ids, device=device)
    visual = (ids == sight.loaded.processor.image_token_id).nonzero()[:, 0]
    middle = gaze.layers[len(gaze.layers) // 4 : -(-3 * len(gaze.layers) // 4)]
    pieces = [(ids[prompt.prefix :], 1)]  # its last position wrote the first token
    if len(answer) > 1:
        pieces.append((torch.tensor(answer[:-1], device=device), len(answer) - 1))
    found: list[Tensor] = []
    for piece, count in pieces:

        def keep(weights: Tensor, count: int = count) -> None:  # (1, heads, positions, keys)
            rows = weights[0, :, -count:]
            found.append((rows if gaze.apart else rows[..., visual]).float().mean(0).cpu())

        with torch.inference_mode(), _told(middle, keep):
            gaze.decoder.extend(sequence, gaze.decoder.embed(piece))
    total = torch.cat(found).sum(0)
    return total / total.sum().clamp_min(1e-12)


def heat(
    tiles: Sequence[Tile], parts: Sequence[Sequence[Patches]], size: tuple[int, int]
) -> Tensor:
    """Add up tiles on one grid; where tiles overlap their attention adds.

    Args:
        tiles: Of one sheet.
        parts: Of each tile.
        size: Rows and columns of the grid, over the whole sheet.

    Returns:
        ``size`` float32; attention in each cell, none from white that only fills a canvas.
    """
    total = torch.zeros(size)
    for tile, patches in zip(tiles, parts, strict=True):
        box = tile.box
        for one in patches:
            (rows, columns), (width, height) = one.grid.shape, one.size
            down = _spread(rows, height / tile.height, (box.y0, box.y1), size[0])
            across = _spread(columns, width / tile.width, (box.x0, box.x1), size[1])
            total += down.T @ one.grid.float() @ across
    return total


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


def _maps(seen: Sequence[Seen], sheets: Sequence[Tensor]) -> Iterator[HeatMap]:
    """Bring the attention back to the pages; all maps have one scale."""
    grids = [upright(grid, one.page.rotation) for one, grid in zip(seen, sheets, strict=True)]
    bright = max(float(grid.flatten().quantile(BRIGHT)) for grid in grids)
    for number, (one, grid) in enumerate(zip(seen, grids, strict=True)):
        scaled = (grid / max(bright, 1e-12)).clamp(0, 1).mul(255).round().to(torch.uint8)
        yield HeatMap(
            one.box or WHOLE_PAGE,
            scaled.shape[0],
            scaled.shape[1],
            tuple(scaled.flatten().tolist()),
            one.page if number else None,
        )


def _answer(sight: Sight, prompt: Prompt, answer: str) -> list[int]:
    """Return the tokens of an answer, as far as there is room for them.

    Raises:
        QuestionUnanswerable: If there are none.
    """
    loaded = sight.loaded
    said = loaded.processor.tokenizer(answer.strip(), add_special_tokens=False)["input_ids"]
    if not said:
        raise QuestionUnanswerable(NO_ANSWER)
    first = rules_of(loaded.model, loaded.processor.tokenizer).first
    begins = [] if first is None or not isinstance(sight.decoder, Beside) else [first]
    return [*begins, *said][: max(1, sight.decoder.limit - prompt.length)]


@contextlib.contextmanager
def _told(layers: Sequence[Attention], keep: Callable[[Tensor], None]) -> Generator[None]:
    """Let attention layers tell their weights, which only the plain way of computing them has."""
    outer = {id(config): config for one in layers if (config := _config(one)) is not None}
    usual = [
        (config, config._attn_implementation)
        for one in outer.values()
        for config in _configs(one)  # each before those in it, which it sets as well
    ]
    for config in outer.values():
        config._attn_implementation = "eager"

    def listener(one: Attention) -> Callable[[Any, tuple[Any, ...], Any], None]:
        return lambda _module, given, made: keep(one.weights(given, made))

    hooks = [one.module.register_forward_hook(listener(one)) for one in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
        for config, way in usual:
            config._attn_implementation = way


def _config(layer: Attention) -> Any:
    return getattr(layer.module, "config", None)


def _configs(config: Any) -> Iterator[Any]:
    yield config
    for name in config.sub_configs:
        if (inner := getattr(config, name, None)) is not None:
            yield from _configs(inner)


def _stoppable(
    model: Any, steps: Generator[str, None, R], cancel: CancelToken
) -> Generator[str, None, R]:
    """Take steps with a model so that they unwind before any of its modules begins.

    Yields and returns what the steps do.

    Raises:
        Stopped: If the job shall stop.
    """

    def before(_module: Any, _given: Any) -> None:
        check(cancel)

    while True:
        hooks = [module.register_forward_pre_hook(before) for module in model.modules()]
        try:
            said = next(steps)
        except StopIteration as end:
            result: R = end.value
            return result
        finally:
            for hook in hooks:
                hook.remove()
        yield said
