from __future__ import annotations

from vlm.batch import LATEST, Cell, Row, Table, TimeLeft, question_for
from vlm.batch_dealing import Dealing


def table(documents: int) -> Table:
    rows = [Row(f"/papers/{number}.pdf", str(number)) for number in range(documents)]
    return Table(rows, [question_for("", "Total?"), question_for("", "Date?")])


def test_no_document_is_with_two_engines_and_none_is_forgotten() -> None:
    made = table(5)
    dealing = Dealing(made)
    asked: list[int] = []
    for turn in range(5):
        engine = turn % 2
        row = dealing.take(engine)
        assert row is not None
        asked.append(row)
        if engine == 1:  # the other one takes twice as long
            for held in asked[-2:]:
                made.fail(held, "")
                made.put(held, 0, Cell("1"))
                made.put(held, 1, Cell("2"))
            dealing.done(0)
            dealing.done(1)
    assert asked == [0, 1, 2, 3, 4]
    assert dealing.take(1) is None, "the last one is with the other engine"
    assert dealing.asked == 1


def test_a_document_that_ends_an_engine_comes_last_and_only_once_more() -> None:
    made = table(3)
    dealing = Dealing(made)
    assert dealing.take(0) == 0
    assert dealing.take(1) == 1
    assert dealing.lost(0) is None
    for row in (1, 2):
        made.fail(row, "done")
    dealing.done(1)
    assert dealing.take(1) == 0, "an other engine gets it when nothing else is left"
    assert dealing.lost(1) == 0, "now it is not dealt again"
    assert dealing.lost(1) is None, "an engine without a document loses none"


def test_what_has_its_answers_is_never_dealt() -> None:
    made = table(2)
    made.put_known(0, 0, Cell("1"))
    made.put_known(0, 1, Cell("2"))
    assert Dealing(made).take(0) == 1


def test_the_time_left_counts_what_all_engines_answer() -> None:
    alone, both = TimeLeft(), TimeLeft(2)
    for left in (alone, both):
        left.start(0.0)
    for document in range(LATEST):  # two engines, each with two answers every ten seconds
        for left, answers in ((alone, 2), (both, 4)):
            for _ in range(answers):
                left.note(10.0 * (document + 1))
    found = alone.seconds(100), both.seconds(100)
    assert found[0] is not None
    assert found[1] is not None
    assert abs(found[0] - 500) < 60
    assert abs(found[1] - 250) < 30
