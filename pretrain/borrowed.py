"""One job for a machine with a GPU that is lent for minutes: train, measure, leave what counts.

    python -m pretrain.borrowed CARRIED OUT --stage lines --minutes 20 --fonts carried/fonts

``CARRIED`` holds what :func:`pretrain.checkpoint.carry` wrote (40 MB at most), or a model in the
format of transformers such as the one that ships, which is adopted; it is grown to ``--preset``
when it is another. An empty folder starts a fresh model. Every few minutes, and at the
end, ``OUT`` gets at most eight files of at most 16 MiB: the weights in parts, the curves, the
report and the samples. It needs torch, transformers, Pillow and numpy, no network and no Faker.
"""

import argparse
import logging
import os
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from pretrain import (
    adopt,
    arguments,
    checkpoint,
    evaluate,
    export,
    fonts,
    grow,
    samples,
    stages,
    train,
)
from pretrain.evaluate import Amount
from pretrain.train import CURVES, TrainPlan

log = logging.getLogger(__name__)

RESERVED_MINUTES = 1.5
"""Time kept back for measuring and writing."""

HEADS_STEPS = 120
"""Of fitting the heads of a model that came without them."""

_STANDARD = TrainPlan(
    "encoder",
    Path(),
    preset="desk",
    minutes=9.0,
    patches_per_batch=49152,
    workers=max(1, (os.cpu_count() or 2) - 2),
    gate_s=150.0,
)


def leave(work: Path, out: Path) -> None:
    """Copy the newest checkpoint, without its optimizers, and the curves to ``out``."""
    if (work / checkpoint.FILE).exists():
        checkpoint.carry(work, out)
    if (work / CURVES).exists():
        (out / CURVES).write_bytes((work / CURVES).read_bytes())


def _leave_regularly(work: Path, out: Path, every_s: float, done: threading.Event) -> None:
    while not done.wait(every_s):
        leave(work, out)


def run(plan: TrainPlan, out: Path, amount: Amount, leave_every_s: float = 180.0) -> None:
    """Train as planned, then measure; ``out`` is filled during the run and at its end."""
    out.mkdir(parents=True, exist_ok=True)
    done = threading.Event()
    keeper = threading.Thread(target=_leave_regularly, args=(plan.out, out, leave_every_s, done))
    keeper.start()
    try:
        finished = train.train(plan)
    finally:
        done.set()
        keeper.join()
        leave(plan.out, out)
    log.info("%s steps, %s samples", finished.at.step, finished.at.samples)
    if finished.level.weights.answer == 0 or amount.lines == 0:
        return
    model = plan.out / "model"
    export.export(plan.out, model)
    faces = fonts.load(plan.font_folder)
    samples.draw(model, faces, out / "samples.png")
    rows, text = evaluate.timed(model, faces, amount, None, plan.device)
    (out / "report.txt").write_text(text, encoding="utf-8")
    evaluate.save(rows, out / "report.json")


def start(plan: TrainPlan, carried: Path, into: Path) -> Path | None:
    """Make the checkpoint that training goes on from; None for a fresh model.

    Args:
        plan: its preset, fonts, device and drawing processes count.
        carried: a carried checkpoint, a saved model, or a folder with neither.
        into: gets the checkpoint.
    """
    if any(carried.glob("carried-*.safetensors")):
        at = checkpoint.unpack(carried, into)
    elif (carried / "config.json").exists():
        at = adopt.adopt(carried, into, plan.font_folder, HEADS_STEPS, plan.workers, plan.device)
    else:
        return None
    if at.preset != plan.preset:
        grow.grow_checkpoint(into, into, plan.preset)
    return into


def main(words: list[str] | None = None) -> int:
    """Run the job; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m pretrain.borrowed", description=__doc__)
    parser.add_argument("carried", type=Path, help="folder of a carried checkpoint, or a new one")
    parser.add_argument("out", type=Path)
    parser.add_argument("--stage", choices=sorted(stages.STAGES), required=True)
    arguments.add(parser, _STANDARD)
    parser.add_argument(
        "--lines", type=int, default=40, help="test crops of each kind; 0 measures nothing there"
    )
    parser.add_argument("--pages", type=int, default=1, help="test pages of each kind and scope")
    parsed = parser.parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "run"
        standard = replace(_STANDARD, stage=parsed.stage, out=work)
        plan = arguments.plan_of(parsed, standard)
        plan = replace(plan, resume=start(plan, parsed.carried, Path(folder) / "start"))
        if parsed.lines:
            plan = replace(plan, minutes=max(plan.minutes - RESERVED_MINUTES, plan.minutes / 2))
        run(plan, parsed.out, Amount(parsed.lines, parsed.lines, parsed.pages, 0))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
