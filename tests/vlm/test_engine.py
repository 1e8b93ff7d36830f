from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForImageTextToText

from tests import tiny
from tests.drawn import DrawnPages, line
from tests.vlm.answering import NEVER, PAGE, Checkpoint, answered, last, question, started
from vlm import llama_write, views
from vlm.engine import Engine
from vlm.families import FAMILIES
from vlm.llama import LlamaDecoder
from vlm.protocol import (
    Ask,
    Cancelled,
    Done,
    Event,
    Look,
    Looked,
    Progress,
    Saw,
    TextDelta,
)
from vlm.types import WHOLE_PAGE, Box, PageRef, Question


def by_generate(folder: Path, asked: Question) -> str:
    """Answer with the stock processor and `generate`, on the same pixels."""
    model: Any = AutoModelForImageTextToText.from_pretrained(
        str(folder), local_files_only=True, dtype=torch.float32
    )
    family = FAMILIES[model.config.model_type]
    processor = family.processor(folder, model.config)
    pages = DrawnPages()
    sheet = views.sheet_of(pages.size, asked.box or WHOLE_PAGE, 0, ())
    layout = family.plan(processor, sheet, asked.splitting)
    inputs = [
        family.pixels(
            processor, views.draw(pages, asked.page, asked.box, sheet, layout, tile).image
        )
        for tile in layout.tiles
    ]
    content = [{"type": "image"}] * layout.images + [{"type": "text", "text": asked.text}]
    text = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )
    ids = processor.tokenizer(family.expand(processor, text, layout), return_tensors="pt")
    out = model.generate(
        input_ids=ids["input_ids"],
        attention_mask=ids["attention_mask"],
        pixel_values=torch.cat([one["pixel_values"] for one in inputs], dim=1),
        pixel_attention_mask=torch.cat([one["pixel_attention_mask"] for one in inputs], dim=1),
        max_new_tokens=asked.max_new_tokens,
        do_sample=False,
    )
    new = out[0, ids["input_ids"].shape[1] :]
    return str(processor.tokenizer.decode(new, skip_special_tokens=True)).strip()


@pytest.mark.parametrize("splitting", [True, False])
@pytest.mark.parametrize("kind", tiny.KINDS)
def test_answers_are_those_of_plain_generate(
    checkpoint: Checkpoint, kind: tiny.Kind, splitting: bool
) -> None:
    asked = question("What is the total?", splitting=splitting)
    answerer = started(checkpoint(kind))
    first = answered(answerer, asked)
    assert first.text == by_generate(checkpoint(kind), asked)
    assert first.text
    again = answered(answerer, asked)
    assert again.text == first.text
    assert (again.timings.encode, again.timings.render) == (0.0, 0.0)


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_a_follow_up_answers_as_if_it_were_the_first_question(
    checkpoint: Checkpoint, kind: tiny.Kind
) -> None:
    pages = DrawnPages()
    answerer = started(checkpoint(kind), pages)
    answered(answerer, question("Who wrote this?", max_new_tokens=40))
    drawn = len(pages.renders)
    follow_up = answered(answerer, question("And when? Say the date."))
    assert len(pages.renders) == drawn
    fresh = answered(started(checkpoint(kind)), question("And when? Say the date."))
    assert follow_up.text == fresh.text
    assert follow_up.confidence == pytest.approx(fresh.confidence, rel=1e-4)


def test_the_page_the_part_and_the_question_all_change_the_answer(checkpoint: Checkpoint) -> None:
    answerer = started(checkpoint("marked"))
    texts = [
        answered(answerer, asked).text
        for asked in (
            question(),
            question("Something else?"),
            question(page=PageRef("b.pdf", 0)),
            question(page=PageRef("a.pdf", 0, 90)),
            question(box=Box(0.1, 0.1, 0.9, 0.5)),
            question(splitting=False),
        )
    ]
    assert len(set(texts)) == len(texts)


def test_pages_are_forgotten_within_the_budget_and_seen_again(checkpoint: Checkpoint) -> None:
    pages = DrawnPages()
    answerer = started(checkpoint("marked"), pages, budget=1)
    first = answered(answerer, question())
    answered(answerer, question(page=PageRef("b.pdf", 0)))
    drawn = len(pages.renders)
    assert answered(answerer, question()).text == first.text
    assert len(pages.renders) > drawn


