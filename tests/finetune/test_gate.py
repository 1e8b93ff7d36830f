from __future__ import annotations

import msgspec
import pytest

from finetune import gate, regression
from finetune.gate import Gate, Judged


def _judged(number: int, before: str, after: str, question: str = "Total?") -> Judged:
    return gate.judge(f"r{number}", f"d{number // 2}", question, ("12.50",), before, after)


def _read(row: Judged, reader: str) -> Judged:
    return msgspec.structs.replace(row, reader=reader)


def _rows(fixed: int, broken: int, same: int) -> list[Judged]:
    kinds = [("x", "12.50")] * fixed + [("12.50", "x")] * broken + [("12.50", "12.50")] * same
    return [_judged(number, *pair) for number, pair in enumerate(kinds)]


def test_clearly_better_passes() -> None:
    found = gate.decide(_rows(12, 0, 8), _rows(0, 0, 6))
    assert found.passed
    assert (found.anls.before, found.anls.after) == (0.4, 1.0)
    assert found.anls.gain.value == pytest.approx(0.6)
    assert 0 < found.anls.gain.low < 0.6 < found.anls.gain.high
    assert (len(found.fixed), len(found.broken), len(found.unchanged)) == (12, 0, 8)
    assert found.advice == ()
    assert "hardly an accident" in found.reasons[0]


def test_a_gain_without_answers_right_to_the_letter_is_told_as_such() -> None:
    close = [_judged(number, "x", "12.51") for number in range(20)]
    found = gate.decide(close, [])
    assert found.passed
    assert found.exact.after == 0
    (advice,) = found.advice
    assert "right to the letter yet (0 %)" in advice
    some = gate.decide([*close, *_rows(4, 0, 0)], [])
    assert some.advice == ()


def test_another_spelling_of_a_date_or_an_amount_is_right() -> None:
    dated = gate.judge("r", "d", "Date?", ("2018-01-15",), "15/01/2018", "15/01/2013")
    assert dated.exact_before
    assert dated.anls_before == 1.0
    assert not dated.exact_after
    assert dated.anls_after < 1.0
    assert dated.answers == ("2018-01-15",)
    paid = gate.judge("r", "d", "Total?", ("1234.50",), "1.234,50", "1234.50")
    assert paid.exact_before
    assert paid.exact_after


def test_a_gain_that_may_be_chance_does_not_pass_and_says_how_many_documents_would_tell() -> None:
    found = gate.decide(_rows(3, 1, 8), [])
    assert not found.passed
    assert found.anls.gain.low <= 0 < found.anls.gain.value
    assert "accident" in found.reasons[0]
    need = int(found.advice[0].split("about ")[1].split()[0])
    assert need > 6


def test_not_better_names_what_goes_wrong_most() -> None:
    rows = [*_rows(1, 2, 4), *(_judged(20 + n, "x", "x", "Due date?") for n in range(3))]
    found = gate.decide(rows, [])
    assert not found.passed
    assert "not better" in found.reasons[0]
    assert any("Due date?" in advice for advice in found.advice)


def test_better_but_forgetful_does_not_pass() -> None:
    found = gate.decide(_rows(12, 0, 8), _rows(0, 8, 4))
    assert not found.passed
    assert any("forgotten" in reason for reason in found.reasons)
    assert any("learning rate" in advice for advice in found.advice)


def test_what_is_used_now_is_named_and_the_model_as_it_came_told_beside() -> None:
    rows, came = _rows(3, 0, 17), _rows(12, 0, 8)
    found = gate.decide([_read(row, "Mine") for row in rows], _rows(0, 0, 6), False, came)
    assert found.in_use == ("Mine",)
    assert found.anls.before == 0.85
    assert found.as_it_came is not None
    assert found.as_it_came.before == 0.4
    assert "85 % right with “Mine”, as you use it now, 100 % after" in found.reasons[0]
    some = [*(_read(row, "B") for row in rows[:5]), *(_read(row, "A") for row in rows[5:9])]
    mixed = gate.decide([*some, *rows[9:]], [], False, came)
    assert "with “A” and “B” or the model as it came, as you use it now" in mixed.reasons[0]


def test_it_is_refused_where_it_only_beats_the_model_as_it_came() -> None:
    came = _rows(12, 0, 8)
    worse = [_read(row, "Mine") for row in _rows(0, 6, 14)]
    found = gate.decide(worse, _rows(0, 20, 0), False, came)
    assert not found.passed
    assert "100 % right with “Mine”" in found.reasons[0]
    assert "100 % right with the model as it came" in found.reasons[1]


def test_questions_about_one_document_count_together() -> None:
    apart = [
        gate.judge(f"{n}", f"d{n}", "Q?", ("a",), "x", "a" if n < 4 else "x") for n in range(12)
    ]
    together = [
        msgspec.structs.replace(row, document=f"d{number // 4}") for number, row in enumerate(apart)
    ]
    wide, narrow = gate.decide(together, []).anls.gain, gate.decide(apart, []).anls.gain
    assert wide.value == narrow.value
    assert wide.low < narrow.low
    assert wide.high > narrow.high


def test_a_kind_measure_is_called_so() -> None:
    found = gate.decide(_rows(12, 0, 8), [], watched_too=True)
    assert "slightly kind" in found.reasons[-1]


def test_nothing_to_decide_on() -> None:
    with pytest.raises(ValueError, match="no held-out"):
        gate.decide([], [])


def test_it_crosses_files_unchanged() -> None:
    found = gate.decide(_rows(3, 1, 4), _rows(0, 1, 2))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Gate) == found


def test_the_fixed_set_is_the_same_everywhere_and_varied() -> None:
    rows, pictures = regression.rows_and_pictures()
    again, drawn = regression.rows_and_pictures()
    assert (rows, pictures) == (again, drawn)
    assert len({row.sha256 for row in rows}) == len(rows) == regression.COUNT
    assert len({row.question for row in rows}) == 5
    assert all(pictures[row.id].startswith(b"\x89PNG") for row in rows)
