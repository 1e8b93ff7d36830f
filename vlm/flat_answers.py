"""Between the page that a person sees and the flat sheet that is read: questions in, answers out.

A person points at the photograph, and is shown where on the photograph an answer stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from msgspec import structs

from vlm.errors import DeskError
from vlm.flat import Flat, corners_of
from vlm.flat_pages import FlatPages
from vlm.protocol import Answered, Ask, AskAll, Done, Event, Look, LookedAt, Saw, Typing, Where
from vlm.types import (
    Answer,
    Box,
    Evidence,
    HeatMap,
    PageAnswer,
    PageRef,
    Question,
    View,
)

R = TypeVar("R", Ask, Typing, Where)


class FlatAnswers:
    """Turns requests about pages into those about their sheets, and events back.

    Args:
        pages: Knows the sheets.
        password: Gives a document's password.
        turned: Returns a page as it is read, as far as that is known.
    """

    def __init__(
        self,
        pages: FlatPages,
        password: Callable[[str], str | None],
        turned: Callable[[PageRef], PageRef],
    ) -> None:
        self._pages, self._password, self._turned = pages, password, turned

    def about_one(self, request: R, run: Callable[[R], Iterator[Event]]) -> Iterator[Event]:
        """Run a request about a page as one about its sheet; yields events about the page.

        Raises:
            DeskError: What opening and drawing can raise.
        """
        asked = request.question
        for event in run(structs.replace(request, question=self._on_sheet(asked))):
            yield self._on_page(event, (asked,))

    def about_several(
        self, request: AskAll, run: Callable[[AskAll], Iterator[Event]]
    ) -> Iterator[Event]:
        """Run several questions in the same way; one whose page cannot be looked at as it is."""
        flat: list[Question] = []
        for question in request.questions:
            try:
                flat.append(self._on_sheet(question))
            except DeskError:
                flat.append(question)  # it will be met again by the question alone
        for event in run(structs.replace(request, questions=tuple(flat))):
            yield self._on_page(event, request.questions)

    def ahead(self, request: Look, run: Callable[[Look], Iterator[Event]]) -> Iterator[Event]:
        """Look at a page ahead in the same way.

        Raises:
            DeskError: What opening and drawing can raise.
        """
        yield from run(structs.replace(request, box=self._box(request.page, request.box)))

    def _on_sheet(self, question: Question) -> Question:
        if question.box is None:
            return question
        return structs.replace(question, box=self._box(question.page, question.box))

    def _box(self, page: PageRef, box: Box | None) -> Box | None:
        if box is None or not self._pages.wanted():
            return box
        self._pages.open(page.path, self._password(page.path))
        flat = self._pages.flat(page)
        return box if flat is None else flat.box_on_sheet(box)

    def _on_page(self, event: Event, asked: Sequence[Question]) -> Event:
        match event:
            case Done():
                return Done(event.job, self._answer(event.answer, asked[0]))
            case Answered():
                told = self._answer(event.answer, asked[event.index])
                return Answered(event.job, event.index, told)
            case Saw():
                views = self._views(event.views, asked[0].page)
                return structs.replace(event, views=views)
            case LookedAt():
                maps = tuple(self._map(one, asked[0].page) for one in event.maps)
                return LookedAt(event.job, maps)
            case _:
                return event

    def _answer(self, answer: Answer, question: Question) -> Answer:
        page, read = question.page, answer.read
        if question.whole_document and read is not None and read.pages:
            page = PageRef(page.path, read.pages[0].page)
        if read is not None:
            pages = tuple(self._of_page(one, page.path) for one in read.pages)
            read = structs.replace(read, pages=pages)
        evidence, views = self._evidence(answer.evidence, page), self._views(answer.views, page)
        return structs.replace(answer, evidence=evidence, views=views, read=read)

    def _of_page(self, answer: PageAnswer, path: str) -> PageAnswer:
        evidence = self._evidence(answer.evidence, PageRef(path, answer.page))
        return structs.replace(answer, evidence=evidence)

    def _evidence(self, evidence: Evidence, page: PageRef) -> Evidence:
        flat = self._pages.known(evidence.page or page)
        own = self._pages.known(page)
        boxes, part = evidence.boxes, evidence.part
        if flat is not None:
            boxes = tuple(map(flat.box_on_page, boxes))
        if own is not None and part is not None:
            part = own.box_on_page(part)
        return structs.replace(evidence, boxes=boxes, part=part)

    def _views(self, views: Sequence[View], page: PageRef) -> tuple[View, ...]:
        return tuple(self._view(view, view.page or page) for view in views)

    def _view(self, view: View, page: PageRef) -> View:
        """Return a view with its place on the page; see `View.outline`."""
        flat, turn = self._pages.known(page), self._turned(page).rotation
        if flat is None and turn == page.rotation:
            return view
        corners = np.roll(corners_of(view.box), turn // 90, axis=0)
        places = corners if flat is None else np.clip(flat.on_page(corners), 0.0, 1.0)
        box = view.box if flat is None else flat.box_on_page(view.box)
        outline: list[float] = places.flatten().tolist()
        return structs.replace(view, box=box, outline=tuple(outline))

    def _map(self, heat: HeatMap, page: PageRef) -> HeatMap:
        flat = self._pages.known(heat.page or page)
        return heat if flat is None else on_page(heat, flat)


def on_page(heat: HeatMap, flat: Flat) -> HeatMap:
    """Return a map of a part of a sheet as one of the page, with as many cells."""
    box = flat.box_on_page(heat.box)
    down, across = (np.arange(heat.rows) + 0.5) / heat.rows, np.arange(heat.columns) + 0.5
    y, x = np.meshgrid(down, across / heat.columns, indexing="ij")
    points = np.stack([box.x0 + x * box.width, box.y0 + y * box.height], axis=-1).reshape(-1, 2)
    there = flat.on_sheet(points) - (heat.box.x0, heat.box.y0)
    there /= (heat.box.width, heat.box.height)
    inside = ((there >= 0) & (there < 1)).all(axis=1)
    column, row = np.clip(there, 0, 1 - 1e-9).T * ((heat.columns,), (heat.rows,))
    levels = np.array(heat.levels)[row.astype(int) * heat.columns + column.astype(int)]
    shown = np.where(inside, levels, 0)
    return structs.replace(heat, box=box, levels=tuple(shown.tolist()))
