"""Makes a checkpoint of a folder that ships, so that training goes on from published weights.

Such a folder has no teaching heads: they are fitted first, on features that stay as they are,
since untrained heads would push the encoder away from what it knows.
"""

import json
import logging
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.optim import AdamW

from pretrain import checkpoint, fonts, model, stages, stream
from pretrain.checkpoint import Position
from pretrain.quick import autocast, choose_attention
from pretrain.reader import Reader, Weights, to_device

log = logging.getLogger(__name__)

HEADS_LR = 4e-3
_HEADS = Weights(patch=1.0, latent=1.0)


def preset_of(folder: Path) -> str:
    """Return the preset whose configuration a saved model has.

    Raises:
        ValueError: no preset has these widths and depths.
    """
    found = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    text, vision = found["text_config"], found["vision_config"]
    sizes = (
        vision["hidden_size"],
        vision["num_hidden_layers"],
        text["hidden_size"],
        text["num_hidden_layers"],
    )
    for name, preset in model.PRESETS.items():
        if sizes == (
            preset.vision_width,
            preset.vision_layers,
            preset.text_width,
            preset.text_layers,
        ):
            return name
    raise ValueError(f"{folder} has the size of no preset")


def _fit_heads(reader: Reader, source: stages.Source, steps: int, workers: int) -> None:
    """Teach the heads alone; the rate falls to 0."""
    reader.model.requires_grad_(False)
    learning = [weight for head in reader.heads for weight in head.parameters()]
    optimizer = AdamW(learning, lr=HEADS_LR, betas=(0.9, 0.98), weight_decay=0.0)
    device = next(reader.parameters()).device
    with stream.batches(source, 0, workers) as ready:
        for step in range(steps):
            inputs = to_device(next(ready), device)
            for group in optimizer.param_groups:
                group["lr"] = HEADS_LR * (1 - step / steps)
            with autocast(device):
                loss, parts = reader(inputs, _HEADS)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            if step % 20 == 0 or step + 1 == steps:
                found = {name: round(float(value), 3) for name, value in parts.items()}
                log.info("heads, step %s: %s", step, found)
    reader.model.requires_grad_(True)


def adopt(
    folder: Path,
    out: Path,
    font_folder: Path | None,
    steps: int = 200,
    workers: int = 0,
    device: str = "cpu",
) -> Position:
    """Write a checkpoint with the weights of a saved model and fitted heads.

    Args:
        folder: written by :func:`pretrain.export.export`.
        out: gets the checkpoint; its stage is "adopted", so that any stage may start from it.
        font_folder: written by ``python -m pretrain fonts``.
        steps: of fitting the heads.
        workers: drawing processes; 0 draws in this one.
        device: where the heads are fitted.

    Returns:
        Where the new run stands: at nothing.
    """
    preset = preset_of(folder)
    reader = Reader.fresh(preset, seed=0)
    weights = {
        name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()
    }
    missing, unexpected = reader.model.load_state_dict(weights, strict=False)
    lacking = set(missing) - {"lm_head.weight"}  # tied to the embedding
    if lacking or unexpected:
        raise ValueError(f"{folder} is no {preset} model: {sorted(lacking)[:3]} {unexpected[:3]}")
    reader.model.tie_weights()
    choose_attention(reader.model, guided=False, device=torch.device(device))
    level = stages.STAGES["lines"].levels[-1]
    source = stages.Source(level, fonts.load(font_folder).seen, 0, 2048)
    _fit_heads(reader.to(device).train(), source, steps, workers)
    return checkpoint.begin(out, reader.cpu(), preset)
