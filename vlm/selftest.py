"""Asks a model about two pictures of our own that differ, and says when it does not look at them.

Two short questions, a picture in one view each; nothing is generated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from vlm.decoder import Decoder
from vlm.families.family import Family, Pictures, Sheet
from vlm.loader import LoadedModel
from vlm.prompt import build

QUESTION = "What is the total?"
TOTALS = ("3", "8")
"""What the two pictures say; a digit, so that an answer's first token tells them apart."""

SHEET = Sheet(2.5, 1.0, 100.0)
"""The pictures' size; the print is as large as a headline."""

SAME = 1e-3
"""Least difference of the next token's scores, in their standard deviations, that is one."""

CHEAP = 500_000_000
"""Up to so many numbers, a model is examined before its first answer, else when there is time."""

BLIND = (
    "This model does not look at the page: its answer stays the same whatever the page shows. "
    "Choose another model."
)
BROKEN = "This model computes nothing usable here. Fetch it again, or choose another one."
UNREADING = (
    "This model could not tell two large numbers apart in a test picture. Check its answers "
    "against the page."
)


@dataclass(frozen=True, slots=True)
class Found:
    """What two pictures changed.

    Attributes:
        difference: Largest difference of the next token's scores, in their standard deviations.
        preference: How much more, in nats, each picture's own number is expected with it than
            with the other picture.
    """

    difference: float
    preference: float

    @property
    def note(self) -> str:
        """A sentence for people; "" when there is nothing to say."""
        if not (self.difference == self.difference and abs(self.difference) != float("inf")):
            return BROKEN
        if self.difference < SAME:
            return BLIND
        return "" if self.preference > 0 else UNREADING


class SelfTest:
    """Examines a loaded model once.

    Args:
        loaded: The model.
        decoder: Its text model.
    """

    def __init__(self, loaded: LoadedModel, decoder: Decoder) -> None:
        self._loaded = loaded
        self._decoder = decoder
        self._found: Found | None = None
        self._off = False

    @property
    def is_due(self) -> bool:
        """Whether it was not examined yet."""
        return self._found is None and not self._off

    @property
    def is_cheap(self) -> bool:
        """Whether examining it takes no time that anybody would notice."""
        return self._loaded.info.parameters <= CHEAP

    @property
    def note(self) -> str:
        """What a person should know of the model; "" for nothing, or while it is not known."""
        return self._found.note if self._found is not None else ""

    def skip(self) -> None:
        """Never examine it."""
        self._off = True

    def run(self) -> None:
        """Examine it, if it is due."""
        if self.is_due:
            self._found = examine(self._loaded, self._decoder)


@torch.inference_mode()
def examine(loaded: LoadedModel, decoder: Decoder) -> Found:
    """Compare the scores of the first token of an answer about two pictures."""
    one, other = (_scores(loaded, decoder, total) for total in TOTALS)
    spread = torch.cat([one, other]).std().clamp_min(1e-6)
    difference = float((one - other).abs().max() / spread)
    first, second = (_tokens(loaded.processor, total) for total in TOTALS)
    preference = _margin(one, first, second) + _margin(other, second, first)
    return Found(difference, preference)


def picture(total: str, width: int, height: int, canvas: tuple[int, int]) -> Any:
    """Draw "Total 3" as a model is shown a page: white, the print top left in its canvas."""
    image = Image.new("RGB", canvas, "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=max(8, height // 3))
    pen.text((width // 10, height // 4), f"Total: {total}", fill="black", font=font)
    return image


def _scores(loaded: LoadedModel, decoder: Decoder, total: str) -> Tensor:
    """Return the scores ``(vocab,)`` float32 of the answer's first token."""
    family: Family = loaded.family
    model, processor = loaded.model, loaded.processor
    layout = family.plan(processor, SHEET, splitting=False)
    seen = tuple(
        family.encode(
            model,
            family.pixels(processor, picture(total, tile.width, tile.height, tile.canvas)),
        )
        for tile in layout.tiles
    )
    prompt = build(family, processor, layout, QUESTION)
    sequence = family.begin(model, processor, decoder, prompt, Pictures((layout,), seen))
    ids = torch.tensor(prompt.ids[prompt.prefix :], device=seen[0].device)
    return decoder.extend(sequence, decoder.embed(ids)).float()


def _tokens(processor: Any, total: str) -> list[int]:
    """Return the ids with which an answer that is this number may begin."""
    found: set[int] = set()
    for text in (total, f" {total}"):
        ids = processor.tokenizer(text, add_special_tokens=False)["input_ids"]
        words = [processor.tokenizer.decode([one]).strip() for one in ids]
        found.update(one for one, word in zip(ids, words, strict=True) if word == total)
    return sorted(found)


def _margin(scores: Tensor, right: list[int], wrong: list[int]) -> float:
    """Return how much likelier the right number is, in nats; 0 where no token is a number."""
    if not right or not wrong:
        return 0.0
    logs = scores.log_softmax(0)
    return float(logs[right].logsumexp(0) - logs[wrong].logsumexp(0))
