"""The command line: ``python -m pretrain STAGE`` and the commands around it."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from pretrain import (
    adopt,
    arguments,
    calibrate,
    checkpoint,
    curves,
    evaluate,
    export,
    fonts,
    grow,
    mix,
    samples,
    stages,
)
from pretrain.kept_memory import keep_memory
from pretrain.matching import kinds, learn, rank, rerank
from pretrain.matching import words as word_vectors
from pretrain.matching.rank_network import HIDDEN
from pretrain.model import PRESETS
from pretrain.reading import learn as reading
from pretrain.reading.lessons import PIXELS
from pretrain.train import TrainPlan, train
from vlm.option_ranker import WEIGHTS, WORDS

_STANDARD = TrainPlan("encoder", Path(), minutes=10.0)

_PAGES = "folder in which pages that were looked at are kept, while nothing changes how they are"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pretrain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in stages.STAGES:
        stage = commands.add_parser(name, help=f"train the stage '{name}'")
        arguments.add(stage, _STANDARD)
        stage.add_argument("--resume", type=Path, default=None, help="folder of a checkpoint")
        stage.add_argument("--out", type=Path, required=True)
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
    between = commands.add_parser("mix", help="average saved models, one trained from another")
    between.add_argument("target", type=Path)
    between.add_argument("folders", type=Path, nargs="+", help="in transformers' format")
    between.add_argument("--shares", type=float, nargs="+", help="what each counts; else alike")
    surer = commands.add_parser("calibrate", help="make a saved model as sure as it is right")
    surer.add_argument("folder", type=Path, help="a folder in transformers' format")
    surer.add_argument("target", type=Path)
    surer.add_argument("--fonts", type=Path, default=None)
    surer.add_argument("--questions", type=int, default=60, help="of each kind in every condition")
    again = commands.add_parser("adopt", help="make a checkpoint of a saved model, to go on")
    again.add_argument("folder", type=Path, help="a folder in transformers' format")
    again.add_argument("out", type=Path)
    again.add_argument("--fonts", type=Path, default=None)
    again.add_argument("--steps", type=int, default=200, help="of fitting the heads")
    larger = commands.add_parser("grow", help="make a checkpoint of a larger model that answers so")
    larger.add_argument("folder", type=Path, help="of a checkpoint")
    larger.add_argument("out", type=Path)
    larger.add_argument("--preset", choices=sorted(PRESETS), required=True)
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
    _small_networks_take(commands.add_parser)
    collect = commands.add_parser("fonts", help="copy the free fonts of this machine to a folder")
    collect.add_argument("folder", type=Path)
    return parser


def _small_networks_take(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands that learn what stands beside the model: labels, words, options, lines."""
    labels = add("matcher", help="learn to find the label that a question means")
    labels.add_argument("out", type=Path)
    labels.add_argument("--minutes", type=float, default=30.0)
    labels.add_argument("--seed", type=int, default=1)
    labels.add_argument("--resume", type=Path, default=None, help="folder of weights to go on from")
    labels.add_argument("--workers", type=int, default=1, help="processes that make lessons")
    vectors = add("words", help="learn which words mean about the same")
    vectors.add_argument("file", type=Path, help="for the weights")
    vectors.add_argument("--minutes", type=float, default=20.0)
    vectors.add_argument("--seed", type=int, default=1)
    _ranker_takes(add("ranker", help="learn to weigh what a page offers, from sheets"))
    again = add("reranker", help="learn to read the likeliest options once more")
    again.add_argument("file", type=Path, help="for the weights")
    again.add_argument("rankers", type=Path, nargs=2, help="of the sheets' halves 0 and 1")
    again.add_argument("--first", type=float, default=12.0, help="minutes with forms and lines")
    again.add_argument("--minutes", type=float, default=8.0, help="minutes with sheets after that")
    again.add_argument("--seed", type=int, default=1)
    again.add_argument("--workers", type=int, default=0, help="processes that look at pages")
    again.add_argument("--resume", type=Path, default=None, help="file of weights to go on from")
    again.add_argument("--pages", type=Path, default=None, help=_PAGES)
    again.add_argument("--threads", type=int, default=1, help="that learn")
    kinds_of = add("kinds", help="learn which kind of value a question asks for")
    kinds_of.add_argument("file", type=Path, help="for the weights")
    lines = add("reader", help="learn to read single lines of print")
    lines.add_argument("out", type=Path)
    lines.add_argument("--minutes", type=float, default=60.0)
    lines.add_argument("--fonts", type=Path, default=None, help="folder of `fonts`")
    lines.add_argument("--seed", type=int, default=1)
    lines.add_argument("--resume", type=Path, default=None, help="folder of weights to go on from")
    lines.add_argument("--workers", type=int, default=1, help="processes that draw")
    lines.add_argument("--rate", type=float, default=reading.RATE, help="learning rate")
    lines.add_argument("--device", default="auto")
    lines.add_argument("--pixels", type=int, default=PIXELS, help="width of a batch")
    lines.add_argument("--lines", type=int, default=200, help="of each kind to measure it on")


