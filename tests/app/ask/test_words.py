import msgspec
import pytest

from app.ask import words
from app.ask.values import Scope
from app.theme import Tone
from tests.app.ask.sample import BOX, CROPPED, DOCUMENT, PAGE, PATH, WHOLE, answer
from vlm.types import Box, Document, Evidence, EvidenceKind, PageAnswer, PageRef, PageSize


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.04, "under 0.1 s"),
        (0.06, "0.1 s"),
        (1.44, "1.4 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (125.0, "2 min 5 s"),
    ],
)
def test_seconds(value: float, said: str) -> None:
    assert words.seconds(value) == said


@pytest.mark.parametrize(
    ("kind", "cropped", "said"),
    [
        ("crop", True, "Found in your box"),
        ("page", True, "Found elsewhere on the page"),
        ("crop", False, "Found on the page"),
        ("page", False, "Found on the page"),
        ("absent", True, "Not found on the page"),
        ("no_text", False, "No text here to check against"),
        ("nothing", False, "No answer found here"),
    ],
)
def test_evidence_in_words(kind: str, cropped: bool, said: str) -> None:
    found = Evidence(kind)  # type: ignore[arg-type]  # a parameter's literal is a plain str
    assert words.evidence(found, cropped)[0] == said
    assert words.evidence_detail(found, cropped)


@pytest.mark.parametrize("kind", ["no_text", "absent"])
def test_where_it_was_read_is_named_as_no_proof(kind: EvidenceKind) -> None:
    part = Evidence(kind, part=Box(0, 0, 1, 0.1))
    assert words.READ_HERE in words.evidence_detail(part, False)
    assert words.READ_HERE not in words.evidence_detail(Evidence(kind), False)
    assert words.evidence(part, False)[1] is not Tone.GOOD
    found = Evidence("crop", (Box(0, 0, 1, 0.1),), part=part.part)
    assert words.evidence(found, False) == ("Found on the page", Tone.GOOD)


def test_every_early_end_is_said() -> None:
    assert words.stop_reason("stopped") == "Stopped by you"
    assert words.stop_reason("repetition") == "Cut off: it began to repeat itself"
    assert words.stop_reason("length") == "Cut off at the length limit"
    assert words.stop_reason("end") == ""


def test_scope_names_what_is_read_and_the_page() -> None:
    one = Document(PATH, "pdf", 1, PageSize(600, 800))
    picture = Document("/a.png", "image", 1, PageSize(600, 800))
    assert words.scope(Scope(PAGE), DOCUMENT) == "Page 2 of 3"
    assert words.scope(Scope(PAGE, BOX), DOCUMENT) == "This box · page 2 of 3"
    assert words.scope(Scope(PageRef(PATH, 0)), one) == "This page"
    assert words.scope(Scope(PageRef("/a.png", 0)), picture) == "The whole picture"


def test_a_card_names_its_file_only_when_another_is_shown() -> None:
    assert words.place(Scope(PAGE, BOX), PATH) == "Page 2, box"
    assert words.place(Scope(PAGE), "/other.pdf") == "Invoice.pdf · Page 2"


def test_detail_names_the_model_and_what_it_was_given() -> None:
    said = words.detail(answer())
    assert said == (
        "95 % sure · Reader · detail seen: like an ordinary scan (168 dpi) · first word after 0.8 s"
    )
    assert words.numbers(answer()) == "320 visual tokens at 168 dpi"


@pytest.mark.parametrize(
    ("dpi", "said"),
    [
        (92.4, "like a coarse scan (92 dpi)"),
        (110, "like an ordinary scan (110 dpi)"),
        (300, "like a fine scan (300 dpi)"),
    ],
)
def test_sharpness_is_said_in_words_of_scanning(dpi: float, said: str) -> None:
    assert words.sharpness(dpi) == said


def test_what_goes_on_ends_with_dots_once() -> None:
    assert words.ongoing("Answering") == "Answering…"
    assert words.ongoing("Done.") == "Done."


def test_a_screen_reader_hears_the_answer_and_what_stands_beside_it() -> None:
    assert words.spoken(WHOLE, answer()) == "84.50. Sure. Found on the page"
    assert words.spoken(WHOLE, answer("", 0.1, stop="length")) == (
        "The model had nothing to say. Unsure: check it. Found on the page. "
        "Cut off at the length limit"
    )


def test_the_pages_own_words_were_looked_at_by_no_model() -> None:
    quoted = msgspec.structs.replace(answer(), views=(), visual_tokens=0)
    for question in (WHOLE, CROPPED):
        assert not words.shows_where(question, quoted)
        assert words.shows_where(question, msgspec.structs.replace(answer(), views=()))


def test_what_was_read_in_a_line_of_a_scan_was_looked_at_by_no_model() -> None:
    read = Evidence("no_text", part=Box(0.1, 0.1, 0.5, 0.2))
    line = msgspec.structs.replace(answer(), evidence=read, visual_tokens=0)
    assert not words.shows_where(WHOLE, line)
    assert words.shows_where(WHOLE, msgspec.structs.replace(line, visual_tokens=64))


def test_a_page_that_answers_with_a_table_says_that_and_not_its_bars() -> None:
    table = "| Item | Price |\n|---|---|\n| Tea | 3.20 |"
    page = PageAnswer(1, table, 0.9, Evidence("page"))
    assert words.page_link(page, "other")[0] == "Page 2: a table"
    assert words.page_link(page, table)[0] == "Page 2"
    assert words.page_link_detail(page).startswith("Item\tPrice\nTea\t3.20\n")


def test_a_mark_where_it_was_read_is_no_proof() -> None:
    read = Evidence("no_text", (Box(0, 0, 1, 0.1),), part=Box(0, 0, 1, 0.1))
    assert words.evidence(read, False) == ("Read where marked, not checked", Tone.PLAIN)
    assert "no text to compare" in words.evidence_detail(read, False)
