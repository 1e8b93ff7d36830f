"""How long another tuned version takes, against loading the model with it; and that both are equal.

Two adapters as the quick preset makes them, with random numbers, are put on in turn. A round is
one load and one switch for each; the answers' logits must be the same bit by bit.

    python -m benchmarks.switching [--model DIR] [--rounds N]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch

from finetune import plan
from finetune.attach import attach
from finetune.base_model import load_base, place
from finetune.fingerprint import base_fingerprint
from finetune.saving import save_adapter
from vlm import amounts, device, loader, models
from vlm.cancel import returned
from vlm.loader import LoadedModel

IDS = torch.arange(5, 37)[None]


def make(base: Path, folder: Path, seed: int) -> Path:
    """Save an adapter of random numbers."""
    quick = plan.preset("quick", folder.name, str(base), base_fingerprint(base))
    wrapped = attach(load_base(base, place("float32", "cpu")).model, quick)
    chance = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in wrapped.parameters():
            if weight.requires_grad:
                weight.add_(torch.randn(weight.shape, generator=chance), alpha=0.02)
    save_adapter(wrapped, folder)
    return folder


def logits(found: LoadedModel) -> torch.Tensor:
    """Return what the model makes of a short text, through the engine's own decoder."""
    decoder = found.family.decoder(found.model)
    with torch.inference_mode():
        ids = IDS[0].to(found.model.device)
        return decoder.extend(decoder.start(), decoder.embed(ids)).clone()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=models.default_folder())
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    base: Path = given.model
    placement = device.choose()
    loads: list[float] = []
    switches: list[float] = []
    backs: list[float] = []
    with tempfile.TemporaryDirectory() as work:
        pair = [make(base, Path(work) / name, seed) for seed, name in enumerate(("one", "two"))]
        held = returned(loader.load(base, None, placement))
        plain = logits(held)
        for _ in range(given.rounds):
            for adapter in pair:
                start = time.perf_counter()
                fresh = returned(loader.load(base, str(adapter), placement))
                loads.append(time.perf_counter() - start)
                start = time.perf_counter()
                held = returned(loader.switch(held, str(adapter)))
                switches.append(time.perf_counter() - start)
                assert torch.equal(logits(fresh), logits(held)), "the answers differ"
            start = time.perf_counter()
            held = returned(loader.switch(held, None))
            backs.append(time.perf_counter() - start)
            assert torch.equal(logits(held), plain), "the base is not what it was"
    size = sum(weight.nbytes for weight in held.model.parameters())
    print(f"{base.name}, {amounts.size(size)} of weights, on the {placement.device}")
    _row("loaded with the version", loads, loads)
    _row("switched to the version", switches, loads)
    _row("back to the model as it came", backs, loads)


def _row(name: str, seconds: list[float], against: list[float]) -> None:
    middle = statistics.median(seconds)
    times = statistics.median(against) / middle
    print(f"{name:<30} {middle * 1000:8.0f} ms  {times:6.1f} x as fast as loading")


if __name__ == "__main__":
    main()
