"""Measured runs made by the tests: real run folders, without training."""

from __future__ import annotations

from pathlib import Path

import msgspec

from finetune import gate, plan, runs, split
from finetune.fingerprint import base_fingerprint
from finetune.gate import Judged
from finetune.types import Crop, Example
from tests.app.adapters.made import peft
from tests.finetune.made import png_of
from vlm.types import Box, PageRef, PageSize

QUESTIONS = ("What is the total?", "What is the invoice date?", "Who sent it?")
BOX = Box(0.1, 0.2, 0.6, 0.5)


def examples(documents: tuple[str, ...]) -> list[Example]:
    """Three questions about each document."""
    return [
        Example(
            id=f"e{number}-{place}",
            document=f"{number:064x}",
            page=PageRef(path, 0),
            question=question,
            answers=(f"{number}.5{place}",),
            kind="correction",
            made_at=float(number),
            box=BOX,
        )
        for number, path in enumerate(documents)
        for place, question in enumerate(QUESTIONS)
    ]


def measured(
    root: Path, base: Path, documents: tuple[str, ...], good: bool = True, forgot: bool = False
) -> Path:
    """Write a run that learned something, with its measure on half of the documents."""
    made = examples(documents)
    quick = plan.preset("quick", "Invoices", str(base), base_fingerprint(base))
    sides = split.split(made, 0)

    def crop_of(id: str) -> Crop:
        return Crop(png_of(int(id[1:].split("-")[0])), PageSize(400.0, 400.0))

    run = runs.freeze(root, quick, made, sides, crop_of)
    peft(run / runs.ADAPTER)
    held = [one for one in made if one.id in sides.held_out]
    rows = [_judged(one, number, good) for number, one in enumerate(held)]
    kept = [
        gate.judge(f"k{n}", f"k{n}", "Q?", ("a",), "a", "x" if forgot else "a") for n in range(8)
    ]
    (run / runs.GATE).write_bytes(msgspec.json.encode(gate.decide(rows, kept)))
    return run


def _judged(one: Example, number: int, good: bool) -> Judged:
    right, wrong = one.answer, f"{number}00"
    fixed, broken = (wrong, right), (right, wrong)
    changes = (fixed, (right, right), fixed, (wrong, wrong), fixed, (right, right))
    worse = (broken, (right, right), fixed, (wrong, wrong), (right, right), (wrong, wrong))
    before, after = (changes if good else worse)[number % 6]
    if number == 7 and good:
        before, after = broken
    return gate.judge(one.id, one.document, one.question, one.answers, before, after)
