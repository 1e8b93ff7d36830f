from __future__ import annotations

import io
from pathlib import Path
from statistics import fmean

import msgspec
import pytest
import torch
from PIL import Image

from finetune import lessons
from finetune.kept import KeptPages, jitter, page_of
from finetune.teaching import loss_sum, losses
from tests import tiny
from tests.finetune import tuning
from tests.finetune.made import noise, png_of
from vlm import part_asking
from vlm.cancel import returned
from vlm.seeing import Clock, Sight
from vlm.types import WHOLE_PAGE, Box, PageRef, PageSize, Quarter, Question, Word
from vlm.views import on_page


def test_only_the_answer_is_taught() -> None:
    assert lessons.labels((5, 9, 9, 7, 21, 22, 2), 4) == [-100, -100, -100, -100, 21, 22, 2]


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_asking_and_training_give_the_same_ids_and_pixels(tmp_path: Path, kind: tiny.Kind) -> None:
    model = tuning.loaded(tuning.base(tmp_path, kind))
    box = Box(0.2, 0.3, 0.7, 0.9)
    row = tuning.row(1, box=box, rotation=90)
    row = msgspec.structs.replace(
        row, size=PageSize(300, 400), words=(Word("small", Box(0.3, 0.4, 0.4, 0.41)),) * 3
    )
    pages = KeptPages([row], lambda _: png_of(1))
    sight = Sight(model, pages, 0)
    steps = sight.look(page_of(row), box, True, None, Clock())
    seen = returned(steps)
    asked = sight.prompt(seen, row.question)
    lesson = lessons.lesson_of(model, row, splitting=True)
    assert len(lesson.layout.tiles) > 1
    assert lesson.layout == seen.layout
    assert lesson.prompt == len(asked.ids)
    assert lesson.ids[: lesson.prompt] == asked.ids
    answer = model.processor.tokenizer.decode(lesson.ids[lesson.prompt :])
    assert answer.strip() == "it is 1<end_of_utterance>" or "it is 1" in answer
    drawn = lessons.pixels_of(model, pages, lesson, 0)
    features = torch.cat([model.family.encode(model.model, one) for one in drawn])
    shown = torch.cat(returned(sight.features(seen, Clock())))
    assert torch.equal(features, shown)


def test_a_part_of_a_page_is_taught_as_the_engine_asks_about_it(tmp_path: Path) -> None:
    model = tuning.loaded(tuning.base(tmp_path, "marked"))
    part = Box(0.1, 0.2, 0.9, 0.4)
    row = msgspec.structs.replace(tuning.row(1), size=PageSize(300, 400), rotation=90)
    pages = KeptPages([row], lambda _: png_of(1))
    sight = Sight(model, pages, 0)
    asked = part_asking.about(Question(row.question, page_of(row)), part, 96)
    (seen,) = returned(sight.look_at(asked, None, Clock()))
    prompt = sight.prompt(seen, asked.text)
    lesson = lessons.lesson_of(model, msgspec.structs.replace(row, part=part), splitting=True)
    assert lesson.ids[: lesson.prompt] == prompt.ids
    drawn = lessons.pixels_of(model, pages, lesson, 0)
    features = torch.cat([model.family.encode(model.model, one) for one in drawn])
    assert torch.equal(features, torch.cat(returned(sight.features(seen, Clock()))))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_kept_crop_is_drawn_where_it_lay_on_its_page(turn: Quarter) -> None:
    box = Box(0.2, 0.4, 0.6, 0.8)
    row = tuning.row(1, box=box, rotation=turn)
    pages = KeptPages([row], lambda _: png_of(1))
    whole = pages.render(page_of(row), box, 80, 80)
    assert whole.data == noise(1).data
    corner = pages.render(page_of(row), on_page(Box(0, 0, 0.5, 0.5), box, turn), 40, 40)
    picture = torch.frombuffer(bytearray(noise(1).data), dtype=torch.uint8).reshape(80, 80, 3)
    assert corner.data == picture[:40, :40].numpy().tobytes()


