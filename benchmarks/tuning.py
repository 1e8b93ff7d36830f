"""Tuning against plain peft and the transformers Trainer: same model, rows, adapter and batches.

Every variant runs in a process of its own, one step at a time in turn, so that whatever else the
machine does falls on all alike; one thread each, CPU seconds, medians. Peak memory is the
process's. Run: ``python -m benchmarks.tuning [--rounds N] [--size tiny|cpu|desk]``; with
``--questions 4`` there are four about each page, as people ask of a receipt.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

TEXT_ONLY = ("trainer", "fresh", "cached", "cached-lora", "trainer-lora")
THOROUGH = ("trainer", "thorough")
"""With `--thorough` both sides adapt the vision encoder too and train the connector fully."""
WORDS = {
    "trainer": "peft DoRA + transformers Trainer",
    "trainer-lora": "peft LoRA + transformers Trainer",
    "fresh": "ours, DoRA, pictures encoded each step",
    "cached": "ours, DoRA, features kept",
    "thorough": "ours, DoRA, vision and connector learn",
    "cached-lora": "ours, LoRA, features kept",
}
ROWS, BATCH, MICRO, RANK = 8, 4, 2, 8
WIDTH, HEIGHT = 1240, 1754


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


def _pictures() -> list[bytes]:
    from PIL import Image, ImageDraw, ImageFont

    found: list[bytes] = []
    for number in range(ROWS):
        image = Image.new("RGB", (WIDTH, HEIGHT), "white")
        draw = ImageDraw.Draw(image)
        for line in range(45):
            text = f"Item {line * 7 + number}   {line * number + 3}.50   Harborough Street {line}"
            draw.text((90, 80 + 35 * line), text, "black", ImageFont.load_default(22))
        file = io.BytesIO()
        image.save(file, "PNG")
        found.append(file.getvalue())
    return found


def _child(arguments: argparse.Namespace, steps: int) -> None:
    """Take one step for every line on the input, and tell its CPU seconds."""
    import torch

    from finetune.trainer import peak_bytes

    torch.set_num_threads(1)
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    variant, folder = arguments.variant, arguments.folder
    if "trainer" in variant:
        taken = _trainer(folder, variant, steps, arguments)
    else:
        taken = _ours(folder, variant, arguments.questions)
    for _ in sys.stdin:
        seconds = next(taken)
        peak = peak_bytes(torch.device("cpu"))
        output.write(json.dumps({"seconds": seconds, "peak": peak}) + "\n")
        output.flush()


def _ours(folder: Path, variant: str, questions: int) -> Iterator[float]:
    """Yield the CPU seconds of each of our steps, its checkpoint included."""
    import hashlib

    import msgspec
    import torch
    from accelerate import Accelerator

    from finetune import plan as plans
    from finetune.base_model import load_base, place
    from finetune.checkpoint import Checkpoints, Progress
    from finetune.disk import RealDisk
    from finetune.features import Features
    from finetune.kept import KeptPages
    from finetune.lessons import lesson_of
    from finetune.runs import RunRow
    from finetune.trainer import TorchLearner
    from vlm import device
    from vlm.types import PageSize

    pictures = _pictures()
    rows = [
        RunRow(
            *(f"r{n}", "train", f"d{n}", _question(n), (_answer(n),), f"{n // questions:06}"),
            hashlib.sha256(pictures[n // questions]).hexdigest(),
            PageSize(595.0, 842.0),
            None,
            0,
            (),
        )
        for n in range(ROWS)
    ]
    plan = msgspec.structs.replace(
        plans.preset("quick", "benchmark", str(folder / "model"), ""),
        rank=RANK,
        alpha=2 * RANK,
        method="lora" if variant.endswith("lora") else "dora",
        batch=BATCH,
        micro_batch=MICRO,
        views=1,
        epochs=1000,
        trains_vision=variant == "thorough",
        connector="full" if variant == "thorough" else "frozen",
    )
    frozen = plan.caches_features  # then pictures are encoded in this machine's fast format
    placement = place("auto", "cpu", device.choose("cpu").encode if frozen else torch.float32)
    model = load_base(folder / "model", placement)
    pages = KeptPages(rows, lambda row: pictures[int(row.picture)])
    kept = folder / variant if variant.startswith("cached") else None
    lessons = [lesson_of(model, row, True) for row in rows]
    assert {len(lesson.layout.tiles) for lesson in lessons} == {5}
    features = Features(model, pages, kept, RealDisk())
    learner = TorchLearner(plan, model, lessons, lessons[:1], features, Accelerator(cpu=True))
    for _ in learner.prepare():
        pass
    keeper = Checkpoints(folder / f"{variant}-checkpoints", RealDisk())
    number = 0
    while True:
        start = time.process_time()
        learner.step(number)
        number += 1
        keeper.save(Progress(number), learner.state())
        yield time.process_time() - start


def _trainer(
    folder: Path, variant: str, steps: int, arguments: argparse.Namespace
) -> Iterator[float]:
    """Yield the CPU seconds of each step of the stock way.

    The Trainer owns its loop, so it runs in a thread that is let go one step at a time.
    """
    import queue
    import threading

    from transformers import TrainerCallback

    go: queue.Queue[None] = queue.Queue()
    told: queue.Queue[float] = queue.Queue()

    class Turns(TrainerCallback):  # type: ignore[misc]  # transformers ships no types
        start = 0.0

        def on_train_begin(self, *_: Any, **__: Any) -> None:
            """Wait for the first turn."""
            go.get()
            Turns.start = time.process_time()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            """Tell what the step took, its batch included, and wait for the next turn."""
            told.put(time.process_time() - Turns.start)
            go.get()
            Turns.start = time.process_time()

    trainer = _stock(folder, variant, steps, arguments, Turns())
    thread = threading.Thread(target=trainer.train, daemon=True)
    thread.start()
    while True:
        go.put(None)
        yield told.get()


def _stock(folder: Path, variant: str, steps: int, asked: argparse.Namespace, turns: Any) -> Any:
    from peft import LoraConfig, get_peft_model
    from transformers import (
        AutoModelForImageTextToText,
        AutoProcessor,
        PrinterCallback,
        Trainer,
        TrainingArguments,
    )

    from finetune.attach import targets
    from finetune.plan import Preset, preset

    model = AutoModelForImageTextToText.from_pretrained(folder / "model", local_files_only=True)
    chosen: Preset = "thorough" if asked.thorough else "quick"
    plan = preset(chosen, "benchmark", str(folder / "model"), "")
    config = LoraConfig(
        r=RANK,
        lora_alpha=2 * RANK,
        use_dora=variant == "trainer",
        target_modules=targets(model, plan),
        modules_to_save=["connector"] if asked.thorough else None,
    )
    processor = AutoProcessor.from_pretrained(
        folder / "model", backend="pil", local_files_only=True
    )
    processor.image_processor.do_image_splitting = True
    arguments = TrainingArguments(
        output_dir=str(folder / variant),
        per_device_train_batch_size=MICRO,
        gradient_accumulation_steps=BATCH // MICRO,
        max_steps=steps,
        learning_rate=2e-4,
        save_strategy="no",
        report_to="none",
        remove_unused_columns=False,
        disable_tqdm=True,
        use_cpu=True,
        dataloader_num_workers=0,
    )
    pictures = _pictures()
    trainer = Trainer(
        model=get_peft_model(model, config),
        args=arguments,
        train_dataset=[(n, pictures[n // asked.questions]) for n in range(ROWS)],
        data_collator=_collator(processor),
        callbacks=[turns],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _collator(processor: Any) -> Callable[[list[tuple[int, bytes]]], Any]:
    """Return the usual collator: images and texts through the processor, the prompt masked."""
    from PIL import Image

    tokenizer = processor.tokenizer
    tokenizer.padding_side = "right"

    def collate(items: list[tuple[int, bytes]]) -> Any:
        images = [[Image.open(io.BytesIO(picture)).convert("RGB")] for _, picture in items]
        prompts = [f"User:<image>{_question(n)}\nAssistant:" for n, _ in items]
        answers = [f" {_answer(n)}{tokenizer.eos_token}" for n, _ in items]
        texts = [p + a for p, a in zip(prompts, answers, strict=True)]
        batch = processor(images=images, text=texts, padding=True, return_tensors="pt")
        labels = batch["input_ids"].clone()
        labels[batch["attention_mask"] == 0] = -100
        for row, answer in enumerate(answers):
            length = int(batch["attention_mask"][row].sum())
            taught = len(tokenizer(answer, add_special_tokens=False)["input_ids"])
            labels[row, : length - taught] = -100
        return {**batch, "labels": labels}

    return collate


def _question(number: int) -> str:
    return f"What is the price of item {number * 7}?"


def _answer(number: int) -> str:
    return f"{number * 31 + 3}.50"


if __name__ == "__main__":
    main()