def test_only_the_follow_ups_own_tokens_are_prefilled(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    answerer = started(checkpoint("marked"))
    answered(answerer, question())
    sight = answerer.sight
    assert sight is not None
    lengths: list[int] = []
    room = LlamaDecoder.room

    def counted(self: LlamaDecoder, sequence: Any, end: int, *given: Any) -> torch.Tensor:
        lengths.append(end - sequence.length)
        return room(self, sequence, end, *given)

    monkeypatch.setattr(LlamaDecoder, "room", counted)
    answered(answerer, question("Why?"))
    assert lengths[0] < 12
    assert max(lengths[1:]) <= llama_write.MOST, "the answer's"


def test_a_page_looked_at_ahead_is_not_encoded_again(checkpoint: Checkpoint) -> None:
    pages = DrawnPages()
    answerer = started(checkpoint("marked"), pages)
    assert last(answerer.look(Look(5, PAGE), NEVER)) == Looked(5)
    drawn = len(pages.renders)
    found = answered(answerer, question())
    assert len(pages.renders) == drawn
    assert found.timings.encode == 0.0
    assert found.text == answered(started(checkpoint("marked")), question()).text


def scripted(answerer: Engine, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a model say a text."""
    sight = answerer.sight
    assert sight is not None
    words = sight.loaded.processor.tokenizer
    script = iter(words(text, add_special_tokens=False)["input_ids"])
    monkeypatch.setattr("vlm.decode.Rules.choose", lambda *_: (next(script), 0.5))
    monkeypatch.setattr("vlm.decode.writer_of", lambda *_: None)  # it would not ask the rules


def test_what_is_told_on_the_way(checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = DrawnPages(line("total", height=12 / 842))
    answerer = started(checkpoint("marked"), pages)
    scripted(answerer, "größer 漢 12,50 €", monkeypatch)
    events = list(answerer.ask(Ask(7, question()), NEVER))
    assert {event.job for event in events if not isinstance(event, Done)} == {7}  # type: ignore[union-attr]
    (saw,) = [event for event in events if isinstance(event, Saw)]
    assert [view.name for view in saw.views][-1] == "Whole"
    assert len(saw.views) == 5
    assert "Draw a box" in saw.warning, "a tiny encoder sees 22 pixels per inch"
    done = events[-1]
    assert isinstance(done, Done)
    told = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert told.strip() == done.answer.text
    assert done.answer.views == saw.views
    assert done.answer.visual_tokens == 5 * tiny.LATENTS
    assert 0 < done.answer.confidence < 1
    assert done.answer.evidence.kind == "absent"
    assert done.answer.stop == "length"
    timings = done.answer.timings
    assert 0 < timings.first_token <= timings.total
    assert timings.encode > 0
    assert timings.tokens_per_second > 0


def test_evidence_is_looked_for_in_the_text_layer(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = DrawnPages(line("Invoice", "3124"))
    answerer = started(checkpoint("marked"), pages)
    scripted(answerer, "3124", monkeypatch)
    found = answered(answerer, question(max_new_tokens=4))
    assert found.text == "3124"
    assert found.evidence.kind == "page"
    assert found.evidence.boxes == (pages.words_of_page[1].box,)


def test_a_text_layer_that_cannot_be_read_leaves_the_picture(checkpoint: Checkpoint) -> None:
    found = answered(started(checkpoint("marked"), DrawnPages(text_fails=True)), question())
    assert found.evidence.kind == "no_text"


def test_runaway_repetition_keeps_the_part_before_it(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    answerer = started(checkpoint("idefics2"))
    scripted(answerer, "Total" + "no no " * 100, monkeypatch)
    found = answered(answerer, question(max_new_tokens=256))
    assert found.stop == "repetition"
    assert found.text == "Totalno"
    assert found.confidence == pytest.approx(0.5)


def test_a_cancel_between_tokens_keeps_what_there_is(checkpoint: Checkpoint) -> None:
    cancel = threading.Event()
    answerer = started(checkpoint("marked"))
    events: list[Event] = []
    for event in answerer.ask(Ask(3, question(max_new_tokens=200)), cancel):
        events.append(event)
        if [isinstance(one, TextDelta) for one in events].count(True) == 3:
            cancel.set()
    told = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert events[-1] == Cancelled(3, told.strip())
    assert [isinstance(one, TextDelta) for one in events].count(True) == 3


def test_a_cancel_between_views_stops_the_encoding(checkpoint: Checkpoint) -> None:
    cancel = threading.Event()
    answerer = started(checkpoint("marked"))
    seen: list[Event] = []
    for event in answerer.look(Look(3, PAGE), cancel):
        seen.append(event)
        if event == Progress(3, "Looking at view 2 of 5"):
            cancel.set()
    assert seen[-1] == Cancelled(3)
    assert Progress(3, "Looking at view 3 of 5") not in seen
