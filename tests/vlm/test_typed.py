"""A question is read while it is typed: what of it, when not, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.drawn import DrawnPages
from tests.vlm.answering import NEVER, Checkpoint, answered, in_float32, last, question, started
from tests.vlm.families.test_contract import extensions
from vlm import models, typed
from vlm.engine import Engine
from vlm.prompt import Prompt
from vlm.protocol import Answered, AskAll, Failed, Load, Loaded, Look, Looked, Typing
from vlm.reuse import shared
from vlm.seeing import Sight
from vlm.types import Box, PageRef, Precision, Question

TEXT = "What is the total of it?"


def sight_of(answerer: Engine) -> Sight:
    sight = answerer.sight
    assert sight is not None
    return sight


def type_in(answerer: Engine, asked: str | Question, paused: bool = False) -> None:
    asked = question(asked) if isinstance(asked, str) else asked
    assert last(answerer.typing(Typing(7, asked, paused), NEVER)) == Looked(7)


def words(text: str) -> Prompt:
    """Build a prompt whose tokens are its characters, after two of a page and before two more."""
    ids = (1, 2, *map(ord, text.strip()), 3, 4)
    return Prompt(ids, len(ids), 2, text)


@pytest.mark.parametrize(
    ("text", "paused", "known"),
    [
        ("Wh", False, ""),
        ("What is", False, "What "),
        ("What is ", False, "What is "),
        ("What\nis", False, "What\n"),
        ("What is", True, "What is\x03"),
        ("  What is", False, "What "),
    ],
)
def test_finished_words_are_known_and_after_a_pause_all_but_the_last_token(
    text: str, paused: bool, known: str
) -> None:
    assert typed.settled(words, text, paused) == (1, 2, *map(ord, known))


def test_after_a_pause_one_token_is_left_and_after_words_the_end(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    answerer, plain = started(checkpoint("marked")), started(checkpoint("marked"))
    steps, whole = extensions(answerer, monkeypatch), extensions(plain, monkeypatch)
    expected = answered(plain, question(TEXT))
    own = whole[1]  # the first step read the page
    type_in(answerer, TEXT[:-4])
    steps.clear()
    assert answered(answerer, question(TEXT)).text == expected.text
    assert 1 < steps[0] < own
    type_in(answerer, TEXT, paused=True)
    steps.clear()
    found = answered(answerer, question(TEXT))
    assert set(steps) == {1}
    assert found.text == expected.text
    assert found.confidence == pytest.approx(expected.confidence, rel=1e-4)


def held(answerer: Engine) -> tuple[int, ...]:
    """Return the tokens of what was typed that the engine holds beyond the page."""
    beyond = sight_of(answerer)._beyond  # pyright: ignore[reportPrivateUsage]
    return () if beyond is None else beyond.ids[beyond.prefix :]


def longest(answerer: Engine) -> int:
    """Return the tokens of the longest kept sequence."""
    kept = sight_of(answerer)._kept._values.values()  # pyright: ignore[reportPrivateUsage]
    return max(int(one.length) for one, _ in kept if not isinstance(one, torch.Tensor))


def test_what_is_changed_is_cut_and_what_is_deleted_is_gone(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    answerer = started(checkpoint("marked"))
    assert isinstance(last(answerer.look(Look(1, question().page), NEVER)), Looked)
    page = longest(answerer)
    type_in(answerer, "What is the total ")
    total = held(answerer)
    assert total
    steps = extensions(answerer, monkeypatch)
    type_in(answerer, "What is the date of ")
    date = held(answerer)
    assert sum(steps) == len(date) - shared(total, date)
    type_in(answerer, "What is ")
    assert held(answerer) == total[: len(held(answerer))]
    assert longest(answerer) == page + len(held(answerer))
    type_in(answerer, "")
    assert held(answerer) == ()
    assert longest(answerer) == page


@pytest.mark.parametrize("how", ["typed", "looked at", "asked", "asked with others"])
def test_another_page_cuts_what_was_typed_about_this_one(checkpoint: Checkpoint, how: str) -> None:
    answerer, other = started(checkpoint("marked")), PageRef("b.pdf", 0)
    assert isinstance(last(answerer.look(Look(1, question().page), NEVER)), Looked)
    page = longest(answerer)
    type_in(answerer, "What is the total ")
    sight = sight_of(answerer)
    about = sight._beyond  # pyright: ignore[reportPrivateUsage]
    assert about is not None
    match how:
        case "typed":
            type_in(answerer, question("What is the total ", page=other))
        case "looked at":
            last(answerer.look(Look(2, other), NEVER))
        case "asked":
            answered(answerer, question(page=other))
        case _:
            last(answerer.ask_all(AskAll(3, (question(page=other),) * 2), NEVER))
    kept = sight._kept.get(about.key)  # pyright: ignore[reportPrivateUsage]
    assert kept is not None
    assert kept.length == page
    assert (held(answerer) == ()) is (how != "typed")


def test_several_questions_together_begin_after_the_page(checkpoint: Checkpoint) -> None:
    answerer, asked = started(checkpoint("marked")), (question(TEXT), question("And when?"))
    expected = list(answerer.ask_all(AskAll(3, asked), NEVER))
    type_in(answerer, TEXT, paused=True)
    found = list(answerer.ask_all(AskAll(3, asked), NEVER))
    texts = [
        {event.index: event.answer.text for event in events if isinstance(event, Answered)}
        for events in (expected, found)
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(("precision", "reads"), [("exact", True), ("8bit", False)])
def test_in_8_bits_nothing_is_read_ahead(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, precision: Precision, reads: bool
) -> None:
    monkeypatch.setattr("vlm.precision._gain", lambda _: 2.5)
    answerer = Engine(DrawnPages(), 2**24, in_float32)
    load = Load(1, str(checkpoint("marked")), precision=precision)
    assert isinstance(last(answerer.load(load, NEVER)), Loaded)
    type_in(answerer, "What is the total ")
    assert bool(held(answerer)) is reads


def test_a_page_that_is_read_in_parts_is_not_asked_ahead_but_a_box_is(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "is_shipped", lambda _: True)
    answerer = started(checkpoint("marked"))
    steps = extensions(answerer, monkeypatch)
    type_in(answerer, "What is the total ")
    assert (held(answerer), steps) == ((), [])
    tall = question("What is the total ", box=Box(0.1, 0.1, 0.9, 0.5))
    type_in(answerer, tall)
    assert (held(answerer), steps) == ((), []), "its lines may be asked one by one"
    box = question("What is the total ", box=Box(0.1, 0.1, 0.9, 0.15))
    type_in(answerer, box)
    assert held(answerer)


def test_what_cannot_be_asked_is_not_read(checkpoint: Checkpoint) -> None:
    answerer = started(checkpoint("marked"))
    type_in(answerer, "What is the total ")
    type_in(answerer, "word " * 3000)
    assert held(answerer) == ()
    gone = Typing(8, question("What ", page=PageRef("a.pdf", 99)))
    assert isinstance(last(answerer.typing(gone, NEVER)), Failed)


def test_nothing_that_is_typed_is_written_to_disk(
    checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_DESK_HOME", str(tmp_path))
    written: list[set[tuple[Path, bytes]]] = []
    for text in ("", "What is the total of all of these many lines "):
        answerer = Engine(DrawnPages(), 2**24, in_float32)
        load = Load(1, str(checkpoint("marked")), keep_pages=True)
        assert isinstance(last(answerer.load(load, NEVER)), Loaded)
        sight_of(answerer).selftest.skip()
        type_in(answerer, text)
        assert isinstance(last(answerer.look(Look(2, question().page), NEVER)), Looked)
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        written.append({(path, path.read_bytes()) for path in files})
        last(answerer.load(Load(3, str(checkpoint("marked")), keep_pages=False), NEVER))
    assert written[0] == written[1] != set()
