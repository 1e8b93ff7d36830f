"""The options that every call which trains takes, and the plan they make."""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from pretrain.model import PRESETS
from pretrain.train import TrainPlan


def add(parser: argparse.ArgumentParser, standard: TrainPlan) -> None:
    """Add the options; their defaults are those of ``standard``."""
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--minutes", type=float, default=standard.minutes)
    parser.add_argument("--steps", type=int, default=None, help="stop at this step")
    parser.add_argument("--preset", choices=sorted(PRESETS), default=standard.preset)
    parser.add_argument("--fonts", type=Path, default=None, help="folder of `fonts`")
    parser.add_argument("--seed", type=int, default=standard.seed)
    parser.add_argument("--level", type=int, default=None, help="start at this level")
    parser.add_argument("--lr", type=float, default=None, help="learning rate, not the stage's")
    parser.add_argument(
        "--patches", type=int, default=standard.patches_per_batch, help="patches in a batch"
    )
    parser.add_argument("--workers", type=int, default=standard.workers, help="drawing processes")
    parser.add_argument("--checkpoint-seconds", type=float, default=standard.checkpoint_s)
    parser.add_argument(
        "--cooldown", type=float, default=0.0, help="share of the time in which the rate falls"
    )
    parser.add_argument(
        "--replay", type=int, default=0, help="how often to teach a batch again rather than wait"
    )
    parser.add_argument("--compile", action="store_true", help="compile the vision layers")
    parser.add_argument("--threads", type=int, default=1, help="torch threads on a CPU")


def device_of(name: str) -> str:
    """Return the device that "auto" means here."""
    if name != "auto":
        return name
    return "cuda" if torch.cuda.is_available() else "cpu"


def plan_of(parsed: argparse.Namespace, standard: TrainPlan) -> TrainPlan:
    """Return ``standard`` with what the options say."""
    torch.set_num_threads(parsed.threads)
    return replace(
        standard,
        device=device_of(parsed.device),
        minutes=parsed.minutes,
        most_steps=parsed.steps,
        preset=parsed.preset,
        font_folder=parsed.fonts,
        seed=parsed.seed,
        level=parsed.level,
        lr=parsed.lr,
        patches_per_batch=parsed.patches,
        workers=parsed.workers,
        checkpoint_s=parsed.checkpoint_seconds,
        compiled=parsed.compile,
        cooldown=parsed.cooldown,
        replay=parsed.replay,
    )
