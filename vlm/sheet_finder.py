"""Finds the sheet on a photograph: four straight edges about what is lighter than its table.

Print is painted over first, so that only edges of things are left. Each of their pixels votes for
the straight lines through it that have the lighter side where it has (Duda and Hart, "Use of the
Hough transformation to detect lines and curves in pictures", CACM 1972); the four that go about a
sheet are those whose every part lies on an edge. Pure; what is not sure is not found.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vlm.flat import Corners

LOOKED_PX = 280
"""Longer side of the picture on which edges are looked for."""

PRINT_PX = 9
"""Pixels of it below which what is dark is print on a sheet, and no edge of it."""

EDGE, FAINT = 0.1, 0.06
"""Change of brightness across two pixels, as a natural logarithm, that votes for a line, and that
is enough on one: a shadow's edge is softer than a sheet's."""

MOST_EDGE = 0.35
"""What an edge counts at most."""

FEWEST_EDGES = 0.6
"""Of the picture's sides: so many pixels of edges are about a sheet, at least."""

ANGLES, SPREAD, APART = 180, 3, 6
"""Steps of a full turn, how many of them a pixel's direction may be wrong, and how far off those of
another line are."""

STEP_PX, APART_STEPS = 2, 3
"""Width of a line that is voted for, and how far off another one is."""

LINES = 12
"""Lines that are tried as sides, besides the picture's own edges."""

SQUARE = 55.0
"""Degrees between two neighbouring sides, at least, and less than 180 by so many."""

LEAST_AREA = 0.12
"""Share of the picture that is a sheet, at least."""

BEYOND = 0.03
"""Of the picture's longer side, by which a corner may lie outside it."""

SURE, SURE_ALL = 0.72, 0.85
"""Share of each side that lies on an edge, and of all sides together."""

NEAR_PX = 2
"""Pixels that an edge may lie beside its line: no sheet is quite flat."""

SAMPLES = 64
"""Points of a side that are looked at."""

BESIDE_PX, PALEST = 6, 0.82
"""Pixels from a side, and how bright a table is there beside the paper at most: 0.17 to 0.75 on
photographs; the white fields of a form on pale paper are no sheets."""

CUT = 1
"""Sides that may lie where the picture ends."""


@dataclass(frozen=True, slots=True)
class _Edges:
    """Where brightness changes, and towards which side it is lighter.

    Attributes:
        right: ``(height, width)`` float32, how much lighter it is to the right.
        down: The same below.
        strength: Of both together.
        levels: How bright it is, without print.
    """

    right: NDArray[np.float32]
    down: NDArray[np.float32]
    strength: NDArray[np.float32]
    levels: NDArray[np.float32]


def find_sheet(picture: Image.Image) -> Corners | None:
    """Return the corners of the sheet on a photograph.

    Args:
        picture: RGB.

    Returns:
        None where no sheet is seen, or the picture shows nothing but one.
    """
    edges = _edges_of(_small(picture))
    height, width = edges.strength.shape
    if np.count_nonzero(edges.strength >= EDGE) < FEWEST_EDGES * (height + width):
        return None
    lines = _lines(edges)
    if len(lines) < 4 - CUT:
        return None
    best = _best(edges, lines)
    if best is None:
        return None
    fitted = _fitted(edges, best)
    corners = _corners(fitted[None])[0]
    if not np.isfinite(corners).all() or not _is_on_table(edges, fitted, corners):
        return None
    corners += (width / 2, height / 2)
    first = int(np.argmin(corners.sum(axis=1)))
    x, y = np.clip(np.roll(corners, -first, axis=0) / (width, height), 0, 1).T.tolist()
    return tuple(zip(x, y, strict=True))


