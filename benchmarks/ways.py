"""The ways to ask that the engine's benchmark compares: plain, by hand, and the program's own."""

from __future__ import annotations

import copy
import threading
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForImageTextToText, DynamicCache
from transformers.modeling_outputs import BaseModelOutputWithPooling

from benchmarks.floor import Text
from benchmarks.page import Page, question
from vlm import repetition, views
from vlm.device import Placement
from vlm.engine import Engine
from vlm.families import FAMILIES
from vlm.llama import LlamaDecoder
from vlm.llama_room import LlamaSequence
from vlm.prompt import build as build_prompt
from vlm.protocol import Answered, Ask, AskAll, Done, Failed, Load, Look, Typing
from vlm.seeing import Sight
from vlm.types import WHOLE_PAGE, Answer, PageRef, Precision

NEVER = threading.Event()
ENDLESS = 10**9
"""More tokens than any answer here has."""

EXACT = Placement("cpu", torch.float32, torch.float32, "To compare.")


class Plain:
    """The same question through transformers alone, on the same pixels."""

    def __init__(self, folder: Path) -> None:
        self.model: Any = AutoModelForImageTextToText.from_pretrained(
            str(folder), local_files_only=True, dtype=torch.float32
        )
        self.model.requires_grad_(False)
        never_ends(self.model)
        self.family = FAMILIES["idefics2"]
        self.processor = self.family.processor(folder, self.model.config)
        self.pages = Page()
        self.sheet = views.sheet_of(self.pages.size, WHOLE_PAGE, 0, ())
        self.layout = self.family.plan(self.processor, self.sheet, splitting=True)
        self.whole = self.family.plan(self.processor, self.sheet, splitting=False)
        self.images = self._drawn(question("").page, self.layout)
        self.cache: Any = None
        self.prefix = 0

    def _drawn(self, page: PageRef, layout: Any) -> list[Any]:
        return [
            views.draw(self.pages, page, None, self.sheet, layout, tile).image
            for tile in layout.tiles
        ]

    def _ids(self, text: str, layout: Any = None) -> torch.Tensor:
        prompt = build_prompt(self.family, self.processor, layout or self.layout, text)
        self.prefix = prompt.prefix
        return torch.tensor([prompt.ids])

    def own_tokens(self, text: str) -> int:
        """Count the tokens of a question that follow the page."""
        return self._ids(text).shape[1] - self.prefix

    def _generate(self, ids: torch.Tensor, images: list[Any], tokens: int) -> list[int]:
        inputs = self.processor.image_processor([images], return_tensors="pt")
        out = self.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            **inputs,
            max_new_tokens=tokens,
            do_sample=False,
        )
        return list(map(int, out[0, ids.shape[1] :]))

    def generate(self, text: str, tokens: int) -> list[int]:
        """Ask without reuse, as documentation shows it."""
        return self._generate(self._ids(text), self.images, tokens)

    def generate_whole(self, text: str, page: int) -> list[int]:
        """Ask for one token about one of many pages, not split."""
        images = self._drawn(question("", page=page).page, self.whole)
        return self._generate(self._ids(text, self.whole), images, 1)

    def look(self) -> Any:
        """Encode the page's views, together as documentation shows it."""
        inputs = self.processor.image_processor([self.images], return_tensors="pt")
        with torch.no_grad():
            return self.model.get_image_features(**inputs, return_dict=True).pooler_output

    def remember(self) -> None:
        """Encode and prefill once, for `reuse`."""
        ids = self._ids("?")
        with torch.no_grad():
            all_views: Any = [torch.cat(list(self.look()))]
            features = BaseModelOutputWithPooling(pooler_output=all_views)
            self.cache = DynamicCache(config=self.model.config)
            prefix = ids[:, : self.prefix]
            self.model(
                input_ids=prefix,
                attention_mask=torch.ones_like(prefix),
                mm_encoder_outputs={"image": features},
                past_key_values=self.cache,
                use_cache=True,
                logits_to_keep=1,
            )

    def reuse(self, text: str, tokens: int) -> list[int]:
        """Ask with a copy of the prefix's cache: the best that transformers offers by hand."""
        ids = self._ids(text)
        out = self.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            past_key_values=copy.deepcopy(self.cache),
            max_new_tokens=tokens,
            do_sample=False,
        )
        return list(map(int, out[0, ids.shape[1] :]))


