from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from transformers import AutoConfig, AutoModelForImageTextToText

from tests import tiny
from tests.drawn import DrawnPages, line
from tests.vlm.answering import NEVER, PAGE, Checkpoint, answered, last, question, started
from vlm import views
from vlm.engine import Engine
from vlm.families import FAMILIES
from vlm.llama import LlamaDecoder
from vlm.llama_many import Branches
from vlm.prompt import build
from vlm.protocol import (
    AllAnswered,
    Answered,
    Ask,
    AskAll,
    Cancelled,
    Event,
    Failed,
    Progress,
    Saw,
    Unanswered,
)
from vlm.seeing import Sight
from vlm.together import in_order_of_pages
from vlm.types import WHOLE_PAGE, Answer, Box, PageRef, Question

OTHER = PageRef("b.pdf", 0)
SEVERAL: tuple[tiny.Kind, ...] = ("idefics2", "idefics3", "smolvlm")


def of_both(folder: Path, asked: Question) -> str:
    """Answer a question about two pages with `generate`, on the same pixels and ids."""
    model: Any = AutoModelForImageTextToText.from_pretrained(
        str(folder), local_files_only=True, dtype=torch.float32
    )
    family = FAMILIES[model.config.model_type]
    processor = family.processor(folder, model.config)
    pages = DrawnPages()
    sheet = views.sheet_of(pages.size, WHOLE_PAGE, 0, ())
    layout = family.plan(processor, sheet, asked.splitting)
    inputs = [
        family.pixels(processor, views.draw(pages, page, None, sheet, layout, tile).image)
        for page in (asked.page, *asked.more_pages)
        for tile in layout.tiles
    ]
    ids = torch.tensor([build(family, processor, layout, asked.text, more=[layout]).ids])
    out = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        pixel_values=torch.cat([one["pixel_values"] for one in inputs], dim=1),
        pixel_attention_mask=torch.cat([one["pixel_attention_mask"] for one in inputs], dim=1),
        max_new_tokens=asked.max_new_tokens,
        do_sample=False,
    )
    new = out[0, ids.shape[1] :]
    return str(processor.tokenizer.decode(new, skip_special_tokens=True)).strip()


