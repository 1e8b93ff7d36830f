"""Draws the curves of a run as one picture, a panel for each thing worth watching."""

import json
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

PANEL = (380, 220)
MARGIN = (46, 30, 10, 26)
"""Left, top, right and bottom of a panel, pixels."""
COLOURS = ((30, 90, 180), (200, 90, 30), (40, 140, 70), (140, 60, 150))

PANELS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Loss of characters", ("patch_characters", "latent_characters", "answer")),
    ("Characters right", ("patch_accuracy", "latent_accuracy", "answer_accuracy")),
    (
        "Attention where it should be",
        ("latent_own_attention", "answer_attention", "answer_again_attention"),
    ),
    (
        "Character error rate at the gates",
        ("gate_digits_cer", "gate_noise_cer", "gate_natural_cer"),
    ),
    ("Loss, own and swapped image", ("gate_loss", "gate_loss_swapped")),
    ("Samples a second", ("samples_per_s",)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One named line: minutes of training against a value."""

    name: str
    points: list[tuple[float, float]]


def read(files: list[Path]) -> dict[str, Line]:
    """Read curves that follow each other; a stage's minutes go on from the stage before."""
    lines: dict[str, Line] = {}
    offset = last = 0.0
    stage = ""
    for file in files:
        for text in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(text)
            if row["stage"] != stage:
                stage, offset = row["stage"], last
            last = offset + float(row["minutes"])
            for name, value in row.items():
                if isinstance(value, float) and name != "minutes":
                    lines.setdefault(name, Line(name, [])).points.append((last, value))
    return lines


def smooth(points: list[tuple[float, float]], most: int = 70) -> list[tuple[float, float]]:
    """Average neighbours until at most ``most`` points are left."""
    size = -(-len(points) // most)
    groups = [points[at : at + size] for at in range(0, len(points), size)]
    return [
        (sum(x for x, _ in group) / len(group), sum(y for _, y in group) / len(group))
        for group in groups
    ]


def _panel(title: str, lines: list[Line], longest: float) -> Image.Image:
    image = Image.new("RGB", PANEL, "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(11)
    left, top, right, bottom = MARGIN
    width, height = PANEL[0] - left - right, PANEL[1] - top - bottom
    highest = max((y for line in lines for _, y in line.points), default=1.0) * 1.05 or 1.0
    pen.text((left, 2), title, fill="black", font=font)
    for share in (0.0, 0.5, 1.0):
        y = top + height * (1 - share)
        pen.line([(left, y), (left + width, y)], fill=(220, 220, 220))
        pen.text((4, y - 6), f"{highest * share:.3g}", fill="black", font=font)
        x = left + width * share
        label = f"{longest * share:.0f} min"
        anchor = "ra" if share == 1.0 else "ma"  # the last one ends where its panel does
        pen.text((x, top + height + 6), label, fill="black", font=font, anchor=anchor)
    for index, line in enumerate(lines):
        colour = COLOURS[index % len(COLOURS)]
        places = [
            (left + width * x / longest, top + height * (1 - y / highest)) for x, y in line.points
        ]
        if len(places) > 1:
            pen.line(places, fill=colour, width=2)
        for x, y in places:
            pen.ellipse([x - 1.5, y - 1.5, x + 1.5, y + 1.5], fill=colour)
        pen.text(
            (left + 4 + 112 * index, 15),
            line.name.removesuffix("_attention"),
            fill=colour,
            font=font,
        )
    return image


def draw(files: list[Path], target: Path) -> None:
    """Write the picture of the runs whose curves follow each other."""
    lines = read(files)
    longest = max((x for line in lines.values() for x, _ in line.points), default=1.0) or 1.0
    rows = -(-len(PANELS) // 2)
    whole = Image.new("RGB", (2 * PANEL[0], rows * PANEL[1]), "white")
    for index, (title, names) in enumerate(PANELS):
        some = [Line(name, smooth(lines[name].points)) for name in names if name in lines]
        at = ((index % 2) * PANEL[0], (index // 2) * PANEL[1])
        whole.paste(_panel(title, some, longest), at)
    whole.quantize(64).save(target, optimize=True)