class Ours:
    """The program's engine.

    Args:
        folder: Of the model.
        precision: How exactly it writes; "fast" in 8 bits, whether or not that is faster here.
        keep: Whether pages are kept on disk.
    """

    def __init__(self, folder: Path, precision: Precision, keep: bool | None = None) -> None:
        self.engine = Engine(Page(), 2**28, lambda _: EXACT)
        request = Load(0, str(folder), precision=precision, keep_pages=keep)
        for event in self.engine.load(request, NEVER):
            assert not isinstance(event, Failed), event
        never_ends(self.sight.loaded.model)
        repetition.LETTERS = repetition.TOKENS = ENDLESS  # random weights may write one letter only
        decoder = self.sight.decoder
        if precision == "fast" and isinstance(decoder, LlamaDecoder) and decoder.exact:
            decoder.shrink()
        self.sight.selftest.skip()  # it would count as part of the first question
        # Guesses from earlier answers would make repeated ones cheap.
        self.sight.drafts = lambda *_: None  # type: ignore[method-assign]

    @property
    def sight(self) -> Sight:
        """What sees pages."""
        sight = self.engine.sight
        assert sight is not None
        return sight

    def forget(self) -> None:
        """Drop all pages."""
        self.sight.forget()

    def look(self, page: int = 0, splitting: bool = True) -> None:
        """See a page before the question, as while a person reads it."""
        seen = Look(1, question("", page=page).page, WHOLE_PAGE, splitting)
        for event in self.engine.look(seen, NEVER):
            assert not isinstance(event, Failed), event

    def ask(self, text: str, tokens: int, page: int = 0, splitting: bool = True) -> Answer:
        """Ask."""
        asked = question(text, tokens, page, splitting)
        for event in self.engine.ask(Ask(2, asked), NEVER):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("no answer")

    def typed(self, text: str, paused: bool = False) -> None:
        """Read a question while it is typed: without its last word, or after a pause with it."""
        known = text if paused else text[: text.rindex(" ") + 1]
        for event in self.engine.typing(Typing(4, question(known), paused), NEVER):
            assert not isinstance(event, Failed), event

    def ask_all(self, texts: list[str], tokens: int) -> list[str]:
        """Ask several questions of the page at once."""
        asked = tuple(question(text, tokens) for text in texts)
        found: dict[int, str] = {}
        for event in self.engine.ask_all(AskAll(3, asked), NEVER):
            if isinstance(event, Answered):
                found[event.index] = event.answer.text
        return [found[index] for index in range(len(texts))]

    def kept_bytes(self) -> int:
        """Return the memory of pages seen before."""
        return self.sight._kept.used_bytes  # pyright: ignore[reportPrivateUsage]

    def text(self) -> Text:
        """Return the sizes of the text model with a page before it."""
        decoder, head = self.sight.decoder, self.sight.loaded.model.lm_head.weight
        assert isinstance(decoder, LlamaDecoder)
        layers = sum(weight.numel() for layer in decoder.weights for weight in layer)
        sequences = self.sight._kept  # pyright: ignore[reportPrivateUsage]
        kept = [one for one, _ in sequences._values.values() if isinstance(one, LlamaSequence)]  # pyright: ignore[reportPrivateUsage]
        (sequence,) = kept
        return Text(layers + int(head.numel()), sequence.first(sequence.length).nbytes)


def never_ends(model: Any) -> None:
    """Let a model write as many tokens as it is asked for."""
    config = model.generation_config
    ends = config.eos_token_id
    config.suppress_tokens = list(ends) if isinstance(ends, list) else [ends]
