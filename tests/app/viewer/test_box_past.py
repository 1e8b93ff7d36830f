from app.viewer.box_past import KEPT, BoxPast
from vlm.types import Box

ONE, TWO = Box(0.1, 0.1, 0.2, 0.2), Box(0.3, 0.3, 0.4, 0.4)


def test_changes_are_taken_back_and_made_again() -> None:
    past = BoxPast()
    past.note(0, ONE)
    past.note(2, TWO)
    past.note(0, None)
    assert past.step(-1) == (2, TWO)
    assert past.step(-1) == (0, ONE)
    assert past.step(-1) == (0, None)
    assert past.step(-1) is None
    assert past.step(1) == (0, ONE)


def test_what_comes_after_taking_back_replaces_what_was_taken_back() -> None:
    past = BoxPast()
    past.note(0, ONE)
    past.note(0, TWO)
    assert past.step(-1) == (0, ONE)
    past.note(0, ONE)  # the view says what it was told
    assert past.step(1) == (0, TWO)
    past.step(-1)
    past.note(1, ONE)
    assert past.step(1) is None
    assert past.step(-1) == (0, ONE)


def test_a_long_past_is_cut() -> None:
    past = BoxPast()
    for number in range(KEPT * 2):
        past.note(number, ONE)
    steps = 0
    while past.step(-1) is not None:
        steps += 1
    assert steps == KEPT - 1
