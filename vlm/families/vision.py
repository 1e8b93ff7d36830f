"""The way of one drawn tile through image processor and vision encoder, alike for all families."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from vlm.decoder import Decoder, merge
from vlm.families.family import Layout, Pictures, Prompt, Sheet, Tile
from vlm.types import WHOLE_PAGE, Box

TEMPLATE = (
    "{% for message in messages %}{{ message['role'] | capitalize }}:"
    "{% if message['content'][0]['type'] != 'image' %}{{ ' ' }}{% endif %}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ '<image>' }}{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)
"""The chat form that the Idefics models were taught, for checkpoints without a template."""


def pixels(processor: Any, image: Any) -> dict[str, Any]:
    """Normalise one tile that already has its final size; see `Family.pixels`.

    The library is asked once what becomes of each of the 256 values, and its answer is looked up:
    the same bits in a sixth of the time.
    """
    if not hasattr(processor, "tones"):
        processor.tones = _tones(processor, image.size)
    data = np.asarray(image)
    found = np.empty((3, *data.shape[:2]), processor.tones.dtype)
    for channel, tones in enumerate(processor.tones):
        np.take(tones, data[:, :, channel], out=found[channel], mode="clip")
    return {
        "pixel_values": torch.from_numpy(found)[None, None],
        "pixel_attention_mask": torch.ones(1, 1, *data.shape[:2], dtype=torch.int64),
    }


def _tones(processor: Any, size: tuple[int, int]) -> Any:
    """Return what the library makes of each value in each channel: ``(3, 256)`` float32.

    Args:
        processor: Has the library's image processor.
        size: A tile's width and height; at least 256 pixels.
    """
    values = bytes(range(256)).ljust(size[0] * size[1], b"\xff")
    grey = Image.frombytes("L", size, values).convert("RGB")
    made = processor.image_processor(
        [[grey]], do_resize=False, do_image_splitting=False, return_tensors="pt"
    )["pixel_values"]
    return made[0, 0].flatten(1)[:, :256].numpy().copy()


def encode(model: Any, inputs: dict[str, Any]) -> Tensor:
    """Encode one tile; see `Family.encode`."""
    moved = {name: value.to(model.device) for name, value in inputs.items()}
    features: Tensor = model.get_image_features(**moved, return_dict=True).pooler_output[0]
    return features


def encoder(model: Any) -> Any:
    """Return vision encoder and connector together; see `Family.encoder`."""
    return nn.ModuleList([model.model.vision_model, model.model.connector])


def tower(model: Any) -> Any:
    """Return vision tower and projector together; see `Family.encoder`."""
    return nn.ModuleList([model.model.vision_tower, model.model.multi_modal_projector])


def repeat(processor: Any, prompt: str, layout: Layout) -> str:
    """Write the image token as often as there are visual tokens; see `Family.expand`."""
    return prompt.replace(processor.image_token, processor.image_token * layout.tokens_per_tile)


def after_images(processor: Any, ids: list[int]) -> int:
    """Find where the last image ends, a token that closes it included; see `Family.prefix`."""
    last = len(ids) - 1 - ids[::-1].index(processor.image_token_id)
    closing = getattr(processor, "fake_image_token", None)
    closed = closing is not None and (
        ids[last + 1] == processor.tokenizer.convert_tokens_to_ids(closing)
    )
    return last + 2 if closed else last + 1


def begin(processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures) -> Any:
    """Start a sequence whose visual tokens stand between the others; see `Family.begin`."""
    sequence = decoder.start()
    features = torch.cat(pictures.features)
    ids = torch.tensor(prompt.ids[: prompt.prefix], device=features.device)
    decoder.extend(sequence, merge(decoder, ids, processor.image_token_id, features))
    return sequence


def lead(decoder: Any, pictures: Pictures) -> Any:
    """Start a sequence in which the features stand for the first tokens; see `Family.begin`.

    They are read together with the question, once that is there.
    """
    sequence = decoder.start()
    sequence.lead = torch.cat(pictures.features)
    return sequence


def fitted(sheet: Sheet, side: int) -> Tile:
    """Fit all of a sheet into a square of `side` pixels, white where it does not fill it."""
    scale = side / max(sheet.width, sheet.height)
    width, height = max(1, int(sheet.width * scale)), max(1, int(sheet.height * scale))
    return Tile("Whole", WHOLE_PAGE, min(width, side), min(height, side), (side, side))


def stretched(side: int) -> Tile:
    """Stretch all of a sheet to a square of `side` pixels, as some models were taught."""
    return Tile("Whole", WHOLE_PAGE, side, side, (side, side))


def single(tile: Tile, tokens: int) -> Layout:
    """Return the layout of a family that sees the sheet as one image."""
    return Layout((tile,), images=1, rows=0, columns=0, tokens_per_tile=tokens)


def square(processor: Any) -> Layout:
    """Stretch the sheet to the encoder's square; the processor remembers its side and tokens."""
    return single(stretched(processor.side), processor.image_seq_len)


def grid(rows: int, columns: int, edge: int, tokens: int) -> Layout:
    """Cut a sheet into a grid of square tiles with the whole behind them; 0 for the whole alone."""
    whole = Tile("Whole", WHOLE_PAGE, edge, edge, (edge, edge))
    tiles = [
        Tile(
            f"Row {row + 1}, column {column + 1}",
            Box(column / columns, row / rows, (column + 1) / columns, (row + 1) / rows),
            edge,
            edge,
            (edge, edge),
        )
        for row in range(rows)
        for column in range(columns)
    ]
    return Layout((*tiles, whole), 1, rows, columns, tokens_per_tile=tokens)


def named(layout: Layout, fake: str, tile: str) -> str:
    """Write the tiles of a grid with their rows and columns, a line for each row.

    Args:
        layout: The grid; without rows there is nothing to write.
        fake: The token before each tile.
        tile: The image tokens of one.
    """
    rows = (
        "".join(f"{fake}<row_{row}_col_{column}>{tile}" for column in range(1, layout.columns + 1))
        for row in range(1, layout.rows + 1)
    )
    return "".join(f"{row}\n" for row in rows)
