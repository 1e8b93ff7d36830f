"""Parts that are asked together are answered as one by one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.drawn import DrawnPages, Picture
from tests.vlm.answering import NEVER, PAGE, Checkpoint, started
from vlm import asking, several
from vlm.cancel import Stopped
from vlm.engine import Engine
from vlm.errors import PageTimeout
from vlm.llama import LlamaDecoder
from vlm.models import default_folder
from vlm.page_reading import READ
from vlm.protocol import Ask, Cancelled, Done, Event, Failed, Look, Looked, Progress
from vlm.seeing import Sight
from vlm.types import Answer, Box, PageRef, PageSize, Question, Word

LINES = (
    "Invoice 2041",
    "Date 12.03.2024",
    "Hammer and nails, 3 boxes of each",
    "A",
    "Sum 1,204.50",
    "To be paid within thirty days to the account below",
    "Thank you",
    "Date 12.03.2024",
    "Bank of the River, branch 17",
    "Tel. 0301 88 12 40",
)
TOP, STEP = 0.05, 0.09
BOXES = tuple(
    Box(0.04, TOP + number * STEP, min(0.96, 0.14 + 0.018 * len(text)), TOP + number * STEP + 0.06)
    for number, text in enumerate(LINES)
)


class Scan(DrawnPages):
    """A scanned slip with lines of different lengths; `lost` cannot be drawn."""

    lost: Box | None = None
    measured = worded = 0

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        """Measure."""
        self.measured += 1
        return super().sizes(path, first, count)

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Read."""
        self.worded += 1
        return super().words(page)

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Picture:
        """Draw."""
        if self.lost == box:
            raise PageTimeout("drawing took too long")
        self.renders.append((box, width, height))
        image, font = Image.new("RGB", (800, 600), "white"), ImageFont.load_default(22)
        for number, text in enumerate(LINES):
            at = (40, 600 * (TOP + number * STEP) + 6)
            ImageDraw.Draw(image).text(at, text, "black", font)
        left, top, right, end = box.x0 * 800, box.y0 * 600, box.x1 * 800, box.y1 * 600
        part = image.resize((width, height), Image.Resampling.LANCZOS, (left, top, right, end))
        return Picture(width, height, part.tobytes())


@pytest.fixture(autouse=True)
def alone(one_thread: None) -> None:
    """Compute on one thread."""


