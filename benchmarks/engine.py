"""How long a first and a second question take, against plain and hand-made transformers.

Run with `python -m benchmarks.engine`. The model (30 M parameters, random weights) and the page
are made here; nothing is fetched. Ways take turns in one process, equal tokens are asserted, and
times are medians: of the processor, which other programs disturb least, and of the wall clock.
"""

from __future__ import annotations

import copy
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForImageTextToText, DynamicCache
from transformers.modeling_outputs import BaseModelOutputWithPooling
from transformers.utils import logging

from benchmarks.page import FOLLOW_UPS, ROUNDS, TOKENS, Page, question
from pretrain.model import Preset, build, build_processor
from vlm import views
from vlm.device import Placement
from vlm.engine import Engine
from vlm.families import FAMILIES
from vlm.prompt import build as build_prompt
from vlm.protocol import Ask, Done, Failed, Load, Look
from vlm.types import WHOLE_PAGE, Answer

SIZE = Preset(384, 8, 6, 384, 5, 6, 1024, 2, longest_edge_px=768)
NEVER = threading.Event()

Rows = dict[str, list[tuple[float, float]]]
"""Processor and wall seconds of every call, by what was called."""


def checkpoint(folder: Path) -> None:
    """Save the model and its processor; it never ends an answer early."""
    model, processor = build(SIZE), build_processor(SIZE.longest_edge_px)
    end = processor.tokenizer.eos_token_id
    model.generation_config.suppress_tokens = [end]
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    print(f"{sum(weight.numel() for weight in model.parameters()) / 1e6:.1f} M parameters")


class Plain:
    """The same question through transformers alone, on the same pixels."""

    def __init__(self, folder: Path) -> None:
        self.model: Any = AutoModelForImageTextToText.from_pretrained(
            str(folder), local_files_only=True, dtype=torch.float32
        )
        self.family = FAMILIES["idefics2"]
        self.processor = self.family.processor(folder, self.model.config)
        pages = Page()
        self.page = question("").page
        sheet = views.sheet_of(pages.size, WHOLE_PAGE, 0, ())
        self.layout = self.family.plan(self.processor, sheet, splitting=True)
        self.images = [
            views.draw(pages, self.page, None, sheet, self.layout, tile).image
            for tile in self.layout.tiles
        ]
        self.cache: Any = None

    def _ids(self, text: str) -> torch.Tensor:
        prompt = build_prompt(self.family, self.processor, self.layout, text)
        self.prefix = prompt.prefix
        return torch.tensor([prompt.ids])

    def generate(self, text: str, tokens: int) -> list[int]:
        """Ask without reuse, as documentation shows it."""
        ids = self._ids(text)
        inputs = self.processor.image_processor([self.images], return_tensors="pt")
        out = self.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            **inputs,
            max_new_tokens=tokens,
            do_sample=False,
        )
        return list(map(int, out[0, ids.shape[1] :]))

    def remember(self) -> None:
        """Encode and prefill once, for `reuse`."""
        ids = self._ids("?")
        with torch.no_grad():
            inputs = self.processor.image_processor([self.images], return_tensors="pt")
            found = self.model.get_image_features(**inputs, return_dict=True).pooler_output
            all_views: Any = [torch.cat(list(found))]
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
    """The program's engine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        exact = Placement("cpu", torch.float32, torch.float32, "To compare.")
        self.engine = Engine(Page(), 2**28, lambda _: exact)
        self._loaded()

    def _loaded(self) -> None:
        for event in self.engine.load(Load(0, str(self.folder)), NEVER):
            assert not isinstance(event, Failed), event

    def forget(self) -> None:
        """Drop all pages."""
        sight = self.engine._sight  # pyright: ignore[reportPrivateUsage]
        assert sight is not None
        sight.forget()

    def look(self) -> None:
        """See the page before the question, as while a person reads it."""
        for event in self.engine.look(Look(1, question("").page), NEVER):
            assert not isinstance(event, Failed), event

    def ask(self, text: str, tokens: int) -> Answer:
        """Ask."""
        for event in self.engine.ask(Ask(2, question(text, tokens)), NEVER):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("no answer")


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Return processor and wall seconds of a call."""
    cpu, wall = time.process_time(), time.perf_counter()
    call()
    return time.process_time() - cpu, time.perf_counter() - wall


def main() -> None:
    """Measure and print the table."""
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        checkpoint(folder)
        plain, ours = Plain(folder), Ours(folder)
        plain.remember()
        compare(plain, ours)
        rows: Rows = {}
        for turn in range(ROUNDS):
            take_turns(plain, ours, f"What is number {turn}?", rows)
        report(rows)


def take_turns(plain: Plain, ours: Ours, text: str, rows: Rows) -> None:
    """Let every way answer the same question."""

    def measure(row: str, call: Callable[[str, int], object], tokens: int = 1) -> None:
        rows.setdefault(row, []).append(timed(lambda: call(text, tokens)))

    measure("first token, plain generate", plain.generate)
    ours.forget()
    measure("first token, ours, page not seen", ours.ask)
    ours.forget()
    ours.look()
    measure("first token, ours, page viewed", ours.ask)
    for _ in range(FOLLOW_UPS):
        measure("follow-up, reuse by hand", plain.reuse)
        measure("follow-up, ours", ours.ask)
    measure("follow-up + tokens, reuse by hand", plain.reuse, TOKENS + 1)
    measure("follow-up + tokens, ours", ours.ask, TOKENS + 1)


def compare(plain: Plain, ours: Ours) -> None:
    """Assert that all ways give the same tokens."""
    words = plain.processor.tokenizer
    for text in ("What is the total?", "And the date?"):
        expected = plain.generate(text, TOKENS)
        assert plain.reuse(text, TOKENS) == expected
        assert (
            ours.ask(text, TOKENS).text == words.decode(expected, skip_special_tokens=True).strip()
        )


def report(rows: Rows) -> None:
    """Print medians and ratios."""
    cpu = {row: statistics.median(one[0] for one in times) for row, times in rows.items()}
    wall = {row: statistics.median(one[1] for one in times) for row, times in rows.items()}
    print(f"{'':<38}{'CPU ms':>10}{'wall ms':>10}")
    for row in rows:
        print(f"{row:<38}{cpu[row] * 1e3:>10.1f}{wall[row] * 1e3:>10.1f}")
    hand = (cpu["follow-up + tokens, reuse by hand"] - cpu["follow-up, reuse by hand"]) / TOKENS
    own = (cpu["follow-up + tokens, ours"] - cpu["follow-up, ours"]) / TOKENS
    print(f"{'one more token, generate':<38}{hand * 1e3:>10.2f}")
    print(f"{'one more token, ours':<38}{own * 1e3:>10.2f}")
    follow_up = cpu["follow-up, ours"]
    print("ratios by processor time")
    print(f"  plain generate / follow-up    {cpu['first token, plain generate'] / follow_up:8.1f}")
    print(f"  reuse by hand / follow-up     {cpu['follow-up, reuse by hand'] / follow_up:8.1f}")
    print(
        f"  viewed page / follow-up       {cpu['first token, ours, page viewed'] / follow_up:8.2f}"
    )
    print(f"  decoding, generate / ours     {hand / own:8.1f}")


if __name__ == "__main__":
    main()
