from __future__ import annotations

import pytest
import torch

from vlm import cards
from vlm.cards import SEES, Seat

GIB = 2**30


def machine(monkeypatch: pytest.MonkeyPatch, *sizes: int) -> None:
    """Pretend that this machine has cards of these sizes."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(sizes))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(sizes))
    monkeypatch.setattr(cards, "sizes", lambda: sizes)


def where(*names: str) -> tuple[Seat, ...]:
    return tuple(Seat(((SEES, name),)) for name in names)


def test_one_engine_on_each_card_and_one_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(SEES, raising=False)
    machine(monkeypatch)
    assert cards.seats("auto", None, 10**9) == (Seat(),)
    machine(monkeypatch, 80 * GIB)
    assert cards.seats("auto", None, 10**9) == (Seat(),)
    machine(monkeypatch, 80 * GIB, 80 * GIB)
    assert cards.seats("auto", None, 10**9) == where("0", "1")
    assert cards.seats("cpu", None, 10**9) == (Seat(),)
    assert cards.seats("auto", 3, 10**9) == where("0", "1", "0")
    assert cards.seats("auto", 1, 10**9) == (Seat(),)


def test_only_cards_that_this_process_may_use_are_given_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine(monkeypatch, 80 * GIB, 80 * GIB)
    monkeypatch.setenv(SEES, "5, GPU-8a1c")
    assert cards.seats("cuda", None, 10**9) == where("5", "GPU-8a1c")


def test_a_large_model_gets_several_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SEES, raising=False)
    sizes = (24 * GIB,) * 5
    names = tuple("01234")
    assert cards.groups(names, sizes, 40 * GIB) == ("0,1", "2,3")
    assert cards.groups(names, sizes, 500 * GIB) == ("0,1,2,3,4",)
    machine(monkeypatch, *sizes)
    weights = 15 * 10**9
    assert cards.seats("auto", None, weights) == where("0,1", "2,3")


def test_processors_are_shared_among_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert cards.seats("cpu", 3, 10**9) == (Seat((("OMP_NUM_THREADS", "2"),)),) * 3


def test_a_model_is_laid_over_cards_only_where_it_must_and_can() -> None:
    two = {0: 20 * GIB, 1: 20 * GIB}
    assert cards.over_several(10 * GIB, two) is None
    assert cards.over_several(30 * GIB, {0: 20 * GIB}) is None
    assert cards.over_several(39 * GIB, two) is None, "nothing would be left to compute in"
    room = cards.over_several(30 * GIB, two)
    assert room == {0: 18 * GIB, 1: 18 * GIB}


def test_nothing_is_free_where_there_are_no_cards() -> None:
    if not torch.cuda.is_available():
        assert cards.free_bytes() == {}