@pytest.mark.parametrize("splitting", [True, False])
@pytest.mark.parametrize("kind", SEVERAL)
def test_a_prompt_of_two_pages_is_the_stock_processors(
    checkpoint: Checkpoint, kind: tiny.Kind, splitting: bool
) -> None:
    folder, family = checkpoint(kind), FAMILIES[kind]
    processor = family.processor(folder, AutoConfig.from_pretrained(str(folder)))
    processor.image_processor.do_image_splitting = splitting
    picture = Image.new("RGB", (tiny.LONGEST_EDGE, tiny.LONGEST_EDGE // 2), "white")
    content = [{"type": "image"}, {"type": "image"}, {"type": "text", "text": "Compare them."}]
    text = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )
    stock = processor(text=text, images=[picture, picture])["input_ids"][0]
    sheet = views.sheet_of(DrawnPages().size, WHOLE_PAGE, 0, ())
    layout = family.plan(processor, sheet, splitting)
    if kind != "idefics2" and splitting:  # the grid of the stock processor follows the picture
        layout = type(layout)(layout.tiles[:9], 1, 2, 4, layout.tokens_per_tile)
    assert list(build(family, processor, layout, "Compare them.", more=[layout]).ids) == stock


@pytest.mark.parametrize("splitting", [True, False])
@pytest.mark.parametrize("kind", SEVERAL)
def test_an_answer_about_two_pages_is_that_of_plain_generate(
    checkpoint: Checkpoint, kind: tiny.Kind, splitting: bool
) -> None:
    asked = question("Which is larger?", splitting=splitting, more_pages=(OTHER,))
    found = answered(started(checkpoint(kind)), asked)
    assert found.text == of_both(checkpoint(kind), asked)
    assert found.visual_tokens == 2 * answered(
        started(checkpoint(kind)), question(splitting=splitting)
    ).visual_tokens  # fmt: skip


def test_pages_seen_one_by_one_are_not_encoded_again_together(checkpoint: Checkpoint) -> None:
    pages = DrawnPages()
    answerer = started(checkpoint("idefics3"), pages)
    answered(answerer, question(page=OTHER))
    answered(answerer, question())
    drawn = len(pages.renders)
    both = answered(answerer, question(more_pages=(OTHER,)))
    assert (len(pages.renders), both.timings.encode) == (drawn, 0.0)
    turned = answered(answerer, question(page=OTHER, more_pages=(PAGE,)))
    assert turned.text != both.text


def test_views_and_evidence_name_the_page(checkpoint: Checkpoint) -> None:
    second = PageRef("b.pdf", 3)
    answerer = started(checkpoint("idefics2"), DrawnPages(page_count=4))
    asked = question(more_pages=(second,))
    events = list(answerer.ask(Ask(1, asked), NEVER))
    (saw,) = [event for event in events if isinstance(event, Saw)]
    assert [view.page for view in saw.views] == [None] * 5 + [second] * 5
    assert saw.views[5].name == "Page 4: Top left"


def test_a_model_of_one_page_at_a_time_says_so(checkpoint: Checkpoint) -> None:
    answerer = started(checkpoint("marked"))
    failed = last(answerer.ask(Ask(1, question(more_pages=(OTHER,))), NEVER))
    assert isinstance(failed, Failed)
    assert "one page at a time" in failed.message


# --- several questions ------------------------------------------------------------------------

TEXTS = ("What is the total?", "When?", "Who wrote this letter, and to whom?", "Why?")


def asked_all(answerer: Engine, *questions: Question) -> list[Event]:
    events = list(answerer.ask_all(AskAll(3, questions), NEVER))
    assert last(iter(events)) == AllAnswered(3)
    return events


def answers(events: list[Event]) -> dict[int, Answer]:
    return {event.index: event.answer for event in events if isinstance(event, Answered)}


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_answers_together_are_those_one_by_one(checkpoint: Checkpoint, kind: tiny.Kind) -> None:
    questions = [
        question(text, page=page, max_new_tokens=8 + 3 * place)
        for place, text in enumerate(TEXTS)
        for page in (PAGE, OTHER)
    ]
    found = answers(asked_all(started(checkpoint(kind)), *questions))
    assert sorted(found) == list(range(len(questions)))
    alone = started(checkpoint(kind))
    for index, asked in enumerate(questions):
        one = answered(alone, asked)
        assert (found[index].text, found[index].stop) == (one.text, one.stop)
        assert found[index].confidence == pytest.approx(one.confidence, rel=1e-3)
        assert found[index].views == one.views
        assert 0 < found[index].timings.first_token <= found[index].timings.total


def test_a_page_is_drawn_once_for_all_its_questions(checkpoint: Checkpoint) -> None:
    pages = DrawnPages()
    asked_all(started(checkpoint("marked"), pages), *map(question, TEXTS))
    assert len(pages.renders) == 5


@pytest.mark.parametrize("exact", [True, False])
def test_a_token_of_each_is_computed_at_a_time_where_that_changes_none(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, exact: bool
) -> None:
    passes: list[int] = []
    extend = Branches.extend

    def counted(self: Branches, *given: torch.Tensor) -> torch.Tensor:
        passes.append(len(given[0]))
        return extend(self, *given)

    monkeypatch.setattr(Branches, "extend", counted)
    answerer = started(checkpoint("idefics3"))
    sight = answerer.sight
    assert sight is not None
    assert isinstance(sight.decoder, LlamaDecoder)
    sight.decoder.exact = exact
    counts = (3, 5, 5, 9)
    asked = [question(text, max_new_tokens=n) for text, n in zip(TEXTS, counts, strict=True)]
    found = answers(asked_all(answerer, *asked))
    assert all(one.stop == "length" for one in found.values())
    assert passes == ([4, 4, 4, 3, 3, 1, 1, 1, 1] if exact else [])


def test_a_template_with_the_question_first_is_asked_one_by_one(checkpoint: Checkpoint) -> None:
    answerer = started(checkpoint("idefics2"))
    sight = answerer.sight
    assert sight is not None
    template = sight.loaded.processor.chat_template
    sight.loaded.processor.chat_template = (
        "{{ messages[0]['content'][-1]['text'] }}<image>{% if add_generation_prompt %}: {% endif %}"
    )
    try:
        found = answers(asked_all(answerer, *map(question, TEXTS)))
        alone = [answered(answerer, question(text)).text for text in TEXTS]
    finally:
        sight.loaded.processor.chat_template = template
    assert [found[index].text for index in range(len(TEXTS))] == alone


def test_one_that_cannot_be_asked_does_not_stop_the_others(checkpoint: Checkpoint) -> None:
    pages = DrawnPages(line("total"))
    missing = question(page=PageRef("a.pdf", 7))
    events = asked_all(
        started(checkpoint("marked"), pages), question(), question("  "), missing, question("And?")
    )
    assert sorted(answers(events)) == [0, 3]
    refused = {event.index: event.message for event in events if isinstance(event, Unanswered)}
    assert sorted(refused) == [1, 2]
    assert "there is no page 8" in refused[2]


def test_questions_are_grouped_by_what_they_are_about() -> None:
    part = question(box=Box(0.1, 0.1, 0.5, 0.5))
    kinds = [question("a"), question("b", page=OTHER), part, question("c"), question("d", OTHER)]
    assert in_order_of_pages(kinds) == [[0, 3], [1, 4], [2]]


def test_a_cancel_ends_them_all(checkpoint: Checkpoint) -> None:
    cancel = threading.Event()
    events: list[Event] = []
    job = AskAll(3, (question(), question(page=OTHER), question("Why?")))
    for event in started(checkpoint("marked")).ask_all(job, cancel):
        events.append(event)
        if isinstance(event, Answered):
            cancel.set()
    assert events[-1] == Cancelled(3)
    assert len(answers(events)) < 3


def test_short_of_memory_the_rest_are_answered_one_by_one(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    answerer = started(checkpoint("marked"))
    expected = [answered(answerer, question(text)).text for text in TEXTS]
    calls = []
    begin = Sight.begin

    def short(self: Sight, *given: Any) -> Any:
        calls.append(given)
        if len(calls) == 1:
            raise MemoryError
        return begin(self, *given)

    monkeypatch.setattr(Sight, "begin", short)
    events = asked_all(answerer, *map(question, TEXTS))
    found = answers(events)
    assert [found[index].text for index in range(len(TEXTS))] == expected
    assert any(isinstance(event, Progress) for event in events)
