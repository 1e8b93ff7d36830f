"""The graphics cards of this machine: which engine gets which, and models larger than one of them.

An engine sees only the cards it is given, through the variable that CUDA itself reads. A model that
fits on no single card is laid over several by Accelerate.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from vlm import amounts
from vlm.device import ROOM, Placement

SEES = "CUDA_VISIBLE_DEVICES"
"""What CUDA reads at its start: the cards a process may use, by number or by name."""

KEPT_FREE = 0.1
"""Share of a card that a model laid over several leaves for what it computes."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where one of several engines runs.

    Attributes:
        environment: What its process gets beside this one's environment.
    """

    environment: tuple[tuple[str, str], ...] = ()


def visible(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the cards that this process may use, as `SEES` names them. Reserves no memory."""
    known = os.environ if environment is None else environment
    count = torch.cuda.device_count()
    named = [part.strip() for part in known.get(SEES, "").split(",") if part.strip()]
    return tuple(named[:count]) if named else tuple(map(str, range(count)))


def sizes() -> tuple[int, ...]:
    """Return the bytes of memory of each card that this process may use."""
    cards = range(torch.cuda.device_count())
    return tuple(int(torch.cuda.get_device_properties(card).total_memory) for card in cards)


def groups(cards: Sequence[str], bytes_each: Sequence[int], needed: int) -> tuple[str, ...]:
    """Part cards among engines so that a model fits into each part.

    Args:
        cards: Names of cards.
        bytes_each: Their memory.
        needed: What one model needs, in bytes.

    Returns:
        The cards of each engine, joined as `SEES` wants them; all cards for one engine when the
        model fits into no smaller part.
    """
    found: list[str] = []
    part: list[str] = []
    room = 0
    for card, size in zip(cards, bytes_each, strict=True):
        part.append(card)
        room += size
        if room >= needed:
            found.append(",".join(part))
            part, room = [], 0
    return tuple(found) if found else (",".join(cards),) if cards else ()


def needed_bytes(weights: int) -> int:
    """Return what a model of so many numbers needs on graphics cards, in bytes."""
    return int(weights * 2 * ROOM)


def seats(device: str, engines: int | None, weights: int) -> tuple[Seat, ...]:
    """Decide how many engines run side by side, and where.

    Args:
        device: What the person wants: "auto", "cpu", "cuda" or "mps".
        engines: How many the person wants; None for one on each card, or one where there is no card
            or only one.
        weights: Numbers of the model.
    """
    cards: tuple[str, ...] = ()
    if device in ("auto", "cuda") and torch.cuda.is_available():
        names = visible()
        cards = groups(names, sizes(), needed_bytes(weights)) if len(names) > 1 else names
    count = max(1, len(cards)) if engines is None else engines
    if count == 1:
        return (Seat(),)
    if cards:
        return tuple(Seat(((SEES, cards[place % len(cards)]),)) for place in range(count))
    threads = str(max(1, (os.cpu_count() or 1) // count))
    return (Seat((("OMP_NUM_THREADS", threads),)),) * count


def over_several(needed: int, free: Mapping[int, int]) -> dict[int, int] | None:
    """Decide whether a model is laid over several cards.

    Args:
        needed: Its bytes.
        free: Bytes that are free on each card.

    Returns:
        Bytes that may be used of each card, for Accelerate; None where the first card is enough or
        all together are not.
    """
    if len(free) < 2 or needed <= free[min(free)]:
        return None
    room = {card: int(size * (1 - KEPT_FREE)) for card, size in free.items()}
    return room if needed <= sum(room.values()) else None


def free_bytes() -> dict[int, int]:
    """Return the free bytes of every card, as Accelerate finds them."""
    from accelerate.utils import get_max_memory

    return {card: int(size) for card, size in get_max_memory().items() if isinstance(card, int)}


def lay_out(weights: int, placement: Placement) -> tuple[Placement, dict[str, Any]]:
    """Lay a model over several cards, where it fits on no single one but on all together.

    Args:
        weights: Numbers of the model.
        placement: Where it goes.

    Returns:
        The placement with the reason added, and what `from_pretrained` is given: Accelerate then
        decides which part goes where and moves what passes between them.
    """
    if placement.device != "cuda" or torch.cuda.device_count() < 2:
        return placement, {}
    needed = int(weights * placement.dtype.itemsize * ROOM)
    room = over_several(needed, free_bytes())
    if room is None:
        return placement, {}
    told = f"It needs about {amounts.size(needed)}, so it lies on {len(room)} graphics cards."
    laid = replace(placement, reason=f"{placement.reason} {told}")
    return laid, {"device_map": "auto", "max_memory": room}


def elsewhere(placement: Placement, laid_out: bool) -> tuple[str, ...]:
    """Return the cards on which a loaded model could answer too, each named as `SEES` wants it."""
    if placement.device != "cuda" or laid_out:
        return ()
    return visible()[1:]
