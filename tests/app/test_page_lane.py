from __future__ import annotations

import threading

from app.page_lane import Close, Draw, Job, Open, PageLane, Read, Urgency
from vlm.types import WHOLE_PAGE, PageRef


def draw(page: int, path: str = "a.pdf") -> Draw:
    return Draw(PageRef(path, page), WHOLE_PAGE, 10, 10)


def taken(lane: PageLane) -> object:
    job = lane.take()
    assert job is not None
    return job.order


def test_what_is_seen_goes_before_what_is_not() -> None:
    lane = PageLane()
    lane.put(Job(Read(PageRef("a.pdf", 0)), 1), Urgency.TEXT)
    wishes = [(Urgency.NEAR, draw(3)), (Urgency.VISIBLE, draw(2)), (Urgency.VISIBLE, draw(1))]
    lane.wish(1, 1, wishes)
    lane.put(Job(Open("b.pdf"), 2), Urgency.OPEN)
    order = [taken(lane) for _ in range(5)]
    assert order == [Open("b.pdf"), draw(2), draw(1), draw(3), Read(PageRef("a.pdf", 0))]


def test_new_wishes_replace_the_old_ones_of_the_same_view_only() -> None:
    lane = PageLane()
    lane.wish(1, 1, [(Urgency.VISIBLE, draw(1))])
    lane.wish(2, 1, [(Urgency.VISIBLE, draw(7))])
    lane.wish(1, 1, [(Urgency.VISIBLE, draw(2))])
    assert {taken(lane), taken(lane)} == {draw(7), draw(2)}


def test_a_job_on_its_way_is_not_asked_again_until_delivered() -> None:
    lane = PageLane()
    lane.wish(1, 1, [(Urgency.VISIBLE, draw(1))])
    job = lane.take()
    assert job is not None
    lane.wish(1, 1, [(Urgency.VISIBLE, draw(1)), (Urgency.VISIBLE, draw(2))])
    assert taken(lane) == draw(2)
    lane.delivered(job)
    lane.wish(1, 1, [(Urgency.VISIBLE, draw(1))])
    assert taken(lane) == draw(1)


def test_two_views_wanting_the_same_get_it_once() -> None:
    lane = PageLane()
    lane.wish(1, 1, [(Urgency.VISIBLE, draw(1))])
    lane.wish(2, 1, [(Urgency.THUMBNAIL, draw(1)), (Urgency.THUMBNAIL, draw(2))])
    assert [taken(lane), taken(lane)] == [draw(1), draw(2)]


def test_dropping_a_document_leaves_the_others() -> None:
    lane = PageLane()
    lane.wish(1, 1, [(Urgency.VISIBLE, draw(1))])
    lane.wish(2, 2, [(Urgency.NEAR, draw(1, "b.pdf"))])
    lane.put(Job(Read(PageRef("a.pdf", 0)), 1), Urgency.SOON)
    lane.drop("a.pdf")
    lane.put(Job(Close("a.pdf"), 1), Urgency.TEXT)
    assert [taken(lane), taken(lane)] == [draw(1, "b.pdf"), Close("a.pdf")]


def test_the_drawings_of_one_page_can_be_dropped() -> None:
    lane = PageLane()
    lane.wish(1, 1, [(Urgency.VISIBLE, draw(1)), (Urgency.VISIBLE, draw(2))])
    lane.wish(2, 1, [(Urgency.NEAR, draw(1, "b.pdf"))])
    lane.put(Job(Read(PageRef("a.pdf", 1)), 1), Urgency.TEXT)
    lane.drop_drawings(PageRef("a.pdf", 1, 90))
    order = [taken(lane) for _ in range(3)]
    assert order == [draw(2), draw(1, "b.pdf"), Read(PageRef("a.pdf", 1))]


def test_asking_again_only_raises_the_urgency() -> None:
    lane = PageLane()
    first, second = (Job(Read(PageRef("a.pdf", page)), 1) for page in range(2))
    lane.put(first, Urgency.TEXT)
    lane.put(second, Urgency.TEXT)
    lane.put(second, Urgency.SOON)
    lane.put(second, Urgency.TEXT)
    assert [lane.take(), lane.take()] == [second, first]


def test_the_end_frees_a_waiting_worker() -> None:
    lane = PageLane()
    got: list[object] = []
    worker = threading.Thread(target=lambda: got.append(lane.take()))
    worker.start()
    lane.end()
    worker.join(5)
    assert got == [None]
