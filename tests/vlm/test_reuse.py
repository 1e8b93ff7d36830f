from __future__ import annotations

from vlm.reuse import Kept


def test_the_longest_unused_goes_first() -> None:
    kept: Kept[str] = Kept(30)
    kept.put("a", "A", 10)
    kept.put("b", "B", 10)
    kept.put("c", "C", 10)
    assert kept.get("a") == "A"
    kept.put("d", "D", 10)
    assert kept.get("b") is None
    assert [kept.get(key) for key in "acd"] == ["A", "C", "D"]
    assert kept.used_bytes == 30


def test_one_that_is_larger_than_the_budget_stays_alone() -> None:
    kept: Kept[str] = Kept(10)
    kept.put("small", "S", 5)
    kept.put("large", "L", 50)
    assert kept.get("large") == "L"
    assert kept.get("small") is None
    assert len(kept) == 1


def test_replacing_and_forgetting_keep_the_sum_right() -> None:
    kept: Kept[str] = Kept(100)
    kept.put("a", "A", 10)
    kept.put("a", "AA", 20)
    assert (kept.get("a"), kept.used_bytes) == ("AA", 20)
    kept.drop("never there")
    kept.clear()
    assert (len(kept), kept.used_bytes) == (0, 0)