@pytest.fixture(params=["tiny", "shipped"])
def folder(
    request: pytest.FixtureRequest, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return a model that reads pages part by part."""
    monkeypatch.setattr("vlm.models.is_shipped", lambda folder: True)
    shipped = default_folder()
    assert shipped is not None
    return shipped if request.param == "shipped" else checkpoint("marked")


def engine_of(folder: Path, lost: Box | None = None, pages: Scan | None = None) -> Engine:
    pages = pages or Scan(size=PageSize(400, 300))
    pages.lost = lost
    return started(folder, pages, budget=2**28)


def sight_of(engine: Engine) -> Sight:
    sight = engine.sight
    assert sight is not None
    return sight


def asked(text: str = READ, tokens: int = 24) -> list[Question]:
    return [Question(text, PAGE, box, splitting=False, max_new_tokens=tokens) for box in BOXES]


def alone_of(engine: Engine, question: Question) -> Answer:
    """Return what one look of the model answers."""
    *_, ended = asking.answer(sight_of(engine), Ask(1, question), None, NEVER)
    assert isinstance(ended, Done)
    return ended.answer


def same(found: Answer, expected: Answer) -> None:
    """Compare all but what an answer took; numbers may differ in their last digits."""
    assert found.text == expected.text
    assert found.confidence == pytest.approx(expected.confidence, abs=1e-4)
    exact = {"confidence": 0.0, "unsure": (), "timings": expected.timings}
    assert msgspec.structs.replace(found, **exact) == msgspec.structs.replace(expected, **exact)
    places = [[(one.start, one.end) for one in each.unsure] for each in (found, expected)]
    assert places[0] == places[1]


@pytest.mark.parametrize("tokens", [24, 3])
def test_answers_are_those_of_one_by_one(folder: Path, tokens: int) -> None:
    plain, engine = engine_of(folder), engine_of(folder)
    for text in (READ, "What is the date?"):  # the second goes on from what is kept
        questions = asked(text, tokens)
        found = several.answer(sight_of(engine), questions, None, NEVER)
        assert sorted(found) == list(range(len(questions)))
        for number, question in enumerate(questions):
            assert found[number].part == BOXES[number]
            same(found[number].answer, alone_of(plain, question))
    assert len({one.answer.text for one in found.values()}) > 1


def test_in_8_bits_they_are_answered_exactly(folder: Path) -> None:
    plain, engine = engine_of(folder), engine_of(folder)
    decoder = sight_of(engine).decoder
    assert isinstance(decoder, LlamaDecoder)
    decoder.shrink()
    assert several.suits(sight_of(engine))
    for number, told in several.answer(sight_of(engine), asked(), None, NEVER).items():
        same(told.answer, alone_of(plain, asked()[number]))


def test_what_was_seen_together_is_not_seen_again(folder: Path) -> None:
    pages = Scan(size=PageSize(400, 300))
    engine = engine_of(folder, pages=pages)
    steps = several.see(sight_of(engine), PAGE, BOXES, None, NEVER)
    assert list(steps) == ["Looking at part 1 of 10"]
    drawn = len(pages.renders)
    for question in asked():
        timings = alone_of(engine, question).timings
        assert (timings.render, timings.encode) == (0.0, 0.0)
    assert len(pages.renders) == drawn


class Impatient:
    """Asks for a stop once it was looked at so many times."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def is_set(self) -> bool:
        """Count."""
        self.looks -= 1
        return self.looks < 0


@pytest.mark.parametrize("share", [0.0, 0.4, 0.8, 0.9, 1.0])
def test_a_stop_acts_in_between_and_leaves_nothing_half(
    checkpoint: Checkpoint, share: float
) -> None:
    never = Impatient(looks := 1000)
    several.answer(sight_of(engine_of(checkpoint("marked"))), asked(), None, never)
    total = looks - never.looks
    assert total > 2 * len(BOXES), "it is asked between drawings, and while it writes"
    engine, cancel = engine_of(checkpoint("marked")), Impatient(round(share * (total - 1)))
    with pytest.raises(Stopped):
        several.answer(sight_of(engine), asked(), None, cancel)
    assert cancel.looks == -1, "nobody looked again"
    plain = engine_of(checkpoint("marked"))
    for question in asked():
        same(alone_of(engine, question), alone_of(plain, question))


def events_of(engine: Engine, text: str = "What is the date?") -> list[Event]:
    return list(engine.ask(Ask(1, Question(text, PAGE, max_new_tokens=12)), NEVER))


def said(events: list[Event], beginning: str) -> list[str]:
    told = [event.text for event in events if isinstance(event, Progress)]
    return [text for text in told if text.startswith(beginning)]


@pytest.fixture
def one_by_one() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.mark.parametrize("text", ["What is the date?", "What is the total?", "What does it say?"])
def test_a_scan_is_answered_about_as_line_by_line(
    folder: Path, text: str, one_by_one: pytest.MonkeyPatch
) -> None:
    one_by_one.setattr("vlm.upright.SOME", 3)  # the rest of the lines is left to be read
    together = events_of(engine_of(folder), text)
    viewed = engine_of(folder)
    assert list(viewed.look(Look(4, PAGE), NEVER))[-1] == Looked(4)
    ahead = events_of(viewed, text)
    one_by_one.setattr(several, "suits", lambda sight: False)
    expected = events_of(engine_of(folder), text)
    assert len(said(expected, "Reading part")) > len(said(together, "Reading part")) > 0
    for events in (together, ahead):
        found, ended = events[-1], expected[-1]
        assert isinstance(found, Done)
        assert isinstance(ended, Done)
        same(found.answer, ended.answer)


@pytest.mark.parametrize("where", ["Rows", "encode_several"])
def test_short_of_memory_it_goes_on_one_by_one(
    checkpoint: Checkpoint, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vlm.models.is_shipped", lambda folder: True)
    expected = events_of(engine_of(checkpoint("marked")))[-1]

    def short(*_given: object) -> None:
        raise MemoryError

    monkeypatch.setattr(several, where, short)
    found = events_of(engine_of(checkpoint("marked")))[-1]
    assert isinstance(found, Done)
    assert isinstance(expected, Done)
    same(found.answer, expected.answer)


def test_a_part_that_cannot_be_drawn_is_left_to_be_asked_alone(checkpoint: Checkpoint) -> None:
    engine = engine_of(checkpoint("marked"), lost=BOXES[4])
    found = several.answer(sight_of(engine), asked(), None, NEVER)
    assert sorted(found) == [number for number in range(len(BOXES)) if number != 4]
    ended = list(engine.ask(Ask(1, asked()[4]), NEVER))[-1]
    assert isinstance(ended, Failed)
    assert ended.code == PageTimeout.code


def test_a_job_that_is_stopped_while_lines_are_read_says_so(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vlm.models.is_shipped", lambda folder: True)
    engine, cancel = engine_of(checkpoint("marked")), threading.Event()
    events = list[Event]()
    for event in engine.ask(Ask(1, Question("What is the date?", PAGE)), cancel):
        events.append(event)
        if isinstance(event, Progress) and event.text.startswith("Reading part"):
            cancel.set()
    assert events[-1] == Cancelled(1)


@pytest.mark.parametrize("kind", ["idefics3", "smolvlm"])
def test_other_families_are_asked_one_by_one(checkpoint: Checkpoint, kind: str) -> None:
    engine = engine_of(checkpoint("idefics3" if kind == "idefics3" else "smolvlm"))
    assert not several.suits(sight_of(engine))


def test_large_parts_are_computed_by_few(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    seen = several._seen  # pyright: ignore[reportPrivateUsage]

    def counted(sight: Sight, parts: list[object], cancel: threading.Event) -> object:
        sizes.append(len(parts))
        return seen(sight, parts, cancel)  # type: ignore[arg-type]  # pyright: ignore

    monkeypatch.setattr(several, "_seen", counted)
    engine = engine_of(checkpoint("marked"))
    list(several.see(sight_of(engine), PAGE, BOXES * 2, None, NEVER))
    assert max(sizes) == several.MOST
    sizes.clear()
    monkeypatch.setattr(several, "MOST_PX", 1)
    sight_of(engine).forget()
    list(several.see(sight_of(engine), PAGE, BOXES, None, NEVER))
    assert sizes == [1] * len(BOXES)


def test_a_page_is_measured_once_for_all_of_its_parts(folder: Path) -> None:
    pages = Scan(size=PageSize(400, 300))
    engine = started(folder, pages, budget=2**28)
    before = pages.measured
    several.answer(sight_of(engine), asked(), None, NEVER)
    # Once for its size, once to measure by how much its lines fall, once to look for a sheet on it.
    assert (pages.measured - before, pages.worded) == (3, 1)
