"""The stock way to tune: peft and the transformers Trainer, and the rows that all learn from."""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROWS, BATCH, MICRO, RANK = 8, 4, 2, 8
WIDTH, HEIGHT = 1240, 1754


def pictures() -> list[bytes]:
    """Draw a page for each row, as PNG files."""
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


def trainer_steps(
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
    drawn = pictures()
    trainer = Trainer(
        model=get_peft_model(model, config),
        args=arguments,
        train_dataset=[(n, drawn[n // asked.questions]) for n in range(ROWS)],
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
        prompts = [f"User:<image>{question(n)}\nAssistant:" for n, _ in items]
        answers = [f" {answer(n)}{tokenizer.eos_token}" for n, _ in items]
        texts = [p + a for p, a in zip(prompts, answers, strict=True)]
        batch = processor(images=images, text=texts, padding=True, return_tensors="pt")
        labels = batch["input_ids"].clone()
        labels[batch["attention_mask"] == 0] = -100
        for row, taught_text in enumerate(answers):
            length = int(batch["attention_mask"][row].sum())
            taught = len(tokenizer(taught_text, add_special_tokens=False)["input_ids"])
            labels[row, : length - taught] = -100
        return {**batch, "labels": labels}

    return collate


def question(number: int) -> str:
    """Return the question of a row."""
    return f"What is the price of item {number * 7}?"


def answer(number: int) -> str:
    """Return its answer."""
    return f"{number * 31 + 3}.50"
