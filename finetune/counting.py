"""Counts what rows cost a model: the tokens of question, answer and pictures, as it is taught them.

Plans and words rows as teaching does, without the model's weights. Loaded by a child process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from transformers import AutoConfig

from finetune.costs import Cost
from finetune.effort import TAUGHT_PARTS
from finetune.lessons import worded
from finetune.runs import RunRow
from vlm import parted, safety
from vlm.families import FAMILIES
from vlm.types import Box

_PART = 0.1
"""Height of a part of a page that stands for all of them, as a fraction of the page's."""


def count(base: Path, rows: Sequence[RunRow], splitting: bool) -> Iterator[Cost]:
    """Yield what each row costs, in the order given.

    Args:
        base: A model folder.
        rows: Their pictures are not looked at.
        splitting: Whether pages may be shown in parts.

    Raises:
        DeskError: When the model's folder cannot be used, or a row has no question.
    """
    found = safety.examine(base)
    safety.require_type(found, tuple(FAMILIES))
    family = FAMILIES[found.model_type]
    config = AutoConfig.from_pretrained(str(base), local_files_only=True, trust_remote_code=False)
    processor = family.processor(base, config)
    in_parts = parted.reads_parts(base)
    for row in rows:
        parts = TAUGHT_PARTS if in_parts and row.box is None else 0
        if parts:  # which ones is known once the page is looked at; they cost alike
            row = msgspec.structs.replace(row, part=Box(0.0, 0.0, 1.0, _PART))
        _, layout, prompt = worded(family, processor, row, splitting)
        images = len(layout.tiles)
        # In some designs one token of the prompt, or none, stands for all of an image's.
        standing = prompt.ids[: prompt.length].count(processor.image_token_id)
        yield Cost(
            row.id,
            images,
            images * layout.tokens_per_tile,
            prompt.length - standing,
            len(prompt.ids) - prompt.length,
            parts,
        )
