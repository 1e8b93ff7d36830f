"""Tuning against plain peft and the transformers Trainer: same model, rows, adapter and batches.

Every variant runs in a process of its own, one step at a time in turn, so that whatever else the
machine does falls on all alike; one thread each, CPU seconds, medians. Peak memory is the
process's. Run: ``python -m benchmarks.tuning [--rounds N] [--size tiny|cpu|desk]``; with
``--questions 4`` there are four about each page, as people ask of a receipt.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.stock import BATCH, trainer_steps

TEXT_ONLY = ("trainer", "plain", "fresh", "cached", "cached-lora", "trainer-lora")
THOROUGH = ("trainer", "thorough", "thorough-half")
"""With `--thorough` both sides adapt the vision encoder too and train the connector fully."""
WORDS = {
    "trainer": "peft DoRA + transformers Trainer",
    "trainer-lora": "peft LoRA + transformers Trainer",
    "plain": "ours, each row encoded for itself, 32 bits",
    "fresh": "ours, DoRA, pictures encoded each step",
    "cached": "ours, DoRA, features kept",
    "thorough": "ours, DoRA, vision and connector learn",
    "thorough-half": "the same with precision bfloat16",
    "cached-lora": "ours, LoRA, features kept",
}


def main() -> None:
    """Run the variants in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--size", choices=("tiny", "cpu", "desk"), default="desk")
    parser.add_argument("--thorough", action="store_true")
    parser.add_argument("--questions", type=int, default=1, choices=(1, 2, 4), help="of each page")
    parser.add_argument("--variant", choices=tuple(WORDS))
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    if arguments.variant:
        _child(arguments, arguments.rounds + 1)
        return
    with tempfile.TemporaryDirectory() as folder:
        _model(Path(folder), arguments.size)
        _print(_measure(Path(folder), arguments), arguments)


def _measure(folder: Path, arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    rounds = arguments.rounds
    command = [sys.executable, "-m", "benchmarks.tuning", "--folder", str(folder)]
    command += ["--thorough"] if arguments.thorough else []
    command += ["--questions", str(arguments.questions)]
    variants = THOROUGH if arguments.thorough else TEXT_ONLY
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    children = {
        variant: subprocess.Popen(
            [*command, "--rounds", str(rounds), "--variant", variant],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        for variant in variants
    }
    found: dict[str, dict[str, Any]] = {v: {"seconds": []} for v in variants}
    for number in range(rounds + 1):
        for variant, child in children.items():
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write("step\n")
            child.stdin.flush()
            told = json.loads(child.stdout.readline())
            found[variant]["peak"] = told["peak"]
            if number:  # the first step warms up
                found[variant]["seconds"].append(told["seconds"])
    for child in children.values():
        child.communicate()
    return found


def _print(found: dict[str, dict[str, Any]], arguments: argparse.Namespace) -> None:
    medians = {v: statistics.median(row["seconds"]) for v, row in found.items()}
    rounds = len(found["trainer"]["seconds"])
    print(
        f"Model: {arguments.size}; {BATCH} examples a step, {arguments.questions} of each page, "
        f"pages split into five views; {rounds} steps each"
    )
    print(f"{'':<42}{'examples/CPU-s':>15}{'x Trainer':>11}{'peak MB':>9}{'x Trainer':>11}")
    for variant in found:
        peak = found[variant]["peak"]
        print(
            f"{WORDS[variant]:<42}{BATCH / medians[variant]:>15.2f}"
            f"{medians['trainer'] / medians[variant]:>11.2f}{peak / 1e6:>9.0f}"
            f"{peak / found['trainer']['peak']:>11.2f}"
        )
    spread = {v: (min(row["seconds"]), max(row["seconds"])) for v, row in found.items()}
    if "cached" in medians:
        ours, theirs = medians["cached-lora"], medians["trainer-lora"]
        print(f"DoRA step / LoRA step, ours:    {medians['cached'] / ours:.3f}")
        print(f"DoRA step / LoRA step, Trainer: {medians['trainer'] / theirs:.3f}")
    for variant, (low, high) in spread.items():
        print(f"{variant}: {medians[variant]:.3f} CPU-s a step [{low:.3f}-{high:.3f}]")


def _model(folder: Path, size: str) -> None:
    from pretrain.model import PRESETS, build, build_processor

    chosen = PRESETS[size]
    build(chosen).save_pretrained(folder / "model")
    build_processor(chosen.longest_edge_px).save_pretrained(folder / "model")


def _child(arguments: argparse.Namespace, steps: int) -> None:
    """Take one step for every line on the input, and tell its CPU seconds."""
    import torch

    from finetune.trainer import peak_bytes

    torch.set_num_threads(1)
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    variant, folder = arguments.variant, arguments.folder
    if "trainer" in variant:
        taken = trainer_steps(folder, variant, steps, arguments)
    else:
        from benchmarks import tuning_ours

        taken = tuning_ours.steps(folder, variant, arguments.questions)
    for _ in sys.stdin:
        seconds = next(taken)
        peak = peak_bytes(torch.device("cpu"))
        output.write(json.dumps({"seconds": seconds, "peak": peak}) + "\n")
        output.flush()


if __name__ == "__main__":
    main()
