"""The model with the heads that teach it: dense characters, cells, reading order, attention.

The heads are dropped when the model is saved; nothing here runs at inference.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name everyone reads
from torch import Tensor, nn

from pretrain import model
from pretrain.batches import CELL_SLOTS, IGNORE, ORDINALS, PATCH_SLOTS, Batch
from pretrain.tokenizer import CLASSES, IMAGE, special

EMPTY_WEIGHT = 0.2
"""Weight of "nothing here" in the character losses: most slots are empty."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each loss counts; 0 leaves its part of the model out of the step.

    Attributes:
        patch: characters, cell and reading position of each patch, behind the projection.
        latent: characters and reading position of each latent's own cell.
        guide: attention of latents on their own cell, and of answers on their source.
        answer: the answer's tokens.
    """

    patch: float = 1.0
    latent: float = 0.0
    guide: float = 0.0
    answer: float = 0.0

    @property
    def reads(self) -> bool:
        """Whether the perceiver takes part."""
        return self.latent > 0 or self.guide > 0 or self.answer > 0


@dataclass(frozen=True, slots=True)
class Inputs:
    """A :class:`Batch` on the device, pixels still uint8; ``cells`` is how many hold patches."""

    pixels: Tensor
    patch_classes: Tensor
    patch_ordinals: Tensor
    patch_cells: Tensor
    cell_classes: Tensor
    cell_ordinals: Tensor
    input_ids: Tensor
    positions: Tensor
    turns: Tensor
    labels: Tensor
    sources: Tensor
    cells: int


def to_device(batch: Batch, device: torch.device) -> Inputs:
    """Copy a batch's arrays to the device."""

    def move(array: np.ndarray[Any, Any]) -> Tensor:
        tensor = torch.from_numpy(array)
        if device.type == "cuda":
            tensor = tensor.pin_memory()
        return tensor.to(device, non_blocking=True)

    return Inputs(
        move(batch.pixels),
        move(batch.patch_classes),
        move(batch.patch_ordinals),
        move(batch.patch_cells),
        move(batch.cell_classes),
        move(batch.cell_ordinals),
        move(batch.input_ids),
        move(batch.positions),
        move(batch.turns),
        move(batch.labels),
        move(batch.sources),
        int(batch.patch_cells.max()) + 1,
    )


def normalise(pixels: Tensor) -> Tensor:
    """``(B, H, W, 3)`` uint8 to ``(B, 3, H, W)`` float32 in [-1, 1], as the processor does."""
    return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1.0


def own_turn(turns: Tensor) -> Tensor:
    """Return what lets a token see the picture and its own question, up to itself.

    Args:
        turns: ``(N, T)`` of :class:`Batch`.

    Returns:
        ``(N, 1, T, T)`` float32 to be added to attention's scores: 0, or the lowest number.
    """
    length = turns.shape[1]
    before = torch.ones(length, length, dtype=torch.bool, device=turns.device).tril()
    seen = (turns[:, None, :] == 0) | (turns[:, None, :] == turns[:, :, None])  # (N, query, key)
    hidden = ~(seen & before)[:, None]
    return torch.zeros(hidden.shape, device=turns.device).masked_fill(
        hidden, torch.finfo(torch.float32).min
    )


def slot_loss(logits: Tensor, classes: Tensor) -> Tensor:
    """Cross-entropy of characters in slots, empty slots counted less.

    Args:
        logits: ``(..., slots * CLASSES)``.
        classes: ``(..., slots)`` int64.
    """
    weight = torch.ones(CLASSES, device=logits.device)
    weight[0] = EMPTY_WEIGHT
    return F.cross_entropy(logits.float().reshape(-1, CLASSES), classes.reshape(-1), weight=weight)


def share(right: Tensor, counted: Tensor) -> Tensor:
    """Share of what counts that is right, in [0, 1]; nothing is fetched from a device for it.

    Args:
        right: bool, what is right.
        counted: bool of the same shape, what counts.
    """
    return (right & counted).sum() / counted.sum()


def slot_accuracy(logits: Tensor, classes: Tensor) -> Tensor:
    """Share of filled slots whose character is right, in [0, 1]."""
    found = logits.detach().reshape(*classes.shape, CLASSES).argmax(-1)
    return share(found == classes, classes > 0)


