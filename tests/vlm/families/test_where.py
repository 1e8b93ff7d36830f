"""Where it looked, for every family: the right numbers, at the right place, and no trace left."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from tests import small, tiny
from tests.vlm.answering import NEVER, Checkpoint, answered, last, question, started
from tests.vlm.families import plain
from tests.vlm.families.conftest import Saved
from tests.vlm.test_looking import StopsLater, looked_at
from vlm import looking
from vlm.engine import Engine
from vlm.families.family import Attention, Gaze, ShowsWhere, Tile, returned
from vlm.protocol import Cancelled, Failed, Where
from vlm.seeing import Clock, Sight
from vlm.types import WHOLE_PAGE, Question

R = TypeVar("R")

KINDS = (*small.BUILDERS, *tiny.KINDS)
BY_HAND: dict[str, tuple[str, str, str]] = {
    "idefics": (r"gated_cross_attn_layers\.\d+\.cross_attn", "q_proj", "k_proj"),
}
"""Layers that read pictures, and their projections, where `output_attentions` leaves them out."""
BETWEEN: dict[str, tuple[int, ...]] = {"mllama": (1,)}
"""Which of the layers in `output_attentions` read pictures, where not all of them do."""
_BLIP = r"qformer\.encoder\.layer\.0\.crossattention\.attention", "query", "key"
_IDEFICS2 = r"perceiver_resampler\.layers\.0\.self_attn", "q_proj", "k_proj"
QUERIES: dict[str, tuple[str, str, str]] = {
    **{kind: _BLIP for kind in small.BUILDERS if "blip" in kind},
    "idefics": (r"perceiver_resampler\.blocks\.0\.0", "q_proj", "k_proj"),
    "idefics2": _IDEFICS2,
    "marked": _IDEFICS2,
}
"""The layer in which few queries look at many patches, and its projections."""
LATENTS = {"idefics": 4, "idefics2": tiny.LATENTS, "marked": tiny.LATENTS}
"""Keys of such a layer that are queries and no patches."""
MIXING = re.compile(
    r"(attn|attention)\.(out_proj|o_proj|projection|projection_layer|proj)$|conv[12]$"
)
"""Layers of an encoder through which a patch learns of others."""


@pytest.fixture
def folder(saved: Saved, checkpoint: Checkpoint) -> Callable[[str], Path]:
    """Return what gives the folder of a tiny model of any family."""

    def found(kind: str) -> Path:
        return next((checkpoint(one) for one in tiny.KINDS if one == kind), None) or saved(kind)

    return found


def sight_of(engine: Engine) -> Sight:
    sight = engine.sight
    assert sight is not None
    return sight


def gaze_of(sight: Sight) -> Gaze:
    family = sight.loaded.family
    assert isinstance(family, ShowsWhere)
    return family.gaze(sight.loaded.model, sight.loaded.processor)


def ended(steps: Generator[str, None, R]) -> R:
    """Run steps to their end, and return what they return."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        result: R = end.value
        return result


def found(engine: Engine, asked: Question, answer: list[int]) -> list[Tensor]:
    """Return what the engine finds for an answer's tokens, before it is laid on a page."""
    sight = sight_of(engine)
    seen = ended(sight.look_at(asked, None, Clock()))
    prompt = sight.prompt(seen[0], asked.text, seen[1:])
    return ended(looking.attended(sight, gaze_of(sight), seen, prompt, answer))


def heard(model: Any, pattern: str, names: tuple[str, str]) -> list[tuple[Tensor, Tensor]]:
    """Return a list that grows by the queries and keys of a layer each time that it runs."""
    pairs: list[tuple[Tensor, Tensor]] = []
    waiting: dict[int, Tensor] = {}

    def listen(module: Any) -> None:
        def query(_m: Any, _i: Any, made: Tensor) -> None:
            waiting[id(module)] = made

        def key(_m: Any, _i: Any, made: Tensor) -> None:
            pairs.extend(zip(waiting.pop(id(module)), made, strict=True))

        getattr(module, names[0]).register_forward_hook(query)
        getattr(module, names[1]).register_forward_hook(key)

    modules = [one for name, one in model.named_modules() if re.search(f"{pattern}$", name)]
    assert modules
    for one in modules:
        listen(one)
    return pairs


