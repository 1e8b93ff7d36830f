"""Measures the network that reads lines: on lines drawn for it, and on those that models read."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from pretrain import testset
from pretrain.documents.crops import TextKind
from pretrain.documents.texts import Writer
from pretrain.documents.wear import Wear
from pretrain.fonts import FontFile, FontSet
from pretrain.reading.lines import LinePlan, draw_line
from pretrain.scores import cer
from vlm.line_network import LineNetwork
from vlm.line_reader import LineReader

WIDTHS = (160, 240, 320, 480)
"""Of lines that are drawn for it, pixels."""

KINDS: dict[str, Callable[[Writer, int], str]] = {
    "random": Writer.noise,
    "natural": Writer.natural,
}


def drawn(network: LineNetwork, fonts: FontSet, count: int) -> Iterator[tuple[str, float]]:
    """Yield errors a character on so many held-out lines of each kind, drawn as in learning."""
    conditions: dict[str, tuple[Sequence[FontFile], Wear, float]] = {
        "clean": (fonts.seen, Wear.NONE, 0.0),
        "worn": (fonts.seen, Wear.HEAVY, 0.0),
        "unseen fonts": (fonts.held_out, Wear.LIGHT, 0.0),
        "tills": (fonts.held_out, Wear.LIGHT, 1.0),
    }
    reader = LineReader(network)
    for condition, (files, wear, tills) in conditions.items():
        for kind, text in KINDS.items():
            rng = random.Random(f"measured {condition} {kind}")
            plan = LinePlan(tuple(files), (wear,), True, tills, marked=0.0, text=text)
            lines = [draw_line(plan, WIDTHS[number % len(WIDTHS)], rng) for number in range(count)]
            said = reader.read_lines([line.pixels for line in lines])
            wrong = cer([one.text for one in said], [line.text for line in lines])
            yield f"{condition}, {kind}", wrong


def crops(network: LineNetwork, fonts: FontSet, count: int) -> Iterator[tuple[str, float]]:
    """Yield errors a character on the crops of `pretrain.evaluate`, in which lines are found."""
    reader = LineReader(network)
    for condition in testset.conditions(fonts):
        for kind in (TextKind.DIGITS8, TextKind.NOISE, TextKind.NATURAL):
            some = testset.lines(condition, kind, count)
            said = reader.read(testset.grays_of(some))
            wrong = cer([one.text for one in said], [one.text for one in some])
            yield f"crops: {condition.name}, {kind.value}", wrong


def report(network: LineNetwork, fonts: FontSet, count: int) -> Iterator[str]:
    """Yield the table of both."""
    for measure in (drawn, crops):
        for name, wrong in measure(network, fonts, count):
            yield f"{name:<32}{wrong:.4f}"
