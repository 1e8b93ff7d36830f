"""Saves a trained reader as a plain transformers folder, and a small checkpoint to carry."""

import shutil
from pathlib import Path

import torch
from transformers import GenerationConfig

from pretrain import checkpoint, dora, model, stages, tokenizer
from pretrain.checkpoint import Position
from pretrain.reader import Reader


def load_reader(folder: Path, averaged: bool = True) -> tuple[Reader, Position]:
    """Build the reader of a checkpoint, adapters merged, with the averaged or the last weights."""
    at = checkpoint.position_of(folder)
    reader = Reader.fresh(at.preset, at.seed)
    stage = stages.STAGES.get(at.stage)
    rank = stage.adapter_rank if stage is not None else None
    if rank:
        dora.attach(reader.model, rank)
    checkpoint.load_weights(folder, reader, averaged=averaged)
    dora.merge(reader.model)
    return reader.eval(), at


def export(folder: Path, target: Path, card: Path | None = None) -> None:
    """Write what ships: weights in bfloat16, configuration, tokenizer, processor, chat template.

    Args:
        folder: of a checkpoint.
        target: made when missing; its other files stay.
        card: a model card to copy beside the weights.
    """
    reader, at = load_reader(folder)
    net = reader.model.to(torch.bfloat16)
    net.set_attn_implementation("sdpa")
    net.generation_config = GenerationConfig(
        eos_token_id=tokenizer.special(tokenizer.END),
        pad_token_id=tokenizer.special(tokenizer.PAD),
        do_sample=False,
        max_new_tokens=256,
    )
    target.mkdir(parents=True, exist_ok=True)
    net.save_pretrained(target)
    model.build_processor(model.PRESETS[at.preset].longest_edge_px).save_pretrained(target)
    if card is not None:
        shutil.copyfile(card, target / "MODEL_CARD.md")