def _small(picture: Image.Image) -> NDArray[np.uint8]:
    scale = min(1.0, LOOKED_PX / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return np.asarray(picture.resize(size, Image.Resampling.BOX))


def _edges_of(rgb: NDArray[np.uint8]) -> _Edges:
    """Return the edges of what is larger than print, each of the colour that shows it best."""
    plain = _most(255 - _most(rgb)).astype(np.float32)
    light = np.log(_smooth(_smooth(np.float32(267) - plain, 0), 1))
    right, down = np.zeros_like(light), np.zeros_like(light)
    right[:, 1:-1] = light[:, 2:] - light[:, :-2]
    down[1:-1] = light[2:] - light[:-2]
    strength = np.hypot(right, down)
    chosen = strength.argmax(axis=2)[..., None]
    towards, below, strongest = (
        np.take_along_axis(one, chosen, axis=2)[..., 0] for one in (right, down, strength)
    )
    return _Edges(towards, below, strongest, (255 - plain).mean(axis=2))


def _most(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the highest level in a square of `PRINT_PX` about each pixel."""
    for axis in (0, 1):
        around = [(0, 0)] * 3
        around[axis] = (PRINT_PX // 2, PRINT_PX // 2)
        wide, have = np.moveaxis(np.pad(levels, around, mode="edge"), axis, 0), 1
        while have < PRINT_PX:
            step = min(have, PRINT_PX - have)
            wide = np.maximum(wide[:-step], wide[step:])
            have += step
        levels = np.moveaxis(wide, 0, axis)
    return levels


def _smooth(levels: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    around = [(0, 0)] * 3
    around[axis] = (1, 1)
    wide = np.moveaxis(np.pad(levels, around, mode="edge"), axis, 0)
    smooth = ((wide[:-2] + 2 * wide[1:-1] + wide[2:]) / 4).astype(np.float32)
    found: NDArray[np.float32] = np.moveaxis(smooth, 0, axis)
    return found


def _lines(edges: _Edges) -> NDArray[np.float64]:
    """Return the lines that have most votes, by the direction of their lighter side.

    Returns:
        ``(lines, 2)``: radians from 0 to 2 pi, and pixels from the middle of the picture.
    """
    height, width = edges.strength.shape
    rows, columns = np.nonzero(edges.strength >= EDGE)
    weight = np.minimum(edges.strength[rows, columns], MOST_EDGE)
    towards = np.arctan2(edges.down[rows, columns], edges.right[rows, columns])
    step = np.round(towards / (2 * np.pi) * ANGLES).astype(np.int64)
    x, y = columns + 0.5 - width / 2, rows + 0.5 - height / 2
    reach = int(np.hypot(height, width) / 2 / STEP_PX) + 1
    votes = np.zeros((ANGLES, 2 * reach + 1))
    for off in range(-SPREAD, SPREAD + 1):
        turns = (step + off) % ANGLES
        angle = turns * (2 * np.pi / ANGLES)
        away = np.round((x * np.cos(angle) + y * np.sin(angle)) / STEP_PX).astype(np.int64) + reach
        places = turns * votes.shape[1] + away
        votes += np.bincount(places, weight, votes.size).reshape(votes.shape)
    found: list[tuple[float, float]] = []
    for _ in range(LINES):
        number, away = divmod(int(votes.argmax()), votes.shape[1])
        if votes[number, away] <= EDGE * PRINT_PX:
            break
        found.append((number * 2 * np.pi / ANGLES, (away - reach) * float(STEP_PX)))
        near = np.arange(number - APART, number + APART + 1) % ANGLES
        votes[near, max(0, away - APART_STEPS) : away + APART_STEPS + 1] = 0
    return np.array(sorted(found)).reshape(-1, 2)


def _best(edges: _Edges, lines: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the four lines, each with its number of the picture's edges, that go about a sheet.

    Returns:
        ``(4, 2)`` as `_lines`, clockwise; None where no four surely do.
    """
    height, width = edges.strength.shape
    ends = [(0.0, -width / 2), (np.pi / 2, -height / 2), (np.pi, -width / 2)]
    sides = np.array([*lines.tolist(), *ends, (1.5 * np.pi, -height / 2)])
    cut = np.arange(len(sides)) >= len(lines)
    order = np.argsort(sides[:, 0], kind="stable")
    sides, cut = sides[order], cut[order]
    fours = np.array(list(itertools.combinations(range(len(sides)), 4)))
    fours = fours[cut[fours].sum(axis=1) <= CUT]
    angles = sides[fours, 0]
    between = (np.roll(angles, -1, axis=1) - angles) % (2 * np.pi)
    least = np.radians(SQUARE)
    fours = fours[((between >= least) & (between <= np.pi - least)).all(axis=1)]
    if not len(fours):
        return None
    corners = _corners(sides[fours])
    spare = BEYOND * max(width, height)
    inside = (np.abs(corners) <= np.array((width, height)) / 2 + spare).all(axis=(1, 2))
    middle = corners.mean(axis=1)
    angles, away = sides[fours, 0], sides[fours, 1]
    towards = middle[:, :1] * np.cos(angles) + middle[:, 1:] * np.sin(angles)
    inside &= (towards > away).all(axis=1)  # the lighter side of each is the inner one
    area = _area(corners) / (width * height)
    fours, corners, area = (one[inside & (area >= LEAST_AREA)] for one in (fours, corners, area))
    if not len(fours):
        return None
    held = np.where(cut[fours], 1.0, _held(edges, sides[fours], corners))
    sure = (held.min(axis=1) >= SURE) & (held.mean(axis=1) >= SURE_ALL)
    if not sure.any():
        return None
    score = np.where(sure, held.min(axis=1) + held.mean(axis=1) / 2 + area / 2, -1.0)
    score -= 0.2 * cut[fours].sum(axis=1)
    found: NDArray[np.float64] = sides[fours[int(score.argmax())]]
    return found


def _corners(fours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where each side meets the next one, ``(any, 4, 2)`` from the middle of the picture."""
    angle, away = fours[..., 0], fours[..., 1]
    other, far = np.roll(angle, -1, axis=1), np.roll(away, -1, axis=1)
    scale = np.sin(other - angle)
    x = (away * np.sin(other) - far * np.sin(angle)) / scale
    y = (far * np.cos(angle) - away * np.cos(other)) / scale
    return np.stack([x, y], axis=-1)


def _area(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = corners[..., 0], corners[..., 1]
    crossed = x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)
    found: NDArray[np.float64] = np.abs(crossed.sum(axis=1)) / 2
    return found


def _held(
    edges: _Edges, fours: NDArray[np.float64], corners: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return which share of each side lies on an edge whose lighter side is the inner one."""
    height, width = edges.strength.shape
    start, end = np.roll(corners, 1, axis=1), corners  # of each side
    share = ((np.arange(SAMPLES) + 0.5) / SAMPLES)[:, None]
    points = start[:, :, None] + (end - start)[:, :, None] * share  # (any, 4, samples, 2)
    angle = fours[..., 0][..., None]
    right, down = np.cos(angle), np.sin(angle)
    held = np.zeros(points.shape[:-1], np.bool_)
    for off in range(-NEAR_PX, NEAR_PX + 1):
        x = (points[..., 0] + off * right + width / 2).astype(np.int64)
        y = (points[..., 1] + off * down + height / 2).astype(np.int64)
        within = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
        strength = edges.strength[y, x]
        inner = edges.right[y, x] * right + edges.down[y, x] * down >= 0.8 * strength
        held |= within & inner & (strength >= FAINT)
    found: NDArray[np.float64] = held.mean(axis=-1)
    return found


def _is_on_table(edges: _Edges, four: NDArray[np.float64], corners: NDArray[np.float64]) -> bool:
    """Tell whether it is much darker beyond each side, as far as that can be seen."""
    height, width = edges.levels.shape
    share = ((np.arange(SAMPLES) + 0.5) / SAMPLES)[:, None]
    for place, angle in enumerate(four[:, 0].tolist()):
        points = corners[place - 1] + (corners[place] - corners[place - 1]) * share
        away = BESIDE_PX * np.array((np.cos(angle), np.sin(angle)))
        both = np.stack([points - away, points + away]) + (width / 2, height / 2)
        x, y = both[..., 0].astype(np.int64), both[..., 1].astype(np.int64)
        seen = ((both >= 0) & (both < (width, height))).all(axis=(0, 2))
        if not seen.any():
            continue  # the picture ends there
        beyond, paper = edges.levels[y[:, seen], x[:, seen]]
        if np.median(beyond / np.maximum(paper, 1.0)) > PALEST:
            return False
    return True


def _fitted(edges: _Edges, four: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lay each line through the middle of the edges that it stands for."""
    height, width = edges.strength.shape
    rows, columns = np.nonzero(edges.strength >= FAINT)
    weight = edges.strength[rows, columns]
    points = np.stack([columns + 0.5 - width / 2, rows + 0.5 - height / 2], axis=1)
    light = np.stack([edges.right[rows, columns], edges.down[rows, columns]], axis=1)
    found: list[tuple[float, float]] = []
    for angle, away in four.tolist():
        normal = np.array((np.cos(angle), np.sin(angle)))
        near = np.abs(points @ normal - away) <= NEAR_PX + 1
        near &= light @ normal >= 0.8 * weight
        if near.sum() < PRINT_PX:
            found.append((angle, away))
            continue
        middle = np.average(points[near], axis=0, weights=weight[near])
        spread = (points[near] - middle) * np.sqrt(weight[near])[:, None]
        across = np.linalg.eigh(spread.T @ spread)[1][:, 0]
        across *= np.sign(across @ normal) or 1.0
        found.append((float(np.arctan2(across[1], across[0])), float(middle @ across)))
    return np.array(found)
