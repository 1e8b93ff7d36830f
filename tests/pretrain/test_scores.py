import pytest

from pretrain import scores


def test_edits() -> None:
    assert scores.edits("kitten", "sitting") == 3
    assert scores.edits("", "abc") == 3
    assert scores.edits("same", "same") == 0


def test_cer_counts_all_characters_together() -> None:
    assert scores.cer(["ab", "xxxx"], ["ab", "yyyy"]) == pytest.approx(4 / 6)
    assert scores.cer([], []) == 0


def test_anls_takes_the_best_answer_and_drops_the_unlike() -> None:
    assert scores.anls_one("12.40", ["12.40", "EUR 12.40"]) == 1
    assert scores.anls_one("12.41", ["12.40"]) == pytest.approx(0.8)
    assert scores.anls_one("no", ["12.40"]) == 0
    assert scores.anls(["A b", ""], [["a B"], ["x"]]) == 0.5


def test_exact_ignores_outer_space_only() -> None:
    assert scores.exact([" a ", "A"], [["a"], ["a"]]) == 0.5


def test_calibration_error() -> None:
    assert scores.calibration_error([1.0, 1.0], [True, True]) == 0
    assert scores.calibration_error([0.95, 0.95], [True, False]) == pytest.approx(0.45)
