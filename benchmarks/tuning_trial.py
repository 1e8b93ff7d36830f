"""Tunes a model on some documents of a folder and measures it on others, as a person would.

The folder holds ``train.jsonl`` and ``dev.jsonl``; the files that their rows name are looked for
there and one folder up. Of one list, the documents that come after those that are learned from are
held out. Rows with a box are taught and asked by that crop, others by the whole page. Everything
runs through ``vlm-desk train`` in a data folder of its own. Where names were learned beside
weights, the documents held out are asked with each and with both.

Run: ``python -m benchmarks.tuning_trial --rows DIR [--documents 20 100] [--model DIR]``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from finetune import candidates, measuring, runs
from finetune.kept import KeptPages
from finetune.protocol import Ended, StepDone, StepEvent
from vlm import models, scoring
from vlm.cancel import returned
from vlm.spellings import accepted

Record = dict[str, Any]


def main() -> None:
    """Run the trials one after the other and print a table of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, required=True, metavar="DIR|FILE")
    parser.add_argument("--documents", type=int, nargs="+", default=[20])
    parser.add_argument("--held-out", type=int, default=0, help="documents; 0 for all")
    parser.add_argument("--asked", nargs="+", default=[], help="only questions with such words")
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--model", type=Path, default=models.default_folder())
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    found = [_trial(arguments, count) for count in arguments.documents]
    for line in _table(found):
        print(line)


def _trial(arguments: argparse.Namespace, documents: int) -> Record:
    """Tune on so many documents; returns what is in its line of the table."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        train, held = _lists(arguments, documents, home)
        command = [sys.executable, "-m", "finetune.cli", "train", str(train), "--name", "trial"]
        command += ["--held-out", str(held), "--preset", arguments.preset, "--json"]
        command += ["--model", str(arguments.model), "--seed", str(arguments.seed)]
        start = time.monotonic()
        done = subprocess.run(
            command, stdout=subprocess.PIPE, env={**os.environ, "VLM_DESK_HOME": str(home)}
        )
        minutes = (time.monotonic() - start) / 60
        if not done.stdout:
            raise SystemExit(f"the trial with {documents} documents ended with {done.returncode}")
        (run,) = runs.found(home / "data" / "runs")
        events, _ = runs.read_events(run)
        steps = [event for event in events if isinstance(event, StepDone)]
        ended = next(event for event in events if isinstance(event, Ended))
        told = json.loads(done.stdout)
        return {
            "documents": documents,
            "learned": told["adapter"]["card"]["documents"],
            "minutes": minutes,
            "steps": len(steps),
            "step_minutes": sum(step.seconds for step in steps) / 60,
            "losses": (steps[0].loss, steps[-1].loss) if steps else (0.0, 0.0),
            "end": f"{ended.outcome} at step {ended.step}, kept step {ended.kept_step}",
            "gate": told["gate"],
            "each": _each(run),
        }


def _each(run: Path) -> dict[str, tuple[float, float]]:
    """Return ANLS and exact match of all that could have gone live; nothing without names."""
    if not (run / runs.CANDIDATES).exists():
        return {}
    plan, rows = runs.read_plan(run), runs.read_rows(run)
    held = [row for row in rows if row.side == "held_out"]
    pages = KeptPages(held, lambda row: runs.read_picture(run, row))
    folders: dict[str, Path | None] = {
        kind: run / runs.CANDIDATES / kind for kind in candidates.KINDS
    }
    texts = returned(measuring.ask_all(plan, held, pages, folders, run / "each.jsonl", _go))
    assert texts is not None
    found: dict[str, tuple[float, float]] = {}
    for kind in folders:
        said = [(texts[kind, row.id], accepted(texts[kind, row.id], row.answers)) for row in held]
        anls = fmean(scoring.anls(*one) for one in said)
        found[kind] = anls, fmean(scoring.exact(*one) for one in said)
    return found


def _go() -> Generator[StepEvent, None, bool]:
    yield from ()
    return True


def _lists(arguments: argparse.Namespace, documents: int, home: Path) -> tuple[Path, Path]:
    """Write the rows to learn from and those held out; return their files."""
    rows, seed = arguments.rows, arguments.seed
    one = rows.is_file()
    learned = rows if one else rows / "train.jsonl"
    other = rows if one else rows / "dev.jsonl"
    start = documents if one else 0
    end = start + arguments.held_out if arguments.held_out else None
    train = _subset(learned, slice(0, documents or None), seed, arguments.asked, home / "train")
    return train, _subset(other, slice(start, end), seed, arguments.asked, home / "dev")


def _subset(source: Path, which: slice, seed: int, asked: Sequence[str], target: Path) -> Path:
    """Write the rows of some of the documents, which are shuffled by the seed."""
    rows: list[Record] = [json.loads(line) for line in source.read_text("utf-8").splitlines()]
    files = sorted({row["file"] for row in rows})
    random.Random(seed).shuffle(files)
    chosen = set(files[which])
    with target.with_suffix(".jsonl").open("w", encoding="utf-8") as out:
        for row in rows:
            wanted = not asked or any(words in row["question"] for words in asked)
            if wanted and row["file"] in chosen:
                out.write(json.dumps({**row, "file": str(_place(source.parent, row["file"]))}))
                out.write("\n")
    return target.with_suffix(".jsonl")


def _place(folder: Path, file: str) -> Path:
    beside = folder / file
    return (beside if beside.exists() else folder.parent / file).resolve()


def _table(found: list[Record]) -> list[str]:
    head = ("documents", "measure", "before", "after", "gain [95 %]", "steps", "minutes")
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for trial in found:
        gate = trial["gate"]
        for name, key in (("ANLS", "anls"), ("exact", "exact"), ("fixed set ANLS", "fixed_set")):
            score = gate[key]
            gain = score["gain"]
            cells = (
                trial["documents"],
                name,
                f"{score['before']:.3f}",
                f"{score['after']:.3f}",
                f"{gain['value']:+.3f} [{gain['low']:+.3f}, {gain['high']:+.3f}]",
                trial["steps"],
                f"{trial['minutes']:.1f}",
            )
            lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    for trial in found:
        first, last = trial["losses"]
        asked = len(trial["gate"]["rows"])
        lines += [
            f"{trial['documents']} documents ({trial['learned']} learned from, the rest watched): "
            f"{trial['end']}; {trial['step_minutes']:.1f} minutes of steps;",
            f"loss {first:.2f} -> {last:.2f}; {asked} questions asked. "
            + " ".join(trial["gate"]["reasons"]),
            *trial["gate"]["names"],
            *(
                f"{kind}: ANLS {anls:.3f}, exact match {exact:.3f}"
                for kind, (anls, exact) in trial["each"].items()
            ),
        ]
    return lines


if __name__ == "__main__":
    main()
