"""What training varies about documents beyond what is measured: letters, labels, what follows."""

import random
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pretrain.documents import forms, texts
from pretrain.documents.crops import CropPlan, Sample, draw_crop
from pretrain.documents.fields import BY_KEY
from pretrain.documents.forms import draw_form
from pretrain.documents.ink import Sheet, width_of
from pretrain.documents.more_fields import invented
from pretrain.documents.printers import TillFont
from pretrain.documents.strips import draw_strips
from pretrain.documents.texts import Writer
from pretrain.documents.wear import Wear, fade, run_dry, whitened
from pretrain.fonts import FontFile
from vlm.ink import beside

FONT = FontFile("pillow-default", None)
CAPITALS = replace(FONT, capitals=True)
PLAN = CropPlan(3, 28, (FONT,), Wear.LIGHT, 0.2, 15, 22, absent=0.5, other=0.3, varied=1.0)


def test_a_font_of_capitals_writes_measures_and_cuts_in_capitals() -> None:
    assert CAPITALS.printed("Straße 5") == "STRAßE 5"
    sheet = Sheet.blank(400, 40)
    end = sheet.write("Total due", (10, 30), CAPITALS, 20)
    assert sheet.text == "TOTAL DUE"
    assert end - 10 == pytest.approx(width_of("Total due", CAPITALS, 20))
    assert width_of("Total due", CAPITALS, 20) > width_of("Total due", FONT, 20)
    plain = Sheet.blank(400, 40)
    plain.write("TOTAL DUE", (10, 30), FONT, 20)
    assert np.array_equal(np.asarray(sheet.image), np.asarray(plain.image))


def test_a_stretched_sheet_moves_its_characters_with_its_ink() -> None:
    sheet = Sheet.blank(200, 40)
    sheet.write("l   l", (20, 30), FONT, 20)
    wide = sheet.stretched(300)
    assert wide.image.size == (300, 40)
    assert wide.text == sheet.text
    columns = np.flatnonzero((np.asarray(wide.image) < 128).any(0))
    first, last = wide.boxes[0], wide.boxes[-1]
    assert first[0] - 2 < columns[0] < first[2] + 2
    assert last[0] - 2 < columns[-1] < last[2] + 2
    assert sheet.stretched(200) is sheet


def holds_its_answer(sample: Sample) -> bool:
    return (
        sample.answer_at < 0
        or sample.text[sample.answer_at :][: len(sample.answer)] == sample.answer
    )


def test_answers_are_what_is_printed() -> None:
    rng = random.Random(3)
    samples = [draw_form(PLAN, rng) for _ in range(80)] + draw_strips(PLAN, rng, 80)
    assert all(holds_its_answer(one) for one in samples)
    assert all(one.shape == (1, 3, 28) for one in samples)
    letters = ["".join(filter(str.isalpha, one.text)) for one in samples]
    share = np.mean([one == one.upper() for one in letters if one])
    assert 0.1 < share < 0.6


def test_only_varied_samples_differ() -> None:
    plan = replace(PLAN, varied=0.0)
    before = draw_crop(plan, random.Random(5))
    again = draw_crop(replace(plan, varied=1.0), random.Random(5))
    assert np.array_equal(before.views[0].pixels, draw_crop(plan, random.Random(5)).views[0].pixels)
    assert not np.array_equal(before.views[0].pixels, again.views[0].pixels)


def test_faded_print_is_lighter_and_paper_stays_white() -> None:
    image = Image.new("L", (64, 32), 255)
    image.paste(0, (10, 8, 54, 24))
    faded = np.asarray(fade(image, random.Random(1)))
    assert (faded[:4] == 255).all()
    ink = faded[10:22, 12:52]
    assert ink.max() > ink.min()
    assert ink.max() < 200


def test_what_follows_a_value_is_no_part_of_it_and_is_not_measured() -> None:
    rng = random.Random(2)
    entries = [forms.entry(BY_KEY["date"], Writer(rng)) for _ in range(300)]
    followed = [one for one in entries if one.after]
    assert 20 < len(followed) < 120
    assert all(":" not in one.value and ":" in one.after for one in followed)
    totals = [forms.entry(BY_KEY["total"], Writer(rng)) for _ in range(300)]
    assert any(one.label.rstrip(" :").endswith(forms.MORE) for one in totals)
    fields = [BY_KEY[key] for key in ("date", "total")]
    kept = [forms.entry(field, Writer(rng, True)) for field in fields for _ in range(99)]
    own = {name for field in fields for names in field.labels.values() for name in names}
    assert all(one.label.rstrip(" :") in own | {""} and not one.after for one in kept)
    sheet = Sheet.blank(600, 40)
    one = followed[0]
    at = forms.write_entry(sheet, one, (4, 30), 0, (FONT, 20))
    assert sheet.text[at:] == f"{one.value} {one.after}"
    assert one.width((FONT, 20)) == pytest.approx(sheet.boxes[-1][2] - sheet.boxes[at][0])


def test_an_invented_field_never_has_a_name_that_means_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = iter(["von", "le", "Wert"])
    monkeypatch.setattr(texts.Writer, "pick", lambda self, kind: next(words))

    class Once(random.Random):
        def choice(self, seq):  # type: ignore[no-untyped-def]
            return seq[0]

    field = invented(Writer(Once(0)))
    assert field.ask(random.Random(0), False)
    assert field.names["en"][0].lower() == "wert"


def test_print_out_of_ink_is_grey_and_uneven_and_never_gone() -> None:
    sheet = Sheet.blank(300, 40)
    sheet.write("TOTAL 12.50", (10, 30), FONT, 24)
    black = np.asarray(sheet.image) < 64
    for seed in range(20):
        dry = np.asarray(run_dry(sheet.image, random.Random(seed)))
        assert 80 < dry[black].mean() < 215
        assert dry[black].std() > 5
        assert dry[~beside(np.asarray(sheet.image) < 255)].min() > 200


def test_whitened_paper_is_white_and_its_print_is_as_dark_as_before() -> None:
    picture = np.full((48, 200, 3), (200, 214, 190), np.uint8)
    picture[16:32, 20:30] = 40
    white = whitened(picture)
    assert white[picture[..., 0] == 200].min() > 225
    assert white[20, 25].max() < 60


def test_training_whitens_and_dries_as_often_as_it_says() -> None:
    printer = replace(PLAN, fonts=(TillFont("pillow-default", None),), wear=Wear.HEAVY)
    drawn = [draw_crop(replace(printer, whitened=share), random.Random(5)) for share in (0.0, 1.0)]
    plain, white = (sample.views[0].pixels for sample in drawn)
    assert np.array_equal(white, whitened(plain))
    light = replace(printer, wear=Wear.NONE, varied=0.0)
    usual, dry = (draw_crop(replace(light, dry=share), random.Random(5)) for share in (0.0, 1.0))
    assert usual.views[0].pixels.min() < dry.views[0].pixels.min()
