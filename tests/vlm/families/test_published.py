"""The settings of published checkpoints are understood as they are, down to the last weight."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForImageTextToText

from tests import tiny
from tests.vlm.families.published import CHECKPOINTS
from tests.vlm.families.test_docs import PAGE
from vlm import safety
from vlm.families import FAMILIES
from vlm.families.family import Sheet

A4 = Sheet(8.27, 11.69, 150.0)


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_published_model_is_planned_as_it_was_made(name: str, tmp_path: Path) -> None:
    one = CHECKPOINTS[name]
    (tmp_path / "config.json").write_text(json.dumps(one.config))
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(one.images))
    tiny.byte_tokenizer(("<pad>", "<s>", "<end>"), eos="<end>").save_pretrained(tmp_path)
    safety.settings_of(tmp_path)
    safety.require_parts(tmp_path)
    config = AutoConfig.from_pretrained(str(tmp_path), local_files_only=True)
    with torch.device("meta"):
        model: Any = AutoModelForImageTextToText.from_config(config)
    assert sum(weight.numel() for weight in model.parameters()) == one.weights
    head, embedding = model.get_output_embeddings(), model.get_input_embeddings()
    assert (head.weight is embedding.weight) is one.tied

    family = FAMILIES[config.model_type]
    processor = family.processor(tmp_path, config)
    layout = family.plan(processor, A4, splitting=True)
    assert len(layout.tiles) * layout.tokens_per_tile == one.tokens
    coarse = family.plan(processor, A4, splitting=False)
    assert len(coarse.tiles) * coarse.tokens_per_tile <= one.tokens


def test_the_table_says_what_was_computed() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, one in CHECKPOINTS.items():
        assert f"| {name} | {one.weights:,} | {one.tokens:,} |" in text
