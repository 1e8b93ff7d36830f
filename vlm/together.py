"""Several questions in one job: those about the same pages share what was seen and prefilled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from vlm.asking import answer
from vlm.cancel import CancelToken
from vlm.errors import DeskError
from vlm.protocol import AllAnswered, Answered, Ask, Cancelled, Done, Event, Progress, Unanswered
from vlm.seeing import Sight
from vlm.types import Question


def in_order_of_pages(questions: Sequence[Question]) -> list[list[int]]:
    """Group questions about the same pages and part; groups in order of their first question."""
    groups: dict[object, list[int]] = {}
    for index, asked in enumerate(questions):
        key = (asked.page, asked.box, asked.splitting, asked.more_pages)
        groups.setdefault(key, []).append(index)
    return list(groups.values())


def answer_all(
    sight: Sight,
    job: int,
    questions: Sequence[Question],
    password: Callable[[str], str | None],
    cancel: CancelToken,
) -> Iterator[Event]:
    """Answer questions; the last event is `AllAnswered` or `Cancelled`.

    Args:
        sight: Sees and keeps the pages.
        job: The job of the events.
        questions: In any order; each gets one `Answered` or `Unanswered`.
        password: Of a document by its path.
        cancel: Set when the job shall stop.
    """
    done = 0
    for group in in_order_of_pages(questions):
        for index in group:
            asked = questions[index]
            yield Progress(job, f"Answering question {done + 1} of {len(questions)}",
                           done / len(questions))  # fmt: skip
            try:
                for event in answer(sight, Ask(job, asked), password(asked.page.path), cancel):
                    if isinstance(event, Done):
                        yield Answered(job, index, event.answer)
                    elif isinstance(event, Cancelled):
                        yield Cancelled(job)
                        return
            except DeskError as error:
                yield Unanswered(job, index, error.code, str(error))
            done += 1
    yield AllAnswered(job)
