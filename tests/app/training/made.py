"""Examples, runs and a training process that the tests of the training window use."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from finetune import plan as plans
from finetune import runs, split
from finetune.examples import ExampleStore
from finetune.plan import TrainPlan
from finetune.types import Crop, Example
from tests.finetune.made import example, png_of
from vlm.types import Box, PageSize

TOP, BOTTOM = Box(0.0, 0.0, 1.0, 0.4), Box(0.0, 0.6, 1.0, 1.0)


def crop(number: int) -> Crop:
    return Crop(png_of(number), PageSize(40.0, 40.0))


def examples(documents: int) -> list[Example]:
    """Two questions about each document, each about a part of its page of its own."""
    found: list[Example] = []
    for number in range(documents):
        for place, (question, box) in enumerate((("Total?", TOP), ("Date?", BOTTOM))):
            one = example(
                2 * number + place, f"d{number}", question, f"{number} {place}", box, "label"
            )
            found.append(one)
    return found


def fill(file: Path, documents: int) -> list[Example]:
    """Keep examples of so many documents in a file."""
    found = examples(documents)
    with ExampleStore(file) as store:
        for number, one in enumerate(found):
            store.add(one, crop(number))
    return found


def plan(name: str = "Invoices", **changes: object) -> TrainPlan:
    made = plans.preset("quick", name, "/models/small", "f" * 64)
    small = msgspec.structs.replace(made, epochs=10, batch=4, micro_batch=2, watch_every=5)
    return msgspec.structs.replace(small, patience=1000, **changes)


def frozen(root: Path, name: str = "Invoices", **changes: object) -> Path:
    """Write a run of ten documents: five are learned from, five held out."""
    found = examples(10)
    sides = split.split(found, 0)
    return runs.freeze(root, plan(name, **changes), found, sides, lambda _: crop(0))


def toy_command(run: Path) -> list[str]:
    return [sys.executable, "-m", "tests.app.training.toy_worker", str(run)]


def small_model(folder: Path) -> Path:
    """Make a model folder that can be measured and whose tokens can be counted, by words."""
    folder.mkdir(parents=True)
    settings = {"model_type": "idefics3", "vision_config": {"image_size": 64, "patch_size": 16}}
    (folder / "config.json").write_text(json.dumps(settings))
    (folder / "preprocessor_config.json").write_text("{}")
    names = ("text_model", "vision_model", "connector")
    weights = {f"model.{name}.layers.0.q.weight": np.zeros((64, 64), np.float32) for name in names}
    save_file(weights, folder / "model.safetensors")
    words = Tokenizer(WordLevel({"?": 0}, unk_token="?"))
    words.pre_tokenizer = Whitespace()
    words.save(str(folder / "tokenizer.json"))
    return folder


def count_command(base: Path, rows: Path, splitting: bool) -> list[str]:
    """Return a process that counts 2 images of 8 tokens for each row."""
    code = (
        "import json, sys\n"
        "for line in open(sys.argv[1]):\n"
        "    cost = dict(kind='cost', id=json.loads(line)['id'], images=2, visual_tokens=16)\n"
        "    print(json.dumps(cost | dict(question_tokens=5, answer_tokens=3)))\n"
    )
    return [sys.executable, "-c", code, str(rows)]
