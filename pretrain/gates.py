"""Looks at a model in training: can it read what no language model can guess, or is it blind?"""

import random
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name everyone reads
from torch import Tensor
from transformers import DynamicCache

from pretrain import scores, tokenizer
from pretrain.batches import prompt_ids
from pretrain.documents.crops import CropPlan, Sample, TextKind, draw_crop
from pretrain.documents.prompts import QUESTIONS
from pretrain.documents.wear import Wear
from pretrain.fonts import FontFile
from pretrain.model import LATENTS
from pretrain.reader import Inputs, Reader, Weights

GATE_SEED = "gate"


@dataclass(frozen=True, slots=True)
class GateScores:
    """What a gate measures.

    Attributes:
        digits_cer: character error rate on eight random digits.
        noise_cer: the same on random strings of the level's length.
        natural_cer: the same on words, names and numbers.
        latent_cosine: mean cosine between latents of one image; 1 means collapsed.
        latent_spread: how far a latent's value changes with the image, as a share of its length.
    """

    digits_cer: float
    noise_cer: float
    natural_cer: float
    latent_cosine: float
    latent_spread: float


def draw_test(
    fonts: tuple[FontFile, ...],
    shape: tuple[int, int],
    kind: TextKind,
    count: int,
    wear: Wear = Wear.NONE,
) -> list[Sample]:
    """Draw test crops of one shape: held-out text, its own seed, the same at every call."""
    rows, columns = shape
    em_px = (14, 30) if rows > 2 else (15, 24)
    plan = CropPlan(
        rows,
        columns,
        fonts,
        wear,
        smallest_em_px=em_px[0],
        largest_em_px=em_px[1],
        held_out=True,
        kind=kind,
    )
    name = f"{GATE_SEED}/{kind.value}/{rows}x{columns}/{wear.value}"
    return [draw_crop(plan, random.Random(f"{name}/{index}")) for index in range(count)]


@torch.no_grad()
def greedy(reader: Reader, latents: Tensor, question: str, most_tokens: int) -> list[str]:
    """Answer one question about each of ``(B, LATENTS, width)`` visual tokens, most likely first.

    Returns:
        ``B`` answers without the closing token.
    """
    count, device = len(latents), latents.device
    ids = torch.tensor(prompt_ids(question, 1, LATENTS), device=device).expand(count, -1)
    embed = reader.model.get_input_embeddings()
    here = embed(ids)
    at = (ids == tokenizer.special(tokenizer.IMAGE))[..., None].expand_as(here)
    here = here.masked_scatter(at, latents.to(here.dtype))
    cache = DynamicCache(config=reader.model.config.text_config)
    end = tokenizer.special(tokenizer.END)
    found: list[Tensor] = []
    ended = torch.zeros(count, dtype=torch.bool, device=device)
    for _ in range(most_tokens):
        hidden = reader.model.model.text_model(
            inputs_embeds=here, past_key_values=cache, use_cache=True
        )
        best = reader.model.lm_head(hidden.last_hidden_state[:, -1:]).argmax(-1)  # (B, 1)
        found.append(best.masked_fill(ended[:, None], end))
        ended |= best[:, 0] == end
        if bool(ended.all()):
            break
        here = embed(best)
    rows = torch.cat(found, dim=1).tolist()
    return [tokenizer.decode_ids(row) for row in rows]


@torch.no_grad()
def read(reader: Reader, samples: list[Sample], most_tokens: int = 96) -> list[str]:
    """Ask the model to read samples that share one shape."""
    device = next(reader.parameters()).device
    pixels = torch.from_numpy(np.stack([sample.views[0].pixels for sample in samples])).to(device)
    latents = reader.latents(reader.features(pixels))
    return greedy(reader, latents, QUESTIONS[0], most_tokens)


@torch.no_grad()
def latent_shape(reader: Reader, samples: list[Sample]) -> tuple[float, float]:
    """Return (mean cosine between latents of an image, spread of a latent over images)."""
    device = next(reader.parameters()).device
    pixels = torch.from_numpy(np.stack([sample.views[0].pixels for sample in samples])).to(device)
    latents = reader.latents(reader.features(pixels)).float()  # (B, K, width)
    unit = F.normalize(latents, dim=-1)
    cosine = unit @ unit.transpose(1, 2)
    count = cosine.shape[1]
    off = (cosine.sum((1, 2)) - count) / (count * (count - 1))
    spread = latents.std(0).norm(dim=-1) / latents.norm(dim=-1).mean(0)
    return float(off.mean()), float(spread.mean())


def measure(reader: Reader, fonts: tuple[FontFile, ...], count: int = 24) -> GateScores:
    """Measure a reader as it is; the caller has put the averaged weights in."""
    cers = {}
    for kind, shape in (
        (TextKind.DIGITS8, (2, 10)),
        (TextKind.NOISE, (2, 16)),
        (TextKind.NATURAL, (2, 16)),
    ):
        samples = draw_test(fonts, shape, kind, count)
        cers[kind] = scores.cer(read(reader, samples), [sample.answer for sample in samples])
    cosine, spread = latent_shape(reader, samples)
    return GateScores(
        cers[TextKind.DIGITS8], cers[TextKind.NOISE], cers[TextKind.NATURAL], cosine, spread
    )


@torch.no_grad()
def swapped_loss(reader: Reader, inputs: Inputs) -> tuple[float, float]:
    """Return the answer loss with each sample's own image and with its neighbour's.

    A model that does not look has the same loss twice.
    """
    weights = Weights(patch=0.0, latent=0.0, guide=0.0, answer=1.0)
    swapped = replace(inputs, pixels=inputs.pixels.roll(1, 0))
    own, _ = reader(inputs, weights)
    other, _ = reader(swapped, weights)
    return float(own), float(other)
