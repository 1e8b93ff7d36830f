"""How sure an answer is said to be."""

import pytest

from app.ask import sureness
from app.theme import Tone
from tests.app.ask.sample import BOX, answer
from vlm.types import Evidence, EvidenceKind

SMALL = "The text on this page is about 4 pixels high for the model."


@pytest.mark.parametrize(
    ("value", "said", "tone"),
    [
        (1.0, "Sure", Tone.GOOD),
        (0.90, "Sure", Tone.GOOD),
        (0.899, "Fairly sure", Tone.PLAIN),
        (0.70, "Fairly sure", Tone.PLAIN),
        (0.699, "Unsure: check it", Tone.CAUTION),
        (0.0, "Unsure: check it", Tone.CAUTION),
    ],
)
def test_confidence_in_words(value: float, said: str, tone: Tone) -> None:
    assert sureness.confidence(value) == (said, tone)


@pytest.mark.parametrize("value", [1.0, 0.9, 0.7, 0.3, 0.0])
@pytest.mark.parametrize("warned", [False, True])
def test_that_something_is_not_there_is_never_sure(value: float, warned: bool) -> None:
    said, tone = sureness.confidence(value, absent=True, warned=warned)
    assert tone is not Tone.GOOD
    assert "Sure" not in said.split()
    assert "sure answer" not in sureness.confidence_detail(value, absent=True, warned=warned)


@pytest.mark.parametrize(
    ("kind", "doubtful"),
    [("crop", False), ("page", False), ("absent", True), ("no_text", True), ("nothing", True)],
)
def test_print_too_small_to_read_is_doubted_unless_the_page_confirms_it(
    kind: EvidenceKind, doubtful: bool
) -> None:
    given = answer(found=Evidence(kind, (BOX,)))
    assert sureness.is_doubtful(given, SMALL) is doubtful
    assert not sureness.is_doubtful(given, "")


def test_what_is_not_among_the_words_of_the_page_is_to_be_checked() -> None:
    assert sureness.is_missing(answer(found=Evidence("absent")))
    assert not sureness.is_missing(answer(found=Evidence("no_text")))
    assert sureness.confidence(0.95, missing=True) == ("Sure, but check it", Tone.CAUTION)
    assert sureness.confidence(0.80, missing=True) == ("Fairly sure", Tone.PLAIN)
    assert sureness.confidence(0.10, missing=True) == ("Unsure: check it", Tone.CAUTION)
    assert sureness.confidence(0.99, missing=True, warned=True)[0] == "Unsure: see above"


def test_what_is_doubted_is_unsure_however_sure_the_model_was() -> None:
    assert sureness.confidence(0.99, warned=True) == ("Unsure: see above", Tone.CAUTION)
    assert "note above" in sureness.confidence_detail(0.99, warned=True)
