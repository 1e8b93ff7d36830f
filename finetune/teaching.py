"""What a batch of lessons costs: the loss on the answers' tokens, and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from finetune.lessons import IGNORED, Lesson, labels
from vlm.family_names import PARTS


def loss_sum(
    model: Any,
    image_token: int,
    lessons: Sequence[Lesson],
    features: Sequence[Tensor],
    noise: float,
) -> Tensor:
    """Return the sum of the answer tokens' losses, a float32 number with its gradient.

    Logits are only made where an answer token is predicted: a page's hundreds of visual tokens
    times a vocabulary of tens of thousands would be most of the memory.

    Args:
        model: Any of the families' models, wrapped in an adapter or not.
        image_token: The id that stands for one visual token.
        lessons: At least one.
        features: ``(visual tokens, hidden)`` for each lesson.
        noise: Strength of NEFTune's noise, 0 for none.

    Raises:
        ValueError: When features and image tokens do not fit.
    """
    logits, taught = _logits(model, image_token, lessons, features, noise)
    return functional.cross_entropy(logits, taught, reduction="sum")


@torch.no_grad()
def losses(
    model: Any, image_token: int, lessons: Sequence[Lesson], features: Sequence[Tensor]
) -> list[list[float]]:
    """Return the loss of each answer token of each lesson: the lower, the likelier its answer.

    Args:
        model: As for `loss_sum`, in evaluation mode.
        image_token: As for `loss_sum`.
        lessons: At least one.
        features: ``(visual tokens, hidden)`` for each lesson.

    Raises:
        ValueError: When features and image tokens do not fit.
    """
    logits, taught = _logits(model, image_token, lessons, features, 0.0)
    each = iter(functional.cross_entropy(logits, taught, reduction="none").tolist())
    return [list(itertools.islice(each, lesson.answer_tokens)) for lesson in lessons]


def _logits(
    model: Any,
    image_token: int,
    lessons: Sequence[Lesson],
    features: Sequence[Tensor],
    noise: float,
) -> tuple[Tensor, Tensor]:
    """Return float32 logits ``(answer tokens, vocab)`` and the ids that they should foretell.

    Lesson after lesson.
    """
    device = features[0].device
    longest = max(len(lesson.ids) for lesson in lessons)
    padding = lessons[0].ids[-1]  # any id but the image token's
    ids = torch.full((len(lessons), longest), padding)
    taught = torch.full((len(lessons), longest), IGNORED)
    for row, lesson in enumerate(lessons):
        ids[row, : len(lesson.ids)] = torch.tensor(lesson.ids)
        taught[row, : len(lesson.ids)] = torch.tensor(labels(lesson.ids, lesson.prompt))
    ids, following = ids.to(device), taught[:, 1:].to(device)
    embedded = _embed(model, ids, [len(lesson.ids) for lesson in lessons], noise)
    seen = torch.cat(list(features)).to(embedded.dtype)
    places = ids == image_token
    if int(places.sum()) != len(seen):
        raise ValueError(f"{int(places.sum())} image tokens but {len(seen)} features")
    embedded = embedded.masked_scatter(places[..., None], seen)
    # Padding is on the right, where causal attention never looks: no mask is needed.
    hidden = _text(model)(inputs_embeds=embedded, use_cache=False).last_hidden_state
    counted = following != IGNORED
    logits = model.lm_head(hidden[:, :-1][counted])  # (answer tokens, vocab)
    return logits.float(), following[counted]


def _text(model: Any) -> Any:
    (place,) = PARTS[model.config.model_type].text
    return model.get_submodule(place)


def _embed(model: Any, ids: Tensor, lengths: Sequence[int], noise: float) -> Tensor:
    """Embed ids ``(B, T)``; NEFTune's noise is uniform in ±noise/sqrt(length * hidden)."""
    embedded: Tensor = model.get_input_embeddings()(ids)
    if not (noise and model.training):
        return embedded
    spread = torch.tensor([noise / (n * embedded.shape[-1]) ** 0.5 for n in lengths])
    shape = embedded.shape
    drawn = torch.empty(shape, dtype=torch.float32).uniform_(-1, 1) * spread[:, None, None]
    return embedded + drawn.to(embedded)
