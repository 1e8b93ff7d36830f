from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import pytest

from tests.photographed import PHOTO, SEEN, Photographs, line_box
from tests.vlm.documents import said
from vlm.document_questions import stamp
from vlm.errors import PasswordNeeded
from vlm.flat import Flat, flat_of
from vlm.flat_answers import FlatAnswers, on_page
from vlm.flat_pages import FlatPages
from vlm.protocol import (
    AllAnswered,
    Answered,
    Ask,
    AskAll,
    Event,
    Look,
    Looked,
    LookedAt,
    Progress,
    Saw,
    Where,
)
from vlm.types import (
    WHOLE_PAGE,
    Box,
    Document,
    Evidence,
    HeatMap,
    PageAnswer,
    PageRef,
    PageSize,
    PagesRead,
    Question,
    View,
)

PAGE = PageRef("photograph.jpg", 0)
FLAT = flat_of(SEEN, PageSize(*PHOTO))
LINE = line_box(5)


UPSIDE = PageRef("scan.png", 0)
TURNED = {UPSIDE: PageRef("scan.png", 0, 180)}


def answers(looked: bool = True, wanted: bool = True) -> FlatAnswers:
    pages = FlatPages(Photographs(), stamp, lambda: wanted)
    if looked:
        pages.flat(PAGE)
    return FlatAnswers(pages, lambda path: None, lambda page: TURNED.get(page, page))


def near(box: Box | None, wanted: Box) -> bool:
    assert box is not None
    sides = (box.x0, box.y0, box.x1, box.y1)
    return sides == pytest.approx((wanted.x0, wanted.y0, wanted.x1, wanted.y1), abs=0.015)


def view(box: Box, page: PageRef | None = None) -> View:
    return View("", box, 10, 10, 100.0, 5, page)


def test_what_a_person_points_at_is_asked_about_on_the_sheet() -> None:
    asked: list[Ask] = []

    def run(request: Ask) -> Iterator[Event]:
        asked.append(request)
        yield Progress(1, "Answering")

    shown = FLAT.box_on_page(LINE)
    events = answers(looked=False).about_one(Ask(1, Question("What?", PAGE, shown)), run)
    assert list(events) == [Progress(1, "Answering")]
    box = asked[0].question.box
    assert box is not None
    assert box.holds(LINE)
    assert box.height < 5 * LINE.height  # it falls by so much
    as_it_is = answers(wanted=False)
    list(as_it_is.about_one(Ask(1, Question("What?", PAGE, shown)), run))
    assert asked[1].question.box == shown


def test_a_page_is_looked_at_ahead_where_a_person_points() -> None:
    looked: list[Look] = []

    def run(request: Look) -> Iterator[Event]:
        looked.append(request)
        yield Looked(1)

    shown = FLAT.box_on_page(LINE)
    assert list(answers(looked=False).ahead(Look(1, PAGE, shown), run)) == [Looked(1)]
    assert looked[0].box is not None
    assert looked[0].box.holds(LINE)


def one(ends: Callable[[Question], Event], question: Question) -> Event:
    def run(request: Ask) -> Iterator[Event]:
        yield ends(request.question)

    return next(answers().about_one(Ask(1, question), run))


def test_places_of_an_answer_are_where_the_page_shows_them() -> None:
    found = said("87.05", kind="crop").answer
    evidence = Evidence("crop", (LINE,), part=LINE)
    done = msgspec.structs.replace(found, evidence=evidence, views=(view(LINE),))
    event = one(lambda _: msgspec.structs.replace(said(""), answer=done), Question("?", PAGE))
    told = getattr(event, "answer", found)
    shown = FLAT.box_on_page(LINE)
    assert near(told.evidence.boxes[0], shown)
    assert near(told.evidence.part, shown)
    assert near(told.views[0].box, shown)
    elsewhere = PageRef("other.pdf", 3)
    event = one(lambda _: Saw(1, (view(LINE), view(LINE, elsewhere))), Question("?", PAGE))
    assert isinstance(event, Saw)
    assert near(event.views[0].box, shown)
    assert event.views[1].box == LINE


