"""Reads print in pictures of a page's parts with the small network that comes with the program.

A picture is divided into its lines; each is brought to the size that was taught, and laid
in the middle of its strip. Alike strips are read together. Knows the pixels only, no page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from safetensors.torch import load_file
from safetensors.torch import save as serialized

import assets
from vlm import whole_file
from vlm.ink import beside, marks_of, strong_ink_of, usual_height
from vlm.line_network import CHARACTERS, COLUMN_PX, EM_PX, HEIGHT, LineNetwork
from vlm.rules import strokes_of, unframed
from vlm.text_lines import find_lines, print_height

FOLDER = Path(assets.__file__).parent / "reader"
WEIGHTS = "line-reader.safetensors"

PAPER, INK = 95.0, 1.0
"""Percentiles of a picture's brightness that are its paper and its ink."""

LEAST_CONTRAST = 60.0
"""Between the two, gray levels: less is not made more."""

OTHER_SIZE = 1.2
"""Times as large or small as taught from which on print is brought to the size that was taught."""

AROUND = 0.25
"""Of a line's height, what of the picture above and below belongs to it."""

SIDE_PX = 6
"""Paper before and behind a line."""

TOGETHER_PX = 6_000
"""Width of the strips that are read together."""

STEP_PX = 16 * COLUMN_PX
"""Strips are as wide as some of these, so that many are alike."""

SCALES, MOST = ".scales", 127.0
"""Ends the name of the scales of a matrix in 8 bits, and the largest number in one."""

