from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForImageTextToText

from tests import tiny
from tests.drawn import DrawnPages, line
from vlm import device, seeing, views
from vlm.device import Placement
from vlm.engine import Engine
from vlm.errors import PageTimeout
from vlm.families import FAMILIES
from vlm.protocol import (
    LAST_EVENTS,
    Ask,
    Cancelled,
    Done,
    Event,
    Failed,
    Load,
    Loaded,
    Look,
    Looked,
    Progress,
    Saw,
    TextDelta,
)
from vlm.types import WHOLE_PAGE, Answer, Box, PageRef, Question

Checkpoint = Callable[[tiny.Kind], Path]
PAGE = PageRef("a.pdf", 0)
NEVER = threading.Event()

EXACT = Placement("cpu", torch.float32, torch.float32, "For comparison.")
TOKENS = 12


def in_float32(_device: str) -> Placement:
    return EXACT


def started(folder: Path, pages: DrawnPages | None = None, budget: int = 2**24) -> Engine:
    answerer = Engine(pages or DrawnPages(), budget, in_float32)
    assert isinstance(last(answerer.load(Load(1, str(folder)), NEVER)), Loaded)
    return answerer


def last(events: Iterator[Event]) -> Event:
    """Run a job to its end; it has exactly one last event, at the end."""
    found = list(events)
    assert [isinstance(event, LAST_EVENTS) for event in found].count(True) == 1
    assert isinstance(found[-1], LAST_EVENTS)
    return found[-1]


def question(text: str = "What is it?", page: PageRef = PAGE, **rest: Any) -> Question:
    given: dict[str, Any] = {"max_new_tokens": TOKENS, **rest}
    return Question(text, page, **given)


def answered(answerer: Engine, asked: Question) -> Answer:
    done = last(answerer.ask(Ask(2, asked), NEVER))
    assert isinstance(done, Done), done
    return done.answer


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
    sight = answerer._sight  # pyright: ignore[reportPrivateUsage]
    assert sight is not None
    lengths: list[int] = []
    extend = sight.decoder.extend

    def counted(sequence: Any, embedded: torch.Tensor) -> torch.Tensor:
        lengths.append(len(embedded))
        return extend(sequence, embedded)

    monkeypatch.setattr(sight.decoder, "extend", counted)
    answered(answerer, question("Why?"))
    assert lengths[0] < 12
    assert set(lengths[1:]) == {1}


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
    sight = answerer._sight  # pyright: ignore[reportPrivateUsage]
    assert sight is not None
    words = sight.loaded.processor.tokenizer
    script = iter(words(text, add_special_tokens=False)["input_ids"])
    monkeypatch.setattr("vlm.decode.Rules.choose", lambda *_: (next(script), 0.5))


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


def test_what_the_world_does_wrong_is_a_failed_event(checkpoint: Checkpoint) -> None:
    pages = DrawnPages(error=PageTimeout("Opening took too long."))
    answerer = started(checkpoint("marked"), pages)
    assert last(answerer.ask(Ask(2, question()), NEVER)) == Failed(
        2, "page_timeout", "Opening took too long."
    )
    assert last(answerer.look(Look(3, PAGE), NEVER)) == Failed(
        3, "page_timeout", "Opening took too long."
    )


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (question(" "), "Type a question"),
        (question(page=PageRef("a.pdf", 3)), "has one page; there is no page 4"),
        (question("why " * 2000), "too long"),
    ],
)
def test_a_question_that_cannot_be_put(checkpoint: Checkpoint, asked: Question, part: str) -> None:
    found = last(started(checkpoint("idefics2")).ask(Ask(2, asked), NEVER))
    assert isinstance(found, Failed)
    assert found.code == "question_unanswerable"
    assert part in found.message


def test_without_a_model_a_person_is_told_what_to_do() -> None:
    answerer = Engine(DrawnPages(), 1, in_float32)
    found = last(answerer.ask(Ask(2, question()), NEVER))
    assert isinstance(found, Failed)
    assert "Choose one in Models" in found.message


def test_a_model_that_cannot_be_right_leaves_the_one_before(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    answerer = started(checkpoint("marked"))
    for wrong in (
        Load(8, str(tmp_path)),
        Load(8, str(checkpoint("marked")), adapter="nobody"),
    ):
        assert isinstance(last(answerer.load(wrong, NEVER)), Failed)
    assert answered(answerer, question()).text


def starve(monkeypatch: pytest.MonkeyPatch, times: int, error: Exception) -> list[int]:
    """Let encoding fail for lack of memory; returns the list of attempts."""
    attempts: list[int] = []
    features = seeing.Sight._features  # pyright: ignore[reportPrivateUsage]

    def starving(self: Any, seen: Any, clock: Any) -> Any:
        attempts.append(len(seen.views))
        if len(attempts) <= times:
            raise error
        return (yield from features(self, seen, clock))

    monkeypatch.setattr(seeing.Sight, "_features", starving)
    return attempts


SHORT = RuntimeError(
    "DefaultCPUAllocator: can't allocate memory: you tried to allocate 5000000000 bytes."
)


@pytest.mark.parametrize("error", [SHORT, MemoryError()])
def test_short_of_memory_it_tries_again_without_splitting(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    attempts = starve(monkeypatch, 1, error)
    answerer = started(checkpoint("marked"))
    events = list(answerer.ask(Ask(2, question()), NEVER))
    assert attempts == [5, 1]
    assert Progress(2, "Not enough memory; trying without splitting the page") in events
    done = events[-1]
    assert isinstance(done, Done)
    assert len(done.answer.views) == 1
    assert (
        done.answer.text == answered(started(checkpoint("marked")), question(splitting=False)).text
    )


def test_short_of_memory_for_good_it_says_the_numbers(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = starve(monkeypatch, 9, SHORT)
    found = last(started(checkpoint("marked")).ask(Ask(2, question()), NEVER))
    assert attempts == [5, 1]
    assert isinstance(found, Failed)
    assert found.code == "out_of_memory"
    assert "5.0 GB more were needed" in found.message
    assert "are free" in found.message


def test_short_of_gpu_memory_it_ends_on_the_processor(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def place(name: str) -> Placement:
        return Placement("cpu" if name == "cpu" else "meta", torch.float32, torch.float32, "Test.")

    monkeypatch.setattr(device, "release", lambda _: None)
    monkeypatch.setattr(device, "free_bytes", lambda _: 2**40)
    answerer = Engine(DrawnPages(), 2**20, place)
    loaded = last(answerer.load(Load(1, str(checkpoint("marked"))), NEVER))
    assert isinstance(loaded, Loaded)
    assert loaded.model.device == "meta"
    attempts = starve(monkeypatch, 2, torch.OutOfMemoryError("CUDA out of memory."))
    found = answered(answerer, question())
    assert attempts == [5, 1, 1]
    assert found.text == answered(started(checkpoint("marked")), question(splitting=False)).text


def test_other_errors_are_ours_and_not_hidden(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    starve(monkeypatch, 1, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes"):
        last(started(checkpoint("marked")).ask(Ask(2, question()), NEVER))


def test_closing_ends_the_page_processes() -> None:
    pages = DrawnPages()
    Engine(pages, 1, in_float32).close()
    assert pages.stopped
