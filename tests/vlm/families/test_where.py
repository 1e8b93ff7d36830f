"""Where it looked, for the families that are not asked in `tests/vlm/test_looking.py`."""

from __future__ import annotations

import pytest

from tests import small
from tests.vlm.answering import NEVER, last, question, started
from tests.vlm.families.conftest import KINDS, Saved
from vlm import looking
from vlm.protocol import Failed, LookedAt, Where

SHOWING = ("llava",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_family_shows_where_it_looked_or_says_that_it_does_not(saved: Saved, kind: str) -> None:
    assert kind in small.BUILDERS
    engine = started(saved(kind))
    told = last(engine.where(Where(3, question(), "84.50"), NEVER))
    if kind in SHOWING:
        assert isinstance(told, LookedAt), told
        assert len(set(told.maps[0].levels)) > 4
    else:
        assert isinstance(told, Failed)
        assert told.message == looking.NOT_SHOWN
