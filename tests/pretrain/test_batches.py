import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from pretrain import fonts, model, tokenizer
from pretrain.batches import collate, prompt_ids
from pretrain.documents.crops import CropPlan, draw_crop
from pretrain.documents.forms import draw_form
from pretrain.documents.pages import draw_page
from pretrain.documents.views import Scope, view_page
from pretrain.documents.wear import Wear
from pretrain.reader import Reader, to_device
from pretrain.stages import STAGES, Source

FONTS = fonts.load(None).seen


@pytest.mark.parametrize("views", [1, 5])
@pytest.mark.parametrize("question", ["What is the total?", "<odd> Straße\n2"])
def test_prompts_are_what_the_saved_processor_makes(views: int, question: str) -> None:
    processor: Any = model.build_processor(256)
    images = [Image.new("RGB", (96, 32), "white")] * views
    content = [*({"type": "image"} for _ in images), {"type": "text", "text": question}]
    text = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )
    inputs = processor(text=text, images=images, return_tensors="pt")
    assert inputs["input_ids"][0].tolist() == prompt_ids(question, views, model.LATENTS)
    assert inputs["pixel_values"].shape == (1, views, 3, 32, 96)


def test_five_images_get_the_five_markers_in_order() -> None:
    ids = prompt_ids("x", 5, 2)
    markers = [one for one in ids if one in map(tokenizer.special, tokenizer.VIEW_MARKERS)]
    assert markers == [tokenizer.special(name) for name in tokenizer.VIEW_MARKERS]
    assert tokenizer.special(tokenizer.VIEW_MARKERS[4]) in prompt_ids("x", 1, 2)


def test_labels_are_the_answer_and_its_end() -> None:
    samples = [draw_form(CropPlan(3, 20, FONTS), random.Random(seed)) for seed in range(4)]
    batch = collate(samples, model.LATENTS)
    for row, sample in enumerate(samples):
        taught = batch.labels[row][batch.labels[row] != -100]
        assert taught[-1] == tokenizer.special(tokenizer.END)
        assert tokenizer.decode_ids(taught.tolist()) == sample.answer
        at = np.flatnonzero(batch.labels[row] != -100)
        assert np.array_equal(batch.input_ids[row][at[1:]], taught[:-1])


def test_sources_point_to_the_cell_that_holds_the_character() -> None:
    sample = draw_crop(CropPlan(2, 20, FONTS), random.Random(5))
    batch = collate([sample], model.LATENTS)
    first_image = batch.input_ids[0].tolist().index(tokenizer.special(tokenizer.IMAGE))
    checked = 0
    for target, source in zip(batch.labels[0], batch.sources[0], strict=True):
        if source >= 0:
            character = tokenizer.decode_ids([int(target)])
            held = batch.cell_classes[0, source - first_image]
            assert tokenizer.CLASS_OF[character] in held
            checked += 1
    assert checked >= len(sample.answer.replace("\n", "")) - 2


def test_a_split_page_is_read_from_its_quarters() -> None:
    rng = random.Random(2)
    page = draw_page("form", (512, 512), (14, 16), FONTS, rng)
    sample = view_page(page, "form", Scope.SPLIT, Wear.NONE, (256, 64), rng)
    while sample.answer_at < 0:
        sample = view_page(page, "form", Scope.SPLIT, Wear.NONE, (256, 64), rng)
    batch = collate([sample], model.LATENTS)
    assert batch.pixels.shape == (5, 256, 256, 3)
    sources = batch.sources[0][batch.sources[0] >= 0]
    visual = np.flatnonzero(batch.input_ids[0] == tokenizer.special(tokenizer.IMAGE))
    assert len(visual) == 5 * model.LATENTS
    assert set(sources) <= set(visual[: 4 * model.LATENTS])


def test_a_batch_depends_on_its_number_alone() -> None:
    source = Source(STAGES["lines"].levels[2], FONTS, seed=3, patches_per_batch=200)
    first, again, other = source.draw(7), source.draw(7), source.draw(8)
    assert np.array_equal(first.pixels, again.pixels)
    assert np.array_equal(first.input_ids, again.input_ids)
    assert first.pixels.shape != other.pixels.shape or not np.array_equal(
        first.pixels, other.pixels
    )


def test_several_questions_about_one_picture_are_as_if_each_were_asked_alone() -> None:
    plan = CropPlan(4, 20, FONTS, absent=1.0, more=3)
    samples = [draw_form(plan, random.Random(seed)) for seed in range(6)]
    assert all(len(sample.turns) == 4 for sample in samples)
    reader = Reader.fresh("tiny", 0).eval()
    together = to_device(collate(samples, model.LATENTS), torch.device("cpu"))
    with torch.no_grad():
        latents = reader.latents(reader.features(together.pixels))
        logits = reader.answer_logits(latents, together)
        for row, sample in enumerate(samples):
            for number, turn in enumerate(sample.turns, start=1):
                single = replace(
                    sample,
                    question=turn.question,
                    answer=turn.answer,
                    answer_at=turn.answer_at,
                    more=(),
                )
                alone = to_device(collate([single], model.LATENTS), torch.device("cpu"))
                of_turn = together.turns[row] == number
                own = alone.turns[0] == 1
                assert together.labels[row][of_turn].tolist() == alone.labels[0][own].tolist()
                assert together.sources[row][of_turn].tolist() == alone.sources[0][own].tolist()
                expected = reader.answer_logits(latents[row : row + 1], alone)[0][own]
                torch.testing.assert_close(logits[row][of_turn], expected)
