"""What lessons cost where a model needs more than visual tokens between its own: piece by piece.

A lesson is read as a question is answered: the pictures with the prompt's beginning, the rest of
the prompt, the answer. So what is taught is what asking will do, whatever the design.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from finetune.lessons import Lesson
from vlm.families.family import Pictures, Prompt
from vlm.loader import LoadedModel


def loss_sum(
    loaded: LoadedModel, lessons: Sequence[Lesson], features: Sequence[Tensor], noise: float
) -> Tensor:
    """Return the sum of the answer tokens' losses, a float32 number with its gradient.

    Args:
        loaded: The model, wrapped in an adapter or not.
        lessons: At least one.
        features: What `Family.encode` made of each lesson's tiles, one after the other.
        noise: Strength of NEFTune's noise, 0 for none.

    Raises:
        ValueError: When features and prompt do not fit, or the model keeps no keys and values.
    """
    decoder: Any = loaded.family.decoder(loaded.model)
    losses = [
        _loss(loaded, decoder, lesson, seen, noise)
        for lesson, seen in zip(lessons, features, strict=True)
    ]
    return torch.stack(losses).sum()


def _loss(loaded: LoadedModel, decoder: Any, lesson: Lesson, seen: Tensor, noise: float) -> Tensor:
    family, model, processor = loaded.family, loaded.model, loaded.processor
    ids, length = lesson.ids, lesson.prompt
    prefix = family.prefix(processor, list(ids[:length]))
    prompt = Prompt(ids, length, prefix, lesson.row.question)
    pictures = Pictures((lesson.layout,), (seen,))
    sequence = family.begin(model, processor, decoder, prompt, pictures)
    if sequence.length != prefix:
        raise ValueError(f"{sequence.length} tokens are kept instead of {prefix}")
    device = seen.device
    answer = torch.tensor(ids[length:], device=device)
    asked = torch.tensor(ids[prefix:length], device=device)
    logits = [decoder.read(sequence, _embed(model, decoder, asked, noise), 1)]
    if len(answer) > 1:
        said = _embed(model, decoder, answer[:-1], noise)
        logits.append(decoder.read(sequence, said, len(said)))
    return functional.cross_entropy(torch.cat(logits).float(), answer, reduction="sum")


def _embed(model: Any, decoder: Any, ids: Tensor, noise: float) -> Tensor:
    """Embed ids ``(T,)``; NEFTune's noise is uniform in ±noise/sqrt(T * hidden)."""
    embedded: Tensor = decoder.embed(ids)
    if not (noise and model.training):
        return embedded
    spread = noise / embedded.numel() ** 0.5
    drawn = torch.empty(embedded.shape, dtype=torch.float32).uniform_(-spread, spread)
    return embedded + drawn.to(embedded)
