"""An answer ends where its turn does, also where a checkpoint's settings do not say so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from tests import small, tiny
from tests.vlm.answering import EXACT, Checkpoint, answered, question, started
from tests.vlm.families import plain
from tests.vlm.families.conftest import Saved
from vlm import loader
from vlm.cancel import returned
from vlm.decode import rules_of
from vlm.loader import LoadedModel
from vlm.prompt import end_of_turn

ENDS = {
    "blip-2": "</s>",
    "blip-2-t5": "</s>",
    "florence2": "</s>",
    "gemma3": "<end_of_turn>",
    "granite_docling": "<end_of_utterance>",
    "idefics": "<end_of_utterance>",
    "idefics2": "<end_of_utterance>",
    "idefics3": "<end_of_utterance>",
    "instructblip": "</s>",
    "instructblip-t5": "</s>",
    "internvl": "<|im_end|>",
    "llava": "</s>",
    "llava_next": "</s>",
    "llava_onevision": "<|im_end|>",
    "marked": "<end_of_utterance>",
    "mllama": "<|eot_id|>",
    "paligemma": "<eos>",
    "qwen2_vl": "<|im_end|>",
    "qwen2_5_vl": "<|im_end|>",
    "qwen3_vl": "<|im_end|>",
    "smolvlm": "<end_of_utterance>",
}
"""What each family's authors end an answer with."""


@pytest.fixture
def folder(saved: Saved, checkpoint: Checkpoint, kind: str, tmp_path: Path) -> Path:
    """Return a tiny model of a kind whose settings let padding alone end an answer."""
    found = next((checkpoint(one) for one in tiny.KINDS if one == kind), None) or saved(kind)
    folder = Path(shutil.copytree(found, tmp_path / kind))
    file = folder / "generation_config.json"
    rules = json.loads(file.read_text())
    file.write_text(json.dumps(rules | {"eos_token_id": rules["pad_token_id"]}))
    return folder


def loaded(folder: Path) -> LoadedModel:
    return returned(loader.load(folder, None, EXACT))


@pytest.mark.parametrize("kind", sorted(ENDS))
def test_an_answer_may_end_with_its_turn_whatever_the_settings_say(folder: Path, kind: str) -> None:
    found = loaded(folder)
    tokenizer = found.processor.tokenizer
    end = tiny.token_id(tokenizer, ENDS[kind])
    assert end_of_turn(found.processor) == end
    found.family.decoder(found.model)  # which may let a part of the model say what ends an answer
    assert end in rules_of(found.model, tokenizer).ends


ASKED = "{% for one in messages if one.role == 'user' %}{{ '<|im_start|><image>?' }}{% endfor %}"


@pytest.mark.parametrize("kind", ["internvl"])
@pytest.mark.parametrize(
    "form",
    [
        ASKED,
        ASKED + "{{ messages[1]['content'] + '' }}",
        ASKED + "{% if messages | length > 1 %}{{ raise_exception('One turn only') }}{% endif %}",
        ASKED + "{{ messages[1]['content'][0]['text'] }}",
    ],
)
def test_a_form_that_shows_no_end_leaves_the_end_of_all_texts(
    folder: Path, kind: str, form: str
) -> None:
    processor = loaded(folder).processor
    processor.chat_template = form
    tokenizer = processor.tokenizer
    assert end_of_turn(processor) == tokenizer.eos_token_id == tiny.token_id(tokenizer, ENDS[kind])


@pytest.mark.parametrize("kind", ["gemma3", "idefics3", "qwen2_vl"])
def test_a_model_that_ends_its_turn_does_not_run_on(folder: Path, kind: str) -> None:
    asked = question()
    long = answered(started(folder), asked)
    assert long.stop == "length"
    said = next(letter for letter in long.text[1:] if letter != long.text[0])
    model = plain.load(folder)
    tokenizer = loaded(folder).processor.tokenizer
    (token,) = tokenizer(said, add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        head = model.get_output_embeddings().weight
        head[tiny.token_id(tokenizer, ENDS[kind])] = 1.5 * head[token]
    model.save_pretrained(folder)
    found = answered(started(folder), asked)
    assert found.stop == "end"
    assert found.text == long.text.split(said)[0]
    assert len(plain.answer(kind, folder, asked)) > len(found.text)


def test_every_kind_has_its_end() -> None:
    assert set(ENDS) == {*small.BUILDERS, *tiny.KINDS}