def weighed(query: Tensor, key: Tensor, heads: int = 4) -> Tensor:
    """Compute attention of queries and keys by hand, ``(queries, keys)``, the mean of its heads."""
    size = query.shape[-1] // heads
    key = key.view(len(key), -1, size).transpose(0, 1)
    key = key.repeat_interleave(heads // len(key), dim=0)
    scores = query.view(len(query), heads, size).transpose(0, 1) @ key.transpose(1, 2)
    weights: Tensor = (scores / size**0.5).softmax(-1)
    return weights.mean(0)


def row_of(weights: Tensor, keys: int) -> Tensor:
    """Return what the last position looked at, the mean of its heads.

    Args:
        weights: ``(1, heads, positions, keys)``.
        keys: How many there are; a layer with a window may have forgotten the first.
    """
    row = weights[0, :, -1].mean(0)
    return torch.cat([row.new_zeros(max(0, keys - len(row))), row])


def expected(kind: str, folder: Path, asked: Question) -> tuple[list[int], Tensor]:
    """Answer with plain `generate`; return the tokens and their attention on all tiles, by hand."""
    model = plain.load(folder, attn_implementation="eager")
    processor, inputs = plain.prepared(kind, folder, asked, model)
    hand = heard(model, BY_HAND[kind][0], BY_HAND[kind][1:]) if kind in BY_HAND else []
    asking = heard(model, QUERIES[kind][0], QUERIES[kind][1:]) if kind in QUERIES else []
    with torch.inference_mode():
        out = model.generate(
            **inputs,
            max_new_tokens=asked.max_new_tokens,
            do_sample=False,
            num_beams=1,
            output_attentions=True,
            return_dict_in_generate=True,
        )
    ids = inputs["input_ids"][0]
    beside = small.answer_start(model, 1) == 0
    said = out.sequences[0, 1 if beside else len(ids) :].tolist()
    ends = model.generation_config.eos_token_id
    count = said.index(ends) if ends in said else len(said)
    steps = out["cross_attentions" if beside else "attentions"][:count]
    if kind in BY_HAND:
        layers = len(hand) // len(said)
        rows = [weighed(query[-1:], key)[0] for query, key in hand[: count * layers]]
    else:
        chosen = BETWEEN.get(kind, range(len(steps[0])))
        rows = [
            row_of(step[number], 0 if beside or kind in BETWEEN else len(ids) + place)
            for place, step in enumerate(steps)
            for number in chosen
        ]
        if kind not in BETWEEN:
            rows = [row[: len(ids)][ids == processor.image_token_id] for row in rows]
    share = torch.stack(rows).sum(0)
    share = share / share.sum()
    if asking:
        tiles = torch.split(share, len(asking[0][0])) if kind != "idefics" else (share,)
        patches = [weighed(query, key) for query, key in asking]
        share = torch.cat([one @ two for one, two in zip(tiles, patches, strict=True)])
    return said[:count], share


def patches_of(kind: str, tiles: Sequence[Tensor], latents: bool = True) -> Tensor:
    """Join tiles without what latents saw of each other, where that is there."""
    count = LATENTS.get(kind, 0) if latents else 0
    return torch.cat([one[: len(one) - count] for one in tiles])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_found_is_the_attention_of_plain_generate(
    folder: Callable[[str], Path], kind: str
) -> None:
    asked = question("What is the total?")
    answer, attention = expected(kind, folder(kind), asked)
    engine = started(folder(kind))
    tiles = found(engine, asked, answer)
    latents = kind != "idefics"  # whose adapter leaves them out
    attention = patches_of(kind, torch.split(attention, len(attention) // len(tiles)))
    there = patches_of(kind, tiles, latents)
    assert torch.allclose(there, attention, rtol=1e-3, atol=1e-6)
    assert attention.std() > 1e-5, "a map of one colour would tell nothing"
    elsewhere = patches_of(kind, found(engine, asked, answer[::-1]), latents)
    assert not torch.allclose(elsewhere, attention, rtol=1e-3, atol=1e-6)


def ways(model: Any) -> list[str | None]:
    """Return how each part of a model computes attention."""
    configs = [one.config for one in model.modules() if hasattr(one, "config")]
    return [getattr(one, "_attn_implementation", None) for one in configs]


def hooks(model: Any) -> list[Any]:
    """Return what was left in a model; a library's own hooks are its own matter."""
    modules = list(model.modules())
    kept = [hook for one in modules for hook in one._forward_hooks.values()]
    kept += [hook for one in modules for hook in one._forward_pre_hooks.values()]
    return [hook for hook in kept if hook.__module__ == looking.__name__]


@pytest.mark.parametrize("kind", KINDS)
def test_it_stops_between_layers_and_leaves_no_trace(
    folder: Callable[[str], Path], kind: str
) -> None:
    engine = started(folder(kind))
    model = sight_of(engine).loaded.model
    model.config.vision_config._attn_implementation = "eager"  # unlike the rest, and has to stay
    before = ways(model)
    for times in (2, 12, 60):
        assert last(engine.where(Where(3, question(), "84.50"), StopsLater(times))) == Cancelled(3)
        assert ways(model) == before
        assert not hooks(model)
    looked_at(engine, question())
    assert ways(model) == before
    assert not hooks(model)


@pytest.mark.parametrize("kind", KINDS)
def test_it_reads_nothing_twice(folder: Callable[[str], Path], kind: str) -> None:
    engine, asked = started(folder(kind)), question()
    sight = sight_of(engine)
    gaze = gaze_of(sight)
    read, looked = list[int](), list[int]()
    gaze.layers[0].module.register_forward_pre_hook(
        lambda _m, args, named: read.append((args[0] if args else named["hidden_states"]).shape[1]),
        with_kwargs=True,
    )
    if gaze.queries is not None:
        gaze.queries.module.register_forward_hook(lambda *_: looked.append(1))
    (seen,) = ended(sight.look_at(asked, None, Clock()))
    tiles, prompt = len(seen.layout.tiles), sight.prompt(seen, asked.text)
    answer = looking._answer(sight, prompt, "84.50")  # pyright: ignore[reportPrivateUsage]
    looked_at(engine, asked)
    beside = getattr(gaze.decoder, "begins", None) is not None
    assert sum(read) == (len(answer) if beside else prompt.length + len(answer) - 1)
    assert len(looked) == (tiles if gaze.queries is not None else 0)
    answered(engine, asked)
    read.clear()
    looked_at(engine, asked)
    kept = type(sight.decoder) is type(gaze.decoder) and gaze.queries is None
    if kept and sight.loaded.family.abilities.keeps_prefix:
        assert sum(read) == prompt.length - prompt.prefix + len(answer) - 1


def local(model: Any) -> None:
    """Take from an encoder all by which a patch learns of others."""
    names = [name for name, _ in model.named_modules() if MIXING.search(name)]
    names = [name for name in names if "vision" in name or "visual" in name]
    assert names
    with torch.no_grad():
        for name in names:
            for weight in model.get_submodule(name).parameters():
                weight.zero_()


def seen_of(sight: Sight, kind: str, image: Any) -> Tensor:
    """Return what the columns of a map stand for: visual tokens, or what queries look at."""
    loaded = sight.loaded
    pixels = loaded.family.pixels(loaded.processor, image)
    inputs: list[Tensor] = []
    if kind not in QUERIES:
        return loaded.family.encode(loaded.model, pixels).flatten(0, -2)
    named = "encoder_hidden_states" if "blip" in kind else "context"
    gaze = gaze_of(sight)
    assert gaze.queries is not None

    def listen(_module: Any, args: tuple[Any, ...], given: dict[str, Any]) -> None:
        inputs.append(given[named] if named in given else args[0])

    if "instruct" in kind:  # whose queries look when the question is known
        return loaded.family.encode(loaded.model, pixels)
    hook = gaze.queries.module.register_forward_pre_hook(listen, with_kwargs=True)
    loaded.family.encode(loaded.model, pixels)
    hook.remove()
    return inputs[0][0]


@pytest.mark.parametrize("kind", KINDS)
def test_attention_lies_where_its_patch_shows_the_page(
    folder: Callable[[str], Path], kind: str
) -> None:
    sight = sight_of(started(folder(kind)))
    local(sight.loaded.model)
    (seen,) = ended(sight.look_at(question(), None, Clock()))
    tile = seen.layout.tiles[0]
    if kind == "florence2":  # each of whose patches sees its neighbours
        tile = Tile("", WHOLE_PAGE, 256, 256, (256, 256))
    alone = Tile("", WHOLE_PAGE, tile.width, tile.height, tile.canvas)
    blank = Image.new("RGB", tile.canvas, "white")
    for column, row in ((2, 0), (1, 3)):
        marked = blank.copy()
        left, top = tile.width * column / 4, tile.height * row / 4
        box = (left, top, left + tile.width / 4 - 1, top + tile.height / 4 - 1)
        ImageDraw.Draw(marked).rectangle(box, fill="black")
        with torch.inference_mode():
            changed = (seen_of(sight, kind, marked) - seen_of(sight, kind, blank)).norm(dim=-1)
        grid = looking.heat([alone], [gaze_of(sight).patches(alone, changed)], (4, 4))
        assert grid[row, column] >= 0.999 * grid.max()
        far = grid[(row + 2) % 4, (column + 2) % 4]
        assert far < grid[row, column] / 4


class ShowsNothing:
    """A family that does not say how its attention is brought back."""

    def __init__(self, family: Any) -> None:
        self.name = family.name


def test_a_family_that_does_not_show_it_says_so(
    folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = started(folder("llava"))
    hidden = ShowsNothing(sight_of(engine).loaded.family)
    object.__setattr__(sight_of(engine).loaded, "family", hidden)
    failed = last(engine.where(Where(3, question(), "84.50"), NEVER))
    assert isinstance(failed, Failed)
    assert failed.message == looking.NOT_SHOWN


def test_weights_are_the_last_that_a_layer_returns() -> None:
    one = torch.ones(1)
    assert Attention(None).weights((), (one * 2, None, one)) is one
    assert returned((), (None, one)) is one
