"""What 8 bits cost in ANLS and character errors, and how many passes drafts save.

Run with `python -m benchmarks.reading`. The model that ships with the program reads held-out drawn
lines and fields; their words are the text layer that drafts guess from. Drafts must not change a
token, which is asserted.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from PIL import Image

from pretrain import fonts, testset
from pretrain.documents.crops import Sample, TextKind
from pretrain.scores import anls, cer
from vlm import models
from vlm.cancel import returned
from vlm.decode import generate, rules_of
from vlm.decoder import text_model
from vlm.device import Placement
from vlm.drafts import Drafts, Places
from vlm.families.family import Layout, Pictures, Tile
from vlm.llama import LlamaDecoder
from vlm.llama_room import LlamaSequence
from vlm.loader import LoadedModel, load
from vlm.precision import drift
from vlm.prompt import build
from vlm.types import WHOLE_PAGE

MOST_TOKENS = 96
EXACT = Placement("cpu", torch.float32, torch.float32, "To compare.")


class Counted(LlamaDecoder):
    """Counts how often it is called after the prompt; in 8 bits, a call writes several tokens."""

    passes = 0

    def room(self, sequence: LlamaSequence, end: int, like: torch.Tensor) -> torch.Tensor:
        """Make room, which every call asks for once, and count."""
        self.passes += 1
        return super().room(sequence, end, like)


@dataclass
class Way:
    """One way to write the same answers, and what came of it."""

    name: str
    decoder: Counted
    drafts: bool
    texts: list[str] = field(default_factory=list[str])
    ids: list[list[int]] = field(default_factory=list[list[int]])
    passes: list[int] = field(default_factory=list[int])
    seconds: float = 0.0


def samples(count: int) -> dict[str, list[Sample]]:
    """Draw lines and fields that no stage of training has seen."""
    clean, degraded, *_ = testset.conditions(fonts.load(None))
    return {
        "lines, clean": testset.lines(clean, TextKind.NATURAL, count),
        "lines, degraded": testset.lines(degraded, TextKind.NATURAL, count),
        "fields in a crop, clean": testset.forms(clean, count),
    }


def loaded_model() -> LoadedModel:
    """Load the model that ships with the program."""
    folder = models.default_folder()
    if folder is None:
        sys.exit("No model comes with the program here.")
    return returned(load(Path(folder), None, EXACT))


def write(loaded: LoadedModel, sample: Sample, ways: Sequence[Way]) -> None:
    """Let every way answer a sample's question, one after the other."""
    model, processor, family = loaded.model, loaded.processor, loaded.family
    image = Image.fromarray(sample.views[0].pixels)
    tile = Tile("Whole", WHOLE_PAGE, *image.size, image.size)
    layout = Layout((tile,), 1, 0, 0, processor.image_seq_len)
    prompt = build(family, processor, layout, sample.question)
    tokenizer = processor.tokenizer
    with torch.inference_mode():
        features = family.encode(model, family.pixels(processor, image))
    for way in ways:
        words = Places()
        words.add(tokenizer(" ".join(sample.text.split()), add_special_tokens=False)["input_ids"])
        with torch.inference_mode():
            pictures = Pictures((layout,), (features,))
            sequence = family.begin(model, processor, way.decoder, prompt, pictures)
            rest = way.decoder.embed(torch.tensor(prompt.ids[prompt.prefix :]))
            logits = way.decoder.extend(sequence, rest)
        before = way.decoder.passes
        start = time.process_time()
        guesses = Drafts(partial(list, [words])) if way.drafts else None
        rules = rules_of(model, tokenizer)
        tokens = generate(
            way.decoder, sequence, logits, rules, list(prompt.ids), MOST_TOKENS, guesses
        )
        ids = [token.id for token in tokens]
        way.seconds += time.process_time() - start
        way.passes.append(way.decoder.passes - before)
        way.ids.append(ids)
        way.texts.append(str(tokenizer.decode(ids, skip_special_tokens=True)).strip())


def moved(exact: LlamaDecoder, reduced: LlamaDecoder) -> float:
    """Return how far 8 bits move the probabilities of a probe text, as `vlm.precision` does."""
    with torch.inference_mode():
        ids = torch.arange(1, 65) * 7919 % exact.vocabulary
        both = [one.extend_all(one.start(), one.embed(ids)) for one in (exact, reduced)]
    return drift(both[0], both[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=36, help="samples of each kind")
    count = parser.parse_args().count
    torch.set_num_threads(1)
    loaded = loaded_model()
    exact = Counted(text_model(loaded.model))
    reduced = Counted(text_model(loaded.model))
    reduced.shrink()
    print(f"{loaded.info.name}, {count} samples a kind, 1 thread")
    print(f"8 bits move a probe text by {moved(exact, reduced):.5f} nats a token")
    print(f"{'':<26}{'way':<24}{'CER':>7}{'ANLS':>7}{'tokens':>8}{'passes':>8}{'CPU s':>8}")
    for kind, drawn in samples(count).items():
        ways = [
            Way("exact", exact, drafts=False),
            Way("exact, drafts", exact, drafts=True),
            Way("8 bits", reduced, drafts=False),
        ]
        for sample in drawn:
            write(loaded, sample, ways)
        assert ways[0].ids == ways[1].ids, "drafts changed a token"
        wanted = [sample.answer for sample in drawn]
        for way in ways:
            report(kind, way, wanted)
            kind = ""
        right = [text == one for text, one in zip(ways[0].texts, wanted, strict=True)]
        for way in ways[:2]:
            tokens = sum(len(ids) - 1 for ids, one in zip(way.ids, right, strict=True) if one)
            passes = sum(count for count, one in zip(way.passes, right, strict=True) if one)
            name = f"{way.name}, if right"
            print(f"{'':<26}{name:<24}{'':>7}{'':>7}{tokens:>8}{passes:>8}")


def report(kind: str, way: Way, wanted: list[str]) -> None:
    """Print a row: errors and similarity, tokens after the first, passes, processor seconds."""
    errors, score = cer(way.texts, wanted), anls(way.texts, [[one] for one in wanted])
    tokens = sum(map(len, way.ids)) - len(way.ids)  # the first comes with the prompt
    numbers = f"{errors:>7.3f}{score:>7.3f}{tokens:>8}{sum(way.passes):>8}{way.seconds:>8.2f}"
    print(f"{kind:<26}{way.name:<24}{numbers}")


if __name__ == "__main__":
    main()
