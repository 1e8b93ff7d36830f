"""Threads that wait leave the cores to others, and small products have one thread only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Generator

import pytest
import torch
from torch import Tensor, nn

from vlm import encoder_work
from vlm.encoder_work import SMALL, UNKNOWN, encode, largest_product
from vlm.spare_cores import SpareCores, Spent, spent
from vlm.yielding_cores import SPINS, yield_cores


class Encoder(nn.Module):
    """A filter of patches of 4 x 4 pixels and a layer behind it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.filter = nn.Conv2d(3, 8, 4, 4)
        self.places = nn.Embedding(100_000, 8)  # looked up, not multiplied
        self.layer = nn.Linear(8, width)


class OneView:
    """A family of which nothing is asked but to encode."""

    def encoder(self, model: Encoder) -> Encoder:
        """Return the model itself."""
        return model

    def encode(self, _model: Encoder, _pixels: dict[str, Tensor]) -> Tensor:
        """Tell how many threads there are."""
        return torch.tensor(torch.get_num_threads())


class Model(Encoder):
    """Knows where it is, as models do."""

    device = torch.device("cpu")


def pixels(side: int) -> dict[str, Tensor]:
    """Return a picture of one view."""
    return {"pixel_values": torch.zeros(1, 1, 3, side, side)}


@pytest.fixture
def two_threads() -> Generator[None]:
    """Compute on two threads for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_the_largest_product_counts_patches_and_layers_not_tables() -> None:
    assert largest_product(Encoder(16), pixels(32)) == 64 * 8 * 16


def test_an_encoder_without_a_filter_counts_as_large() -> None:
    assert largest_product(nn.Linear(4, 4), pixels(32)) == UNKNOWN


def watched(*moments: Spent) -> SpareCores:
    """Return what looks at these moments, one after the other."""
    coming = iter(moments)
    return SpareCores(lambda: next(coming))


@pytest.mark.usefixtures("two_threads")
def test_a_small_view_is_encoded_on_one_thread_and_a_large_one_on_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody = watched(*(Spent(float(second), 0.0, 0.0) for second in range(3)))
    monkeypatch.setattr(encoder_work, "_spare", nobody)
    width = SMALL // 8 // 64  # a view of 64 patches is the first that is not small
    family, model = OneView(), Model(width)
    assert int(encode(family, model, pixels(28))) == 1  # type: ignore[arg-type]
    assert int(encode(family, model, pixels(32))) == 2  # type: ignore[arg-type]
    assert torch.get_num_threads() == 2


def test_what_others_compute_is_left_to_them() -> None:
    # of eight cores others keep three busy, this process two
    cores = watched(Spent(0.0, 0.0, 0.0), Spent(2.0, 10.0, 4.0))
    assert cores.threads(8) == 5


def test_one_thread_is_left_where_all_cores_are_busy() -> None:
    cores = watched(Spent(0.0, 0.0, 0.0), Spent(1.0, 8.0, 0.0))
    assert cores.threads(2) == 1


def test_what_is_long_past_says_nothing_and_a_moment_too_little() -> None:
    cores = watched(
        Spent(0.0, 0.0, 0.0),
        Spent(1.0, 3.0, 0.0),
        Spent(1.05, 3.0, 0.0),  # too soon: as a moment before
        Spent(60.0, 100.0, 0.0),  # too late: nothing is known
    )
    assert [cores.threads(4) for _ in range(3)] == [1, 1, 4]


def test_the_system_tells_what_was_spent() -> None:
    before, start = spent(), time.process_time()
    while time.process_time() < start + 0.05:
        pass
    now = spent()
    assert now.own - before.own >= 0.05
    assert now.moment > before.moment
    assert now.everybody >= before.everybody


def test_how_threads_wait_is_set_unless_the_person_did(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"):
        monkeypatch.setenv(name, "")  # so that what is set below is taken back
        monkeypatch.delenv(name)
    yield_cores()
    assert os.environ["GOMP_SPINCOUNT"] == SPINS
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    yield_cores()
    assert os.environ["GOMP_SPINCOUNT"] == "7"
    monkeypatch.delenv("GOMP_SPINCOUNT")
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    yield_cores()
    assert "GOMP_SPINCOUNT" not in os.environ


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="GNU's OpenMP only")
def test_the_program_sets_it_before_torch_is_loaded() -> None:
    known = {key: value for key, value in os.environ.items() if key != "GOMP_SPINCOUNT"}
    told = "import os, sys, app.__main__ as program; program.main(['--version']);"
    shown = f"{told} print('torch' in sys.modules, os.environ['GOMP_SPINCOUNT'])"
    command = [sys.executable, "-c", shown]
    run = subprocess.run(command, env=known, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == f"False {SPINS}"
