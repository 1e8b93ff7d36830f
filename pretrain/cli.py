"""The command line: ``python -m pretrain STAGE`` and the commands around it."""

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

import torch

from pretrain import checkpoint, curves, evaluate, export, fonts, samples, stages
from pretrain.model import PRESETS
from pretrain.train import TrainPlan, train


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pretrain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in stages.STAGES:
        stage = commands.add_parser(name, help=f"train the stage '{name}'")
        stage.add_argument("--device", default="auto", help="auto, cpu or cuda")
        stage.add_argument("--minutes", type=float, default=10.0)
        stage.add_argument("--steps", type=int, default=None, help="stop at this step")
        stage.add_argument("--resume", type=Path, default=None, help="folder of a checkpoint")
        stage.add_argument("--out", type=Path, required=True)
        stage.add_argument("--preset", choices=sorted(PRESETS), default="cpu")
        stage.add_argument("--fonts", type=Path, default=None, help="folder of `fonts`")
        stage.add_argument("--seed", type=int, default=0)
        stage.add_argument("--level", type=int, default=None)
        stage.add_argument("--lr", type=float, default=None)
        stage.add_argument("--patches", type=int, default=None, help="patches in a batch")
        stage.add_argument("--workers", type=int, default=1, help="drawing processes")
        stage.add_argument("--checkpoint-seconds", type=float, default=120.0)
        stage.add_argument("--compile", action="store_true", help="compile the vision layers")
        stage.add_argument("--threads", type=int, default=1, help="torch threads on a CPU")
    measure = commands.add_parser("evaluate", help="measure a saved model")
    measure.add_argument("folder", type=Path, help="a folder in transformers' format")
    measure.add_argument("--device", default="auto")
    measure.add_argument("--fonts", type=Path, default=None, help="folder of `fonts`")
    measure.add_argument("--lines", type=int, default=40, help="crops of each kind")
    measure.add_argument("--questions", type=int, default=40, help="field crops of each kind")
    measure.add_argument("--pages", type=int, default=2, help="pages of each kind and scope")
    measure.add_argument("--receipts", type=Path, default=None, help="scanned receipts, JSON lines")
    measure.add_argument("--receipt-questions", type=int, default=20)
    measure.add_argument("--json", type=Path, default=None, help="write the rows here too")
    ship = commands.add_parser("export", help="save a checkpoint as a transformers folder")
    ship.add_argument("folder", type=Path)
    ship.add_argument("target", type=Path)
    travel = commands.add_parser("carry", help="write weights in parts, for a borrowed machine")
    travel.add_argument("folder", type=Path)
    travel.add_argument("target", type=Path)
    plot = commands.add_parser("curves", help="draw the curves of runs that follow each other")
    plot.add_argument("target", type=Path, help="a PNG file")
    plot.add_argument("files", type=Path, nargs="+", help="curves.jsonl of each run")
    picture = commands.add_parser("samples", help="draw ten samples with the model's answers")
    picture.add_argument("folder", type=Path)
    picture.add_argument("target", type=Path, help="a PNG file")
    picture.add_argument("--fonts", type=Path, default=None)
    collect = commands.add_parser("fonts", help="copy the free fonts of this machine to a folder")
    collect.add_argument("folder", type=Path)
    return parser


def _device(name: str) -> str:
    if name != "auto":
        return name
    return "cuda" if torch.cuda.is_available() else "cpu"


def _train(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(arguments.threads)
    device = _device(arguments.device)
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stopped.set())
    train(
        TrainPlan(
            stage=arguments.command,
            out=arguments.out,
            resume=arguments.resume,
            preset=arguments.preset,
            device=device,
            minutes=arguments.minutes,
            most_steps=arguments.steps,
            seed=arguments.seed,
            font_folder=arguments.fonts,
            workers=arguments.workers,
            level=arguments.level,
            lr=arguments.lr,
            patches_per_batch=arguments.patches,
            checkpoint_s=arguments.checkpoint_seconds,
            compiled=arguments.compile,
        ),
        stop=stopped.is_set,
    )


def _evaluate(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    amount = evaluate.Amount(
        arguments.lines, arguments.questions, arguments.pages, arguments.receipt_questions
    )
    rows, text = evaluate.timed(
        arguments.folder,
        fonts.load(arguments.fonts),
        amount,
        arguments.receipts,
        _device(arguments.device),
    )
    print(text)
    if arguments.json is not None:
        evaluate.save(rows, arguments.json)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parsed = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    match parsed.command:
        case "fonts":
            for name in fonts.collect(parsed.folder):
                print(f"skipped {name}: not installed, or its licence is not recognised")
        case "evaluate":
            _evaluate(parsed)
        case "export":
            export.export(parsed.folder, parsed.target)
        case "carry":
            for part in checkpoint.carry(parsed.folder, parsed.target):
                print(f"{part}  {part.stat().st_size / 2**20:.1f} MiB")
        case "curves":
            curves.draw(parsed.files, parsed.target)
        case "samples":
            samples.draw(parsed.folder, fonts.load(parsed.fonts), parsed.target)
        case _:
            _train(parsed)
    return 0
