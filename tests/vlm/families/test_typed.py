"""Every family answers a question the same, whether or not it was read while it was typed."""

from __future__ import annotations

import threading

import pytest

from tests import small
from tests.vlm.answering import NEVER, answered, last, question, started
from tests.vlm.families.conftest import KINDS, Saved
from tests.vlm.families.test_contract import extensions, family_of, prefilled
from vlm.protocol import Cancelled, Looked, Typing

ASKED = "What is the total of it?"
TYPED = ("What ", "What is the date ", "What is the total ")


class Soon(threading.Event):
    """Is set once it was looked at so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._left = looks

    def is_set(self) -> bool:
        self._left -= 1
        return self._left < 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_typed_is_not_read_again_and_changes_no_answer(
    saved: Saved, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, answerer = started(saved(kind)), started(saved(kind))
    lengths = {one: extensions(one, monkeypatch) for one in (plain, answerer)}
    for one in (plain, answerer):
        answered(one, question("Who wrote this?"))
    for number, text in enumerate(TYPED):
        assert last(answerer.typing(Typing(number, question(text)), NEVER)) == Looked(number)
    reads = family_of(answerer).abilities.keeps_prefix and kind not in small.BESIDE
    stopped = 0
    for looks in range(2, 24):  # between two parts of the text model; the first looks are before it
        whole = Typing(4, question(TYPED[-1] + "of"), paused=True)
        stopped += last(answerer.typing(whole, Soon(looks))) == Cancelled(4)
    assert (stopped > 1) is reads
    for steps in lengths.values():
        steps.clear()
    expected, found = (answered(one, question(ASKED)) for one in (plain, answerer))
    assert found.text == expected.text
    assert found.confidence == pytest.approx(expected.confidence, rel=1e-4)
    assert (prefilled(lengths[answerer]) < prefilled(lengths[plain])) is reads
