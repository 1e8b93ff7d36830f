"""Lines are drawn to be read, and a network that reads them learns."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pretrain import cli, fonts
from pretrain.documents.texts import Writer
from pretrain.documents.wear import Wear
from pretrain.reading import measure
from pretrain.reading.learn import Plan, learn, losses
from pretrain.reading.lessons import Lessons, batch_of
from pretrain.reading.lines import Line, LinePlan, draw_line
from pretrain.reading.marks import draw_mark
from vlm.line_network import HEIGHT, PLACE_PX, LineNetwork
from vlm.line_reader import WEIGHTS, load

FONTS = fonts.load(None)
PLAN = LinePlan(FONTS.seen)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def drawn(count: int, width: int = 200, plan: LinePlan = PLAN, seed: int = 1) -> list[Line]:
    rng = random.Random(seed)
    return [draw_line(plan, width, rng) for _ in range(count)]


class TestLines:
    def test_all_chance_comes_from_the_seed(self) -> None:
        for one, other in zip(drawn(8), drawn(8), strict=True):
            assert one.text == other.text
            assert np.array_equal(one.pixels, other.pixels)

    @pytest.mark.parametrize("width", [48, 301, 768])
    def test_lines_are_as_wide_as_asked_and_say_something(self, width: int) -> None:
        for line in drawn(20, width, replace(PLAN, marked=0.0)):
            assert line.pixels.shape == (HEIGHT, width)
            assert line.text.strip() == line.text != ""
            assert len(line.centres) == len(line.text)

    def test_characters_lie_where_it_is_said(self) -> None:
        plan = LinePlan(
            FONTS.seen, (Wear.NONE,), tills=0.0, marked=0.0, text=lambda writer, _: writer.digits(6)
        )
        for line in drawn(20, 240, plan):
            columns = np.flatnonzero((line.pixels < 100).any(axis=0))
            assert columns[0] - 2 <= line.centres[0] <= line.centres[-1] <= columns[-1] + 2
            assert (np.diff(line.centres) > 0).all()

    def test_coarse_scans_keep_their_places(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pretrain.reading.lines.COARSE_SHARE", 1.0)
        monkeypatch.setattr("pretrain.reading.lines.NATIVE", (0.5, 0.5))
        plan = LinePlan(
            FONTS.seen,
            (Wear.LIGHT,),
            tills=0.0,
            marked=0.0,
            text=lambda writer, _: writer.digits(9),
        )
        ends = [line.centres[-1] for line in drawn(20, 400, plan)]
        assert max(ends) > 100

    def test_marks_are_no_text(self) -> None:
        lines = drawn(60, 240, replace(PLAN, marked=1.0))
        alone = [line for line in lines if not line.text]
        assert 20 < len(alone) < 60
        assert all(line.pixels.std() > 0 for line in alone)
        assert all(len(line.centres) == len(line.text) for line in lines)

    def test_marks_end_behind_where_they_begin(self) -> None:
        dark = 0
        for seed in range(100):
            image = Image.new("L", (200, HEIGHT), 255)
            assert draw_mark(image, 5.0, random.Random(seed)) > 5.0
            dark += min(image.tobytes()) < 255
        assert dark > 90

    def test_lines_without_text_can_be_learned_from(self) -> None:
        plan = replace(PLAN, marked=1.0)
        batch = batch_of([one for one in drawn(60, 160, plan) if not one.text])
        assert losses(LineNetwork(), batch, 0.0).isfinite()

    def test_every_kind_of_text_is_written(self) -> None:
        said = " ".join(line.text for line in drawn(300, 300))
        assert any(one in said for one in "äöüé")
        assert sum(one.isdigit() for one in said) > 500


class TestLessons:
    def test_a_batch_knows_its_characters_and_their_places(self) -> None:
        batch = batch_of(drawn(6, 160))
        assert batch.pictures.shape == (6, 1, HEIGHT, 160)
        assert int(batch.counts.sum()) == len(batch.classes) == len(batch.places)
        assert 0 <= int(batch.places.min()) <= int(batch.places.max()) < 160 // PLACE_PX
        assert int(batch.classes.min()) > 0

    def test_batches_are_as_wide_as_asked_and_all_others(self) -> None:
        some = list(islice(Lessons(PLAN, 2_000, seed=1), 4))
        assert all(one.pictures.shape[0] * one.pictures.shape[3] <= 2_000 for one in some)
        assert len({one.pictures.shape for one in some}) > 1


class TestLearning:
    def test_it_learns(self) -> None:
        torch.manual_seed(1)
        network, batch = LineNetwork(), batch_of(drawn(8, 96))
        optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3)
        first = losses(network, batch, 1.0).item()
        for _ in range(30):
            loss = losses(network, batch, 1.0)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        assert losses(network, batch, 1.0).item() < 0.5 * first

    def test_a_short_run_saves_what_the_program_loads(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO")
        learn(Plan(tmp_path, 0.02, FONTS, workers=0, pixels=800, lines=2))
        assert "tills, natural" in caplog.text
        assert (tmp_path / WEIGHTS).stat().st_size < 6 * 2**20
        again = load(tmp_path)
        learn(Plan(tmp_path, 0.0, FONTS, workers=0, lines=1, resume=tmp_path))
        for one, other in zip(again.parameters(), load(tmp_path).parameters(), strict=True):
            assert torch.allclose(one, other, atol=1e-3)

    def test_the_command_takes_its_time_and_its_rate(self, tmp_path: Path) -> None:
        words = ["reader", str(tmp_path), "--minutes", "0", "--workers", "0", "--device", "cpu"]
        assert cli.main([*words, "--rate", "1e-3", "--pixels", "400", "--lines", "1"]) == 0
        assert (tmp_path / WEIGHTS).exists()

    def test_random_weights_read_badly(self) -> None:
        torch.manual_seed(1)
        wrong = dict(measure.drawn(LineNetwork(), FONTS, 4))
        assert len(wrong) == 8
        assert min(wrong.values()) > 0.5

    def test_held_out_words_are_measured(self) -> None:
        rng = random.Random(1)
        plan = LinePlan(FONTS.seen, (Wear.NONE,), held_out=True, marked=0.0, text=Writer.natural)
        assert draw_line(plan, 300, rng).text