def test_views_are_jittered_a_little_and_always_the_same() -> None:
    picture = noise(2, 200, 100)
    image = Image.frombytes("RGB", (200, 100), picture.data)
    assert jitter(image, "x", 0) is image
    one, again, other = (jitter(image, "x", view) for view in (1, 1, 2))
    assert one.tobytes() == again.tobytes() != other.tobytes()
    assert one.size == image.size
    difference = torch.tensor(list(one.tobytes())) - torch.tensor(list(picture.data))
    assert 0 < float(difference.float().abs().mean()) < 40


@pytest.mark.parametrize("turn", [0, 90])
def test_a_view_of_a_part_stays_with_the_part(turn: Quarter) -> None:
    picture = Image.new("RGB", (200, 1000), "white")
    shown = Box(0.1, 0.95, 0.9, 0.97)
    picture.paste("black", (20, 950, 180, 970))
    file = io.BytesIO()
    picture.save(file, "PNG")
    part = on_page(shown, WHOLE_PAGE, turn)
    row = msgspec.structs.replace(tuning.row(1, rotation=turn), part=part)
    pages = KeptPages([row], lambda _: file.getvalue())
    looks: set[bytes] = set()
    for view in range(6):
        drawn = pages.render(page_of(row, view), part, 160, 20)
        black = sum(value < 128 for value in drawn.data) / len(drawn.data)
        assert black > 0.9, "a line of print is not much higher than a page is shifted"
        looks.add(drawn.data)
    assert len(looks) > 1


def test_an_unknown_page_is_refused() -> None:
    from vlm.errors import UnreadableDocument

    with pytest.raises(UnreadableDocument):
        KeptPages([], lambda _: b"").words(PageRef("none", 0))


def test_the_loss_is_the_stock_models_on_the_same_labels(tmp_path: Path) -> None:
    model = tuning.loaded(tuning.base(tmp_path))
    rows = [tuning.row(1), msgspec.structs.replace(tuning.row(2), answers=("a longer answer",))]
    pages = KeptPages(rows, lambda row: png_of(int(row.picture)))
    taught = [lessons.lesson_of(model, row, splitting=False) for row in rows]
    drawn = [lessons.pixels_of(model, pages, lesson, 0) for lesson in taught]
    expected: list[float] = []
    for lesson, tiles in zip(taught, drawn, strict=True):
        out = model.model(
            input_ids=torch.tensor([lesson.ids]),
            labels=torch.tensor([lessons.labels(lesson.ids, lesson.prompt)]),
            **tiles[0],
        )
        expected.append(float(out.loss))
    features = [model.family.encode(model.model, tiles[0]) for tiles in drawn]
    found = loss_sum(model.model, model.processor.image_token_id, taught, features, 0.0)
    counts = [lesson.answer_tokens for lesson in taught]
    total = sum(loss * count for loss, count in zip(expected, counts, strict=True))
    assert float(found) == pytest.approx(total, rel=1e-5)
    each = losses(model.model, model.processor.image_token_id, taught, features)
    assert list(map(len, each)) == counts
    assert list(map(fmean, each)) == pytest.approx(expected, rel=1e-5)
    with pytest.raises(ValueError, match="image tokens"):
        loss_sum(model.model, model.processor.image_token_id, taught, features[:1], 0.0)


def test_noise_is_added_only_while_learning(tmp_path: Path) -> None:
    model = tuning.loaded(tuning.base(tmp_path))
    lesson = lessons.lesson_of(model, tuning.row(1), splitting=False)
    pages = KeptPages([tuning.row(1)], lambda _: png_of(1))
    features = [model.family.encode(model.model, lessons.pixels_of(model, pages, lesson, 0)[0])]

    def loss(noise: float) -> float:
        torch.manual_seed(0)
        return float(
            loss_sum(model.model, model.processor.image_token_id, [lesson], features, noise)
        )

    quiet = loss(0.0)
    assert loss(5.0) == quiet
    model.model.train()
    assert loss(5.0) != quiet
    assert loss(0.0) == pytest.approx(quiet)