def _train(parsed: argparse.Namespace) -> None:
    keep_memory()
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stopped.set())
    standard = replace(_STANDARD, stage=parsed.command, out=parsed.out, resume=parsed.resume)
    train(arguments.plan_of(parsed, standard), stop=stopped.is_set)


def _ranker_takes(ranker: argparse.ArgumentParser) -> None:
    ranker.add_argument("out", type=Path, help="folder for the weights")
    ranker.add_argument("--epochs", type=int, default=8, help="how often each page is seen")
    ranker.add_argument("--seed", type=int, default=1)
    ranker.add_argument("--workers", type=int, default=0, help="processes that look at pages")
    ranker.add_argument(
        "--every", action="store_true", help="learn of the sheets to measure on too"
    )
    ranker.add_argument("--name", default=WEIGHTS, help="of the file")
    ranker.add_argument("--resume", type=Path, default=None, help="file of weights to go on from")
    ranker.add_argument("--hidden", type=int, default=HIDDEN, help="numbers of its hidden layer")
    ranker.add_argument("--words", type=Path, default=WORDS, help="file of vectors of words")
    ranker.add_argument(
        "--half", type=int, choices=(0, 1), default=None, help="of the sheets; else all"
    )
    ranker.add_argument("--rate", type=float, default=rank.RATE, help="learning rate")
    ranker.add_argument("--pages", type=Path, default=None, help=_PAGES)


def _ranker(parsed: argparse.Namespace) -> rank.Plan:
    return rank.Plan(
        parsed.out,
        parsed.epochs,
        parsed.seed,
        parsed.workers,
        parsed.every,
        parsed.name,
        parsed.resume,
        parsed.hidden,
        parsed.words,
        parsed.half,
        parsed.rate,
        parsed.pages,
    )


def _reader(parsed: argparse.Namespace) -> reading.Plan:
    return reading.Plan(
        parsed.out,
        parsed.minutes,
        fonts.load(parsed.fonts),
        parsed.seed,
        parsed.workers,
        rate=parsed.rate,
        resume=parsed.resume,
        device=arguments.device_of(parsed.device),
        pixels=parsed.pixels,
        lines=parsed.lines,
    )


def _evaluate(parsed: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    amount = evaluate.Amount(parsed.lines, parsed.questions, parsed.pages, parsed.receipt_questions)
    rows, text = evaluate.timed(
        parsed.folder,
        fonts.load(parsed.fonts),
        amount,
        parsed.receipts,
        arguments.device_of(parsed.device),
    )
    print(text)
    if parsed.json is not None:
        evaluate.save(rows, parsed.json)


def main(words: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parsed = _parser().parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    match parsed.command:
        case "fonts":
            for name in fonts.collect(parsed.folder):
                print(f"skipped {name}: not installed, or its licence is not recognised")
        case "evaluate":
            _evaluate(parsed)
        case "export":
            export.export(parsed.folder, parsed.target)
        case "mix":
            mix.mix(parsed.folders, parsed.target, parsed.shares)
        case "calibrate":
            torch.set_num_threads(1)
            calibrate.calibrate(
                parsed.folder, parsed.target, fonts.load(parsed.fonts), parsed.questions
            )
        case "adopt":
            torch.set_num_threads(1)
            adopt.adopt(parsed.folder, parsed.out, parsed.fonts, parsed.steps)
        case "grow":
            grow.grow_checkpoint(parsed.folder, parsed.out, parsed.preset)
        case "carry":
            for part in checkpoint.carry(parsed.folder, parsed.target):
                print(f"{part}  {part.stat().st_size / 2**20:.1f} MiB")
        case "curves":
            curves.draw(parsed.files, parsed.target)
        case "matcher":
            plan = learn.Plan(parsed.out, parsed.minutes, parsed.seed, parsed.workers)
            learn.learn(replace(plan, resume=parsed.resume))
        case "words":
            word_vectors.learn(word_vectors.Plan(parsed.file, parsed.minutes, parsed.seed))
        case "ranker":
            rank.learn(_ranker(parsed))
        case "reranker":
            first, second = parsed.rankers
            rerank.learn(
                rerank.Plan(
                    (first, second),
                    parsed.first,
                    parsed.minutes,
                    parsed.file,
                    parsed.seed,
                    parsed.workers,
                    resume=parsed.resume,
                    pages=parsed.pages,
                    threads=parsed.threads,
                )
            )
        case "kinds":
            kinds.learn(parsed.file)
        case "reader":
            reading.learn(_reader(parsed))
        case "samples":
            samples.draw(parsed.folder, fonts.load(parsed.fonts), parsed.target)
        case _:
            _train(parsed)
    return 0
