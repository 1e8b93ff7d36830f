from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Self

import pytest
from PIL import Image
from transformers import AutoConfig

from tests import tiny
from vlm import prompt
from vlm.errors import QuestionUnanswerable
from vlm.families import FAMILIES
from vlm.families.family import Family, Layout, Sheet

SHEET = Sheet(8.27, 11.69, 150.0)
QUESTION = "What is the total? 12,50 €"
Checkpoint = Callable[[tiny.Kind], Path]


def parts(folder: Path, splitting: bool) -> tuple[Family, Any, Layout]:
    config = AutoConfig.from_pretrained(str(folder), local_files_only=True)
    family = FAMILIES[config.model_type]
    processor = family.processor(folder, config)
    return family, processor, family.plan(processor, SHEET, splitting)


def plain_ids(processor: Any, layout: Layout, question: str) -> list[int]:
    """Return the ids that the stock processor makes of pictures of the same shape."""
    images = processor.image_processor
    if layout.rows and layout.images == 1 and layout.tiles[0].name == "Top left":
        images.do_image_splitting = True
    elif not layout.rows and hasattr(images, "max_image_size"):
        images.do_image_splitting = False
    content = [{"type": "image"}] * layout.images + [{"type": "text", "text": question}]
    text = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
    )
    pictures = [Image.new("RGB", (827, 1169), "white")] * layout.images
    try:
        return list(processor(text=text, images=pictures)["input_ids"][0])
    finally:
        images.do_image_splitting = hasattr(images, "max_image_size")


@pytest.mark.parametrize("splitting", [True, False])
@pytest.mark.parametrize("kind", tiny.KINDS)
def test_the_ids_are_those_of_the_stock_processor(
    checkpoint: Checkpoint, kind: tiny.Kind, splitting: bool
) -> None:
    family, processor, layout = parts(checkpoint(kind), splitting)
    built = prompt.build(family, processor, layout, QUESTION)
    assert (len(layout.tiles) > 1) is splitting
    assert list(built.ids) == plain_ids(processor, layout, QUESTION)
    assert built.length == len(built.ids)


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_a_question_that_was_just_asked_is_not_written_and_read_again(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, kind: tiny.Kind
) -> None:
    family, processor, layout = parts(checkpoint(kind), splitting=False)
    built = prompt.build(family, processor, layout, QUESTION)
    with monkeypatch.context() as patch:
        for name in ("_text", "_tokenized"):
            patch.setattr(prompt, name, None)
        assert prompt.build(family, processor, layout, QUESTION) == built
    again = [prompt.build(family, processor, layout, text) for text in ("Date?", QUESTION)]
    assert again[0].ids != built.ids
    assert again[1] == built
    processor.chat_template += "!"
    assert prompt.build(family, processor, layout, QUESTION).ids != built.ids


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_a_prompt_is_remembered_for_the_day_since_templates_may_write_it(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, kind: tiny.Kind
) -> None:
    class Tomorrow(date):
        @classmethod
        def today(cls) -> Self:
            return cls(2999, 1, 1)

    family, processor, layout = parts(checkpoint(kind), splitting=False)
    built = prompt.build(family, processor, layout, QUESTION)
    calls: list[Any] = []
    usual: Callable[..., str] = vars(prompt)["_text"]

    def counted(*values: Any, **options: Any) -> str:
        calls.append(values)
        return usual(*values, **options)

    monkeypatch.setattr(prompt, "_text", counted)
    assert prompt.build(family, processor, layout, QUESTION) == built
    assert not calls
    monkeypatch.setattr(prompt, "date", Tomorrow)
    assert prompt.build(family, processor, layout, QUESTION) == built
    assert calls


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_the_next_question_has_the_same_ids_though_only_its_own_text_is_read(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, kind: tiny.Kind
) -> None:
    family, processor, layout = parts(checkpoint(kind), True)
    prompt.build(family, processor, layout, QUESTION)
    read: list[str] = []
    usual = type(processor.tokenizer).__call__

    def counted(self: Any, text: str, **options: Any) -> Any:
        read.append(text)
        return usual(self, text, **options)

    for question in ("  And the date?", "x", "<image>? \n two  lines"):
        asked = question.replace("<image>", "< image>")
        expected = plain_ids(processor, layout, asked.strip())
        with monkeypatch.context() as here:
            here.setattr(type(processor.tokenizer), "__call__", counted)
            assert list(prompt.build(family, processor, layout, question).ids) == expected
    assert len(read) == 3
    assert all(text.count(processor.image_token) == 1 for text in read)