def test_an_image_tells_where_its_corners_are_on_the_page() -> None:
    event = one(lambda _: Saw(1, (view(WHOLE_PAGE), view(LINE, UPSIDE))), Question("?", PAGE))
    assert isinstance(event, Saw)
    wanted = [side for corner in SEEN for side in corner]
    assert event.views[0].outline == pytest.approx(wanted, abs=0.015)
    x0, y0, x1, y1 = LINE.x0, LINE.y0, LINE.x1, LINE.y1
    assert event.views[1].outline == (x1, y1, x0, y1, x0, y0, x1, y0)
    assert event.views[1].box == LINE


def test_places_of_a_documents_answer_are_on_the_page_that_it_was_read_on() -> None:
    found, evidence = said("87.05").answer, Evidence("page", (LINE,))
    pages = tuple(PageAnswer(number, "87.05", 0.9, evidence) for number in (0, 4))
    read = msgspec.structs.replace(found, evidence=evidence, read=PagesRead(5, 5, pages))

    def run(request: AskAll) -> Iterator[Event]:
        yield Answered(1, 1, read)
        yield AllAnswered(1)

    asked = Question("?", PageRef(PAGE.path, 4), whole_document=True)
    event, _ = answers().about_several(AskAll(1, (Question("?", PAGE), asked)), run)
    assert isinstance(event, Answered)
    shown = FLAT.box_on_page(LINE)
    assert near(event.answer.evidence.boxes[0], shown)
    assert event.answer.read is not None
    first, second = event.answer.read.pages
    assert near(first.evidence.boxes[0], shown)
    assert second.evidence.boxes == (LINE,)  # a page that nobody has looked at is as it is


def test_of_several_questions_only_the_one_about_a_closed_document_fails() -> None:
    class Half(Photographs):
        def open(self, path: str, password: str | None = None) -> Document:
            if path != PAGE.path:
                raise PasswordNeeded("It is locked.")
            return super().open(path, password)

    asked: list[AskAll] = []

    def run(request: AskAll) -> Iterator[Event]:
        asked.append(request)
        yield AllAnswered(1)

    shown = FLAT.box_on_page(LINE)
    locked = Question("?", PageRef("locked.pdf", 0), shown)
    pages = FlatPages(Half(), stamp, lambda: True)
    both = FlatAnswers(pages, lambda path: None, lambda page: page)
    request = AskAll(1, (locked, Question("?", PAGE, shown)))
    assert list(both.about_several(request, run)) == [AllAnswered(1)]
    assert asked[0].questions[0] == locked
    assert asked[0].questions[1].box != shown


def test_where_a_model_looked_is_shown_on_the_page() -> None:
    heat = HeatMap(WHOLE_PAGE, 2, 1, (0, 255))

    def run(request: Where) -> Iterator[Event]:
        yield LookedAt(1, (heat,))

    event = next(answers().about_one(Where(1, Question("?", PAGE), "87.05"), run))
    assert isinstance(event, LookedAt)
    assert near(event.maps[0].box, FLAT.box_on_page(WHOLE_PAGE))


def test_a_map_keeps_its_cells_where_they_are() -> None:
    level = Flat(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), FLAT.page, FLAT.size)
    heat = HeatMap(WHOLE_PAGE, 3, 2, (0, 10, 20, 30, 40, 50))
    assert on_page(heat, level) == heat
    seen = on_page(HeatMap(WHOLE_PAGE, 40, 40, (255,) * 1600), FLAT)
    levels = np.array(seen.levels).reshape(40, 40)
    assert levels[0, 0] == levels[39, 0] == 0  # the table
    assert levels[20, 20] == 255
    assert 0.6 < (levels > 0).mean() < 0.95