def known_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy where the target is not negative; 0 when it always is."""
    flat = target.reshape(-1)
    total = F.cross_entropy(
        logits.float().reshape(len(flat), -1), flat, ignore_index=-1, reduction="sum"
    )
    return total / (flat >= 0).sum().clamp(min=1)


class Reader(nn.Module):
    """Idefics2 plus teaching heads.

    Args:
        net: the stock model.
        guided_heads: how many attention heads of each guided layer are held to their place; the
            others stay free.
    """

    def __init__(self, net: Any, guided_heads: int = 2) -> None:
        super().__init__()
        self.model = net
        width = net.config.text_config.hidden_size
        self.guided_heads = guided_heads
        self.patch_characters = nn.Linear(width, PATCH_SLOTS * CLASSES)
        self.patch_cell = nn.Linear(width, model.LATENTS)
        self.patch_ordinal = nn.Linear(width, ORDINALS)
        self.latent_characters = nn.Linear(width, CELL_SLOTS * CLASSES)
        self.latent_ordinal = nn.Linear(width, ORDINALS)

    def features(self, pixels: Tensor) -> Tensor:
        """``(B, H, W, 3)`` uint8 to projected patch features ``(B, P, width)``."""
        vision = self.model.model.vision_model(pixel_values=normalise(pixels))
        projected: Tensor = self.model.model.connector.modality_projection(vision.last_hidden_state)
        return projected

    def latents(self, features: Tensor) -> Tensor:
        """``(B, P, width)`` to visual tokens ``(B, model.LATENTS, width)``."""
        everything = torch.ones(features.shape[:2], dtype=torch.long, device=features.device)
        tokens: Tensor = self.model.model.connector.perceiver_resampler(
            context=features, attention_mask=everything
        )
        return tokens

    def answer_logits(self, latents: Tensor, inputs: Inputs) -> Tensor:
        """Visual tokens put in their places, then the decoder: ``(N, T, vocabulary)``."""
        embedded = self.model.get_input_embeddings()(inputs.input_ids)
        at = (inputs.input_ids == special(IMAGE))[..., None].expand_as(embedded)
        embedded = embedded.masked_scatter(at, latents.to(embedded.dtype))
        hidden = self.model.model.text_model(
            inputs_embeds=embedded,
            attention_mask=own_turn(inputs.turns),
            position_ids=inputs.positions,
            use_cache=False,
        )
        logits: Tensor = self.model.lm_head(hidden.last_hidden_state)
        return logits

    @contextmanager
    def watching(self) -> Generator[dict[str, Tensor]]:
        """Collect the attention weights of the guided layers while open.

        The perceiver's first layer and the decoder's middle two; all must run "eager" attention.
        """
        text = self.model.model.text_model.layers
        middle = len(text) // 2
        watched = {
            "latent": self.model.model.connector.perceiver_resampler.layers[0].self_attn,
            "answer": text[middle - 1].self_attn,
            "answer_again": text[middle].self_attn,
        }
        seen: dict[str, Tensor] = {}

        def keep(name: str) -> Any:
            def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
                seen[name] = output[1]

            return hook

        hooks = [module.register_forward_hook(keep(name)) for name, module in watched.items()]
        try:
            yield seen
        finally:
            for hook in hooks:
                hook.remove()

    def forward(self, inputs: Inputs, weights: Weights) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the weighted loss and the parts of it, each a scalar, with accuracies."""
        parts: dict[str, Tensor] = {}
        features = self.features(inputs.pixels)
        total = features.new_zeros((), dtype=torch.float32)
        if weights.patch > 0:
            total = total + weights.patch * self._patch_loss(features, inputs, parts)
        if not weights.reads:
            return total, parts
        with self.watching() as seen:
            latents = self.latents(features)
            if weights.latent > 0:
                total = total + weights.latent * self._latent_loss(latents, inputs, parts)
            if weights.answer > 0:
                logits = self.answer_logits(latents, inputs)
                total = total + weights.answer * self._answer_loss(logits, inputs, parts)
        if weights.guide > 0:
            total = total + weights.guide * self._guide_loss(seen, inputs, parts)
        return total, parts

    def _patch_loss(self, features: Tensor, inputs: Inputs, parts: dict[str, Tensor]) -> Tensor:
        logits = self.patch_characters(features)
        cells = self.patch_cell(features)
        own = inputs.patch_cells.expand(features.shape[:2])
        characters = slot_loss(logits, inputs.patch_classes)
        cell = known_loss(cells, own)
        ordinal = known_loss(self.patch_ordinal(features), inputs.patch_ordinals)
        parts["patch_characters"], parts["patch_cell"] = characters.detach(), cell.detach()
        parts["patch_ordinal"] = ordinal.detach()
        parts["patch_accuracy"] = slot_accuracy(logits, inputs.patch_classes)
        parts["cell_accuracy"] = (cells.detach().argmax(-1) == own).float().mean()
        return characters + 0.5 * cell + 0.2 * ordinal

    def _latent_loss(self, latents: Tensor, inputs: Inputs, parts: dict[str, Tensor]) -> Tensor:
        used = latents[:, : inputs.cells]
        classes = inputs.cell_classes[:, : inputs.cells]
        logits = self.latent_characters(used)
        characters = slot_loss(logits, classes)
        ordinal = known_loss(self.latent_ordinal(used), inputs.cell_ordinals[:, : inputs.cells])
        parts["latent_characters"], parts["latent_ordinal"] = characters.detach(), ordinal.detach()
        parts["latent_accuracy"] = slot_accuracy(logits, classes)
        return characters + 0.3 * ordinal

    def _answer_loss(self, logits: Tensor, inputs: Inputs, parts: dict[str, Tensor]) -> Tensor:
        target = inputs.labels.reshape(-1)
        loss = F.cross_entropy(logits.float().flatten(0, 1), target, ignore_index=IGNORE)
        parts["answer"] = loss.detach()
        found = logits.detach().argmax(-1)
        parts["answer_accuracy"] = share(found == inputs.labels, inputs.labels != IGNORE)
        return loss

    def _guide_loss(
        self, seen: dict[str, Tensor], inputs: Inputs, parts: dict[str, Tensor]
    ) -> Tensor:
        """-log of the attention that falls where it should, for the guided heads.

        Guided attention as in arXiv 1710.08969, with the places known instead of assumed.
        """
        patches = inputs.patch_cells.shape[0]
        own = F.one_hot(inputs.patch_cells, model.LATENTS).T.to(torch.float32)  # (K, P)
        mean = seen["latent"][:, : self.guided_heads, :, :patches].float().mean(1)  # (B, K, P)
        mass = (mean * own).sum(-1)
        mass = mass[:, : inputs.cells]
        loss = -(mass + 1e-6).log().mean()
        parts["latent_own_attention"] = mass.detach().mean()
        known = inputs.sources >= 0
        source = inputs.sources.clamp(min=0)[..., None]
        for name in ("answer", "answer_again"):
            if name in seen:
                weights = seen[name][:, : self.guided_heads].float().mean(1)  # (N, T, T)
                hit = weights.gather(2, source)[..., 0]
                many = known.sum().clamp(min=1)
                loss = loss - ((hit + 1e-6).log() * known).sum() / many
                parts[f"{name}_attention"] = (hit.detach() * known).sum() / many
        return loss

    @classmethod
    def fresh(cls, preset: str, seed: int) -> "Reader":
        """Build model and heads from nothing; the same weights for the same seed."""
        reader = cls(model.build(model.PRESETS[preset], seed))
        for index, head in enumerate(reader.heads):
            model.initialise(head, seed + 1 + index)
        return reader

    @property
    def heads(self) -> tuple[nn.Linear, ...]:
        """The teaching heads."""
        return (
            self.patch_characters,
            self.patch_cell,
            self.patch_ordinal,
            self.latent_characters,
            self.latent_ordinal,
        )

    def see(self, learning: bool) -> None:
        """Let the vision transformer and the projection learn, or hold them still."""
        core = self.model.model
        for part in (core.vision_model, core.connector.modality_projection):
            part.requires_grad_(learning)

    @torch.no_grad()
    def warm_start(self) -> None:
        """Give the latents' character head what the patches' head has learned."""
        shared = PATCH_SLOTS * CLASSES
        self.latent_characters.weight[:shared] = self.patch_characters.weight
        self.latent_characters.bias[:shared] = self.patch_characters.bias
        self.latent_ordinal.weight.copy_(self.patch_ordinal.weight)
        self.latent_ordinal.bias.copy_(self.patch_ordinal.bias)
