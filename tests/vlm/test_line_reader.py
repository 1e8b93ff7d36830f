"""Lines of print are found in pictures, brought to their size and read by letters."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from vlm import line_reader
from vlm.line_network import CHARACTERS, CLASSES, COLUMN_PX, HEIGHT, PLACE_PX, LineNetwork
from vlm.line_reader import Gray, LineReader, best_path, ink, load, save, shipped, strips, version

LINES = ("Invoice number 20418", "Amount due: 1,254.60 EUR")


def picture(*lines: str, em_px: int = 22, shade: int = 0, paper: int = 255) -> Gray:
    font = ImageFont.load_default(em_px)
    width = round(max((font.getlength(line) for line in lines), default=100.0)) + 30
    sheet = Image.new("L", (width, round(1.5 * em_px) * max(1, len(lines)) + 12), paper)
    for number, line in enumerate(lines):
        at = (12, 6 + round(1.5 * em_px) * number)
        ImageDraw.Draw(sheet).text(at, line, fill=shade, font=font)
    return np.asarray(sheet)


def told(*classes: int, sure: float = 0.9) -> np.ndarray:
    shares = np.full((len(classes), CLASSES), (1 - sure) / (CLASSES - 1), np.float32)
    shares[np.arange(len(classes)), classes] = sure
    return shares


class TestStrips:
    def test_a_line_lies_in_the_middle_of_its_strip(self) -> None:
        (strip,) = strips(picture("Total 48.20"))
        rows = strip.astype(float).sum(axis=1)
        middle = (rows * np.arange(HEIGHT)).sum() / rows.sum()
        assert strip.shape[0] == HEIGHT
        assert middle == pytest.approx(HEIGHT / 2, abs=1)

    def test_each_line_has_a_strip(self) -> None:
        found = strips(picture(*LINES))
        assert len(found) == 2
        assert all(strip.shape[0] == HEIGHT and strip.any() for strip in found)

    @pytest.mark.parametrize("em_px", [12, 22, 60])
    def test_print_is_brought_to_one_size(self, em_px: int) -> None:
        (strip,) = strips(picture("Hamburgo", em_px=em_px))
        high = np.flatnonzero(strip.max(axis=1) > 128)
        assert 14 <= high[-1] - high[0] <= 30

    def test_white_paper_is_one_empty_strip(self) -> None:
        (strip,) = strips(np.full((50, 90), 255, np.uint8))
        assert strip.shape == (HEIGHT, 90)
        assert not strip.any()

    def test_ink_is_told_from_paper_of_any_shade(self) -> None:
        pale = ink(picture("Total", shade=120, paper=210))
        assert pale.max() == 255
        assert np.percentile(pale, 50) == 0

    def test_white_print_on_black_is_ink(self) -> None:
        black = ink(picture("Total", shade=250, paper=20))
        assert np.mean((black > 128) == (ink(picture("Total")) > 128)) > 0.98


class TestBestPath:
    def test_a_character_at_some_places_is_one(self) -> None:
        one, other = 1 + CHARACTERS.index("l"), 1 + CHARACTERS.index("a")
        read = best_path(told(0, one, one, 0, one, other, 0))
        assert read.text == "lla"
        assert read.probabilities == pytest.approx([0.9, 0.9, 0.9])

    def test_white_around_is_left_out_with_its_probabilities(self) -> None:
        space, letter = 1 + CHARACTERS.index(" "), 1 + CHARACTERS.index("x")
        read = best_path(told(space, 0, letter, 0, space))
        assert (read.text, len(read.probabilities)) == ("x", 1)

    def test_nothing_is_nothing(self) -> None:
        assert best_path(told(0, 0, 0)).text == ""


class TestNetwork:
    def test_it_tells_two_places_of_each_column(self) -> None:
        told_of = LineNetwork()(torch.zeros(2, 1, HEIGHT, 10 * COLUMN_PX))
        assert told_of.shape == (2, 10 * COLUMN_PX // PLACE_PX, CLASSES)

    def test_saved_weights_read_the_same(self, tmp_path: Path) -> None:
        torch.manual_seed(1)
        network = LineNetwork().eval()
        save(network, tmp_path)
        pictures = torch.rand(1, 1, HEIGHT, 80)
        with torch.inference_mode():
            before, after = network(pictures), load(tmp_path)(pictures)
        assert torch.allclose(before, after, atol=0.05)
        assert len(version(tmp_path)) == 64


class TestShipped:
    def test_it_reads_print(self) -> None:
        assert [one.text for one in shipped().read([picture(one) for one in LINES])] == list(LINES)

    def test_it_reads_lines_from_top_to_bottom(self) -> None:
        (read,) = shipped().read([picture(*LINES)])
        assert read.text == "\n".join(LINES)
        assert len(read.probabilities) == len(read.text)
        assert min(read.probabilities) > 0

    def test_what_is_read_together_is_read_as_alone(self) -> None:
        some = [picture(one) for one in (*LINES, "7", "Sehr geehrte Damen und Herren,")]
        together = [one.text for one in shipped().read(some)]
        assert together == [shipped().read([one])[0].text for one in some]

    def test_it_reads_white_print_on_black(self) -> None:
        assert shipped().read([picture(LINES[0], shade=240, paper=30)])[0].text == LINES[0]

    def test_white_paper_says_nothing(self) -> None:
        assert shipped().read([np.full((40, 120), 255, np.uint8)])[0].text == ""

    def test_nothing_to_read_is_nothing(self) -> None:
        assert shipped().read([]) == []

    def test_more_than_fits_together_is_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(line_reader, "TOGETHER_PX", 10)
        assert [one.text for one in shipped().read([picture(one) for one in LINES])] == list(LINES)

    def test_its_weights_are_small(self) -> None:
        assert (line_reader.FOLDER / line_reader.WEIGHTS).stat().st_size < 6 * 2**20
        assert isinstance(shipped(), LineReader)