@pytest.mark.parametrize(
    "written", ["{{ part['text'] }}", "{{ part['text'] | replace('d', 'D') }}"]
)
def test_a_template_is_run_for_every_question_only_where_it_changes_some(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    family, processor, layout = parts(checkpoint("idefics2"), splitting=False)
    processor.chat_template = processor.chat_template.replace("{{ part['text'] }}", written)
    texts, runs, usual = ["x", "And the 'date'?"], list[str](), vars(prompt)["_text"]
    expected = [plain_ids(processor, layout, text) for text in texts]
    prompt.build(family, processor, layout, QUESTION)

    def counted(*given: Any, **more: Any) -> str:
        runs.append(usual(*given, **more))
        return runs[-1]

    with monkeypatch.context() as here:
        here.setattr(prompt, "_text", counted)
        found = [list(prompt.build(family, processor, layout, text).ids) for text in texts]
    assert found == expected
    assert len(runs) == (2 if "replace" in written else 0)


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_the_prefix_ends_after_the_last_image_whatever_is_asked(
    checkpoint: Checkpoint, kind: tiny.Kind
) -> None:
    family, processor, layout = parts(checkpoint(kind), splitting=True)
    one = prompt.build(family, processor, layout, "What?")
    other = prompt.build(family, processor, layout, "<Who> are you?")
    assert one.prefix == other.prefix
    assert one.ids[: one.prefix] == other.ids[: one.prefix]
    image = processor.image_token_id
    assert image in one.ids[one.prefix - 2 : one.prefix]
    assert image not in one.ids[one.prefix :]


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_an_answer_follows_the_same_prompt_and_ends_the_turn(
    checkpoint: Checkpoint, kind: tiny.Kind
) -> None:
    family, processor, layout = parts(checkpoint(kind), splitting=False)
    asked = prompt.build(family, processor, layout, QUESTION)
    taught = prompt.build(family, processor, layout, QUESTION, "12.50 €")
    assert taught.ids[: asked.length] == asked.ids
    assert (taught.length, taught.prefix) == (asked.length, asked.prefix)
    said = taught.ids[taught.length :]
    assert processor.tokenizer.decode(said, skip_special_tokens=True).strip() == "12.50 €"
    assert said[-1] == processor.tokenizer.convert_tokens_to_ids("<end_of_utterance>")


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_special_tokens_that_a_person_types_are_plain_text(
    checkpoint: Checkpoint, kind: tiny.Kind
) -> None:
    family, processor, layout = parts(checkpoint(kind), splitting=False)
    specials = prompt.special_texts(processor)
    assert "<image>" in specials
    typed = "Say " + "".join(specials) + "<im<image>age> now"
    harmless = prompt.build(family, processor, layout, "Say now")
    built = prompt.build(family, processor, layout, typed)
    ids = {processor.tokenizer.convert_tokens_to_ids(special) for special in specials}
    rest = [token for token in built.ids[built.prefix :] if token in ids]
    assert rest == [token for token in harmless.ids[harmless.prefix :] if token in ids]
    assert "image" in processor.tokenizer.decode(built.ids[built.prefix :])


def test_neutral_leaves_other_text_alone() -> None:
    assert prompt.neutral("a < b > c <imagine>", ("<image>",)) == "a < b > c <imagine>"
    assert prompt.neutral("<image>", ("<image>",)) == "< image>"


@pytest.mark.parametrize("question", ["", "  \n"])
def test_an_empty_question_is_refused(checkpoint: Checkpoint, question: str) -> None:
    family, processor, layout = parts(checkpoint("idefics2"), splitting=False)
    with pytest.raises(QuestionUnanswerable):
        prompt.build(family, processor, layout, question)
