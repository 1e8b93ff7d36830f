from pathlib import Path

import pytest

from pretrain import evaluate, fonts, tesseract, testset
from pretrain.documents.crops import TextKind
from pretrain.documents.fields import NOT_HERE
from pretrain.documents.views import Scope
from pretrain.documents.wear import Wear
from pretrain.testset import Condition

CLEAN = Condition("clean", Wear.NONE, fonts.load(None).seen)


def test_rules_take_what_stands_behind_the_label() -> None:
    text = "Rechnungsnr.: RE-4711\nTotal amount 12.40\nsum"
    assert tesseract.field_answer(text, "What is the total?") == "12.40"
    assert tesseract.field_answer(text, "What is the invoice number?") == "RE-4711"
    assert tesseract.field_answer(text, 'What is "Total amount"?') == "12.40"
    assert tesseract.field_answer(text, "What is the IBAN?") == NOT_HERE


def test_rules_find_a_cell() -> None:
    text = "north south\nMiller 1.00 2.00\nSmith 3.00 4.00"
    assert tesseract.field_answer(text, "What is the south of Smith?") == "4.00"


@pytest.mark.skipif(tesseract.available() is None, reason="Tesseract is not installed")
def test_tesseract_reads_a_clean_line() -> None:
    sample = testset.lines(CLEAN, TextKind.DIGITS8, 1)[0]
    assert tesseract.read(testset.images_of(sample)[0], block=False) == sample.answer


def test_a_missing_tesseract_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert tesseract.available() is None
    row = evaluate.Row("read random, clean", 4, {"CER": 0.25})
    assert "not installed" in evaluate.report([row], None, 1.0)
    assert "CER 0.250" in evaluate.line_of(row)


def test_the_test_set_is_held_out_and_the_same_at_every_call() -> None:
    first, again = (testset.forms(CLEAN, 4) for _ in range(2))
    assert [one.answer for one in first] == [one.answer for one in again]
    strips = testset.strips(CLEAN, 12)
    assert {sample.answer == NOT_HERE for sample in strips} == {True, False}
    pages = testset.pages(CLEAN, Scope.SPLIT, 1)
    assert {len(sample.views) for sample in pages} == {5}
    assert len({sample.kind for sample in pages}) == 6


def test_rows_are_written_as_json(tmp_path: Path) -> None:
    evaluate.save([evaluate.Row("x", 1, {"CER": 0.5}, {"CER": 0.1})], tmp_path / "rows.json")
    assert '"CER": 0.5' in (tmp_path / "rows.json").read_text()
