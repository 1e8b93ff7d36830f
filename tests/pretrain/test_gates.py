from typing import Any

import numpy as np
import torch

from pretrain import fonts, gates, model, tokenizer
from pretrain.batches import collate
from pretrain.documents.crops import TextKind
from pretrain.documents.prompts import QUESTIONS
from pretrain.reader import Reader, to_device
from pretrain.testset import images_of

FONTS = fonts.load(None).seen


def test_test_crops_are_the_same_at_every_call() -> None:
    first, again = (gates.draw_test(FONTS, (2, 10), TextKind.DIGITS8, 3) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        assert one.answer == other.answer
        assert np.array_equal(one.views[0].pixels, other.views[0].pixels)
    assert all(len(one.answer) == 8 for one in first)


def test_an_untrained_model_fails_the_gate_and_is_not_collapsed() -> None:
    torch.set_num_threads(1)
    reader = Reader.fresh("tiny", 0).eval()
    found = gates.measure(reader, FONTS, count=2)
    assert found.digits_cer > 0.5
    assert abs(found.latent_cosine) < 0.5


def test_greedy_answers_are_what_the_library_generates() -> None:
    torch.manual_seed(0)
    reader = Reader.fresh("tiny", 3).eval()
    samples = gates.draw_test(FONTS, (2, 10), TextKind.NOISE, 2)
    ours = gates.read(reader, samples, most_tokens=6)
    processor: Any = model.build_processor(256)
    for sample, answer in zip(samples, ours, strict=True):
        content = [{"type": "image"}, {"type": "text", "text": QUESTIONS[0]}]
        prompt = processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True
        )
        inputs = processor(text=prompt, images=images_of(sample), return_tensors="pt")
        made = reader.model.generate(**inputs, max_new_tokens=6, do_sample=False)
        theirs = tokenizer.decode_ids(made[0, inputs["input_ids"].shape[1] :].tolist())
        assert answer == theirs


def test_swapping_images_swaps_the_loss() -> None:
    reader = Reader.fresh("tiny", 0)
    batch = collate(gates.draw_test(FONTS, (2, 10), TextKind.DIGITS8, 4), model.LATENTS)
    own, swapped = gates.swapped_loss(reader, to_device(batch, torch.device("cpu")))
    assert own > 0
    assert swapped > 0
    assert own != swapped
