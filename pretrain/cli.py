"""The command line: ``python -m pretrain STAGE`` and the commands around it."""

import argparse
import logging
import sys
from pathlib import Path

import torch

from pretrain import fonts, stages
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
        stage.add_argument("--threads", type=int, default=1, help="torch threads on a CPU")
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
        )
    )


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parsed = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    if parsed.command == "fonts":
        for name in fonts.collect(parsed.folder):
            print(f"skipped {name}: not installed, or its licence is not recognised")
        return 0
    _train(parsed)
    return 0