Gray = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in a picture.

    Attributes:
        text: Its lines, divided by line breaks.
        probabilities: Of each character, in [0, 1]; 1 of a line break.
    """

    text: str
    probabilities: tuple[float, ...]


def ink(gray: Gray) -> Gray:
    """Return how much ink is where, ``(height, width)`` uint8: 0 is paper, 255 what is darkest.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
    """
    gray = dark_on_light(gray)
    paper, dark = np.percentile(gray, (PAPER, INK))
    share = (paper - gray.astype(np.float32)) / max(LEAST_CONTRAST, paper - dark)
    found: Gray = (255 * np.clip(share, 0, 1)).astype(np.uint8)
    return found


def dark_on_light(gray: Gray) -> Gray:
    """Return a picture with its brightness turned about where most of it is dark: the paper is."""
    paper, middle, dark = np.percentile(gray, (PAPER, 50, INK))
    return 255 - gray if paper - middle > middle - dark else gray


def strips(gray: Gray) -> list[Gray]:
    """Return the ink of each line of a picture, ``(HEIGHT, width)`` uint8, from top to bottom.

    Args:
        gray: ``(height, width)`` uint8, 0 is black.
    """
    gray = _without_cells(dark_on_light(gray))
    em = print_height(gray)
    if em is not None and not EM_PX / OTHER_SIZE <= em <= EM_PX * OTHER_SIZE:
        gray = _scaled(gray, EM_PX / em)
    found = ink(gray)
    lines = find_lines(gray)
    if len(lines) < 2:
        rows = slice(round(lines[0].top), round(lines[0].end)) if lines else slice(None)
        return [_laid(found, rows)]
    cut = list[Gray]()
    for line in lines:
        air = AROUND * (line.end - line.top)
        rows = slice(max(0, round(line.top - air)), round(line.end + air))
        left = max(0, round(line.pieces[0][0]) - SIDE_PX)
        cut.append(_laid(found[rows, left : round(line.pieces[-1][1]) + SIDE_PX]))
    return cut


def _without_cells(gray: Gray) -> Gray:
    """Return a picture without the frames of cells: they are read as letters."""
    inked = strong_ink_of(gray)
    left = unframed(inked)
    marks = marks_of(left)
    lost = (inked & ~left) | marks.where(strokes_of(marks, usual_height(marks)))
    if not lost.any():
        return gray
    clean = gray.copy()
    clean[beside(lost)] = np.percentile(gray, PAPER)
    return clean


def _scaled(gray: Gray, scale: float) -> Gray:
    height, width = (max(1, round(side * scale)) for side in gray.shape)
    return np.asarray(Image.fromarray(gray).resize((width, height), Image.Resampling.BICUBIC))


def _laid(found: Gray, print_rows: slice = slice(None)) -> Gray:
    """Lay the ink of a line in the middle of a strip that is as high as the network wants it.

    Args:
        found: Ink.
        print_rows: Where in it the line is.
    """
    rows, places = found.sum(axis=1, dtype=np.float64), np.arange(len(found))
    total = rows[print_rows].sum()
    middle = len(found) / 2
    if total:
        middle = float((rows * places)[print_rows].sum() / total) + 0.5
    strip = np.zeros((HEIGHT, found.shape[1]), np.uint8)
    down = round(HEIGHT / 2 - middle)
    first, last = max(0, -down), min(len(found), HEIGHT - down)
    strip[first + down : last + down] = found[first:last]
    return strip


def best_path(shares: npt.NDArray[np.float32]) -> Reading:
    """Return the characters that are likeliest at each place, each once.

    Args:
        shares: ``(places, CLASSES)`` probabilities.
    """
    best = shares.argmax(axis=1)
    text, sure, before = "", list[float](), 0
    for place, one in enumerate(best.tolist()):
        if one and one != before:
            text += CHARACTERS[one - 1]
            sure.append(float(shares[place, one]))
        elif one:
            sure[-1] = max(sure[-1], float(shares[place, one]))
        before = one
    first = len(text) - len(text.lstrip())
    last = len(text.rstrip())
    return Reading(text[first:last], tuple(sure[first:last]))


class LineReader:
    """Reads pictures.

    Args:
        network: With its weights, on the device on which it reads.
        dtype: In which it computes most.
    """

    def __init__(self, network: LineNetwork, dtype: torch.dtype = torch.float32) -> None:
        self._network, self._dtype = network.eval(), dtype
        self._device = next(network.parameters()).device

    def read(self, pictures: Sequence[Gray]) -> list[Reading]:
        """Return what stands in pictures, each with one line or some.

        Args:
            pictures: ``(height, width)`` uint8, 0 is black.
        """
        cut = [strips(one) for one in pictures]
        every = [strip for one in cut for strip in one]
        read = iter(self._told(every))
        return [_joined([next(read) for _ in one]) for one in cut]

    def read_lines(self, pictures: Sequence[Gray]) -> list[Reading]:
        """Return what stands in pictures of one line each, of the size that was taught."""
        return self._told([_laid(ink(one)) for one in pictures])

    def _told(self, every: Sequence[Gray]) -> list[Reading]:
        told: dict[int, Reading] = {}
        for width, some in _alike(every):
            pictures = np.zeros((len(some), 1, HEIGHT, width), np.float32)
            for row, number in enumerate(some):
                pictures[row, 0, :, : every[number].shape[1]] = every[number]
            shares = self._shares(torch.from_numpy(pictures / 255))
            told.update(zip(some, map(best_path, shares), strict=True))
        return [told[number] for number in range(len(every))]

    @torch.inference_mode()
    def _shares(self, pictures: torch.Tensor) -> npt.NDArray[np.float32]:
        exact = self._dtype is torch.float32
        with torch.autocast(self._device.type, self._dtype, enabled=not exact):
            scores: torch.Tensor = self._network(pictures.to(self._device))
        return scores.float().softmax(dim=-1).cpu().numpy()


def _alike(every: Sequence[Gray]) -> Iterator[tuple[int, list[int]]]:
    """Yield widths, and the numbers of the strips that are read together on as much paper.

    What is read in a strip does not depend on those beside it: none gets more paper for them.
    """
    widths = [-(-one.shape[1] // STEP_PX) * STEP_PX for one in every]
    for width in sorted(set(widths)):
        some = [number for number, one in enumerate(widths) if one == width]
        most = max(1, TOGETHER_PX // width)
        for first in range(0, len(some), most):
            yield width, some[first : first + most]


def _joined(lines: Sequence[Reading]) -> Reading:
    said = [one for one in lines if one.text]
    sure = list[float]()
    for one in said:
        sure += [1.0] if sure else []
        sure += one.probabilities
    return Reading("\n".join(one.text for one in said), tuple(sure))


def load(folder: Path = FOLDER) -> LineNetwork:
    """Return the network with the weights of a folder, float32.

    Raises:
        FileNotFoundError: If it has none.
    """
    saved, network = load_file(folder / WEIGHTS), LineNetwork()
    weights = {name: one.float() for name, one in saved.items() if not name.endswith(SCALES)}
    for name, one in weights.items():
        if (scales := saved.get(name + SCALES)) is not None:
            one.mul_(scales.view(-1, *[1] * (one.dim() - 1)))
    network.load_state_dict(weights)
    return network.eval()


def save(network: LineNetwork, folder: Path) -> None:
    """Write the weights, matrices in 8 bits with a scale for each row; a file is there or not.

    Args:
        network: With them.
        folder: Created where it is missing.

    Raises:
        OSError: When the file cannot be written.
    """
    weights: dict[str, torch.Tensor] = {}
    for name, one in network.state_dict().items():
        whole = one.detach().float().cpu().contiguous()
        if whole.dim() < 2:
            weights[name] = whole
            continue
        rows = whole.flatten(1)
        scales = rows.abs().amax(dim=1).clamp(min=1e-8) / MOST
        weights[name + SCALES] = scales
        weights[name] = (rows / scales[:, None]).round().to(torch.int8).view(whole.shape)
    folder.mkdir(parents=True, exist_ok=True)
    whole_file.write(folder / WEIGHTS, serialized(weights))


@lru_cache(maxsize=4)
def version(folder: Path = FOLDER) -> str:
    """Return what changes whenever what is read could: a digest of the weights."""
    return hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()


@lru_cache(maxsize=2)
def shipped(device: str = "cpu", dtype: torch.dtype = torch.float32) -> LineReader:
    """Return the reader that comes with the program, loaded once for a device and a format."""
    return LineReader(load().to(device), dtype)
