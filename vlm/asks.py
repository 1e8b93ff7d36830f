"""Asks the loaded model about pages for a job that needs more than one look, and parts together.

What is only to be read in parts of scans, a network of its own reads for a small model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from vlm import device, scan_reader, several
from vlm.cancel import CancelToken, ending
from vlm.errors import DeskError
from vlm.part_asking import Told
from vlm.protocol import Done, Event, Saw
from vlm.seeing import Sight
from vlm.types import Question


class Asks:
    """A `vlm.part_asking.AsksSeveral`.

    Args:
        job: The job.
        once: Answers a question about one page or part.
        sight: Returns what sees pages with the model that is loaded.
        password: Gives a document's password.
        cancel: Set when the job shall stop.
    """

    def __init__(
        self,
        job: int,
        once: Callable[[Question], Iterator[Event]],
        sight: Callable[[], Sight],
        password: Callable[[str], str | None],
        cancel: CancelToken,
    ) -> None:
        self._job, self._once, self._sight = job, once, sight
        self._password, self._cancel = password, cancel

    @property
    def at_once(self) -> int:
        """About how many parts are best asked together."""
        return several.AT_ONCE if several.suits(self._sight()) else 1

    def __call__(self, question: Question, /) -> Iterator[Event]:
        """Answer about one page or part."""
        return ending(self._job, self._one(question))

    def _one(self, question: Question) -> Iterator[Event]:
        if (told := self._read([question]).get(0)) is None:
            yield from self._once(question)
            return
        yield Saw(self._job, told.answer.views, told.warning)
        yield Done(self._job, told.answer)

    def _read(self, asked: Sequence[Question]) -> dict[int, Told]:
        """Read what is to be read in parts of scans, see `vlm.scan_reader`."""
        sight = self._sight()
        if not any(scan_reader.suits(sight, one) for one in asked):
            return {}
        password = self._password(asked[0].page.path)
        return scan_reader.read(sight, asked, password, self._cancel)

    def several(self, asked: Sequence[Question]) -> dict[int, Told]:
        """Answer about parts together; those that cannot be are left to be asked alone.

        Raises:
            Stopped: If the job shall stop.
        """
        found, sight = self._read(asked), self._sight()
        left = [number for number in range(len(asked)) if number not in found]
        if not left or not several.suits(sight):
            return found
        password = self._password(asked[0].page.path)
        try:
            rest = [asked[number] for number in left]
            said = several.answer(sight, rest, password, self._cancel)
            return found | {left[number]: told for number, told in said.items()}
        except DeskError:
            return found  # the rest will be met again by the part that it is about, which says so
        except (MemoryError, RuntimeError) as error:
            if device.shortage(error, sight.loaded.placement.device) is None:
                raise
            sight.forget()
            return found
