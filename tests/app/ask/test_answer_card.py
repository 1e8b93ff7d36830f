import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.ask.answer_card import AnswerCard
from app.ask.values import EvidenceClick, Scope
from tests.app.ask.conftest import click
from tests.app.ask.sample import BOX, CROPPED, MODEL, PAGE, PATH, VIEWS, WHOLE, answer
from vlm.protocol import Saw
from vlm.types import Box, Evidence, EvidenceKind, Question, Unsure, View


def test_it_waits_then_streams_then_shows_the_answer(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_waiting("Reading…")
    assert card.busy.isVisible()
    assert card.status.text() == "Reading…"
    card.append_text("84")
    card.append_text(".50")
    qtbot.waitUntil(lambda: card.text.toPlainText() == "84.50")
    assert not card.status.isVisible()
    card.show_answer(answer())
    assert not card.busy.isVisible()
    assert [
        card.badges.time.text(),
        card.badges.confidence.text(),
        card.badges.evidence.text(),
    ] == [
        "1.4 s",
        "Sure",
        "Found in your box",
    ]


def test_markup_in_an_answer_and_a_question_stays_text(qtbot: QtBot) -> None:
    card = AnswerCard(Question("<i>why</i>", PAGE))
    qtbot.addWidget(card)
    card.show_answer(answer("<img src='file:///etc/passwd'>"))
    assert card.asked.textFormat() is Qt.TextFormat.PlainText
    assert card.text.text() == "<img src='file:///etc/passwd'>"


def test_a_click_on_the_evidence_goes_there(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer(found=Evidence("page", (BOX,))))
    assert card.badges.evidence.text() == "Found elsewhere on the page"
    with qtbot.waitSignal(card.evidence_pressed) as clicked:
        click(qtbot, card.badges.evidence)
    assert clicked.args == [EvidenceClick(PAGE, (BOX,), jump=True)]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Evidence("absent"), "does not have these words"),
        (Evidence("no_text"), "without its own text"),
    ],
)
def test_evidence_without_a_place_explains_itself(
    qtbot: QtBot, card: AnswerCard, found: Evidence, said: str
) -> None:
    card.show_answer(answer(found=found))
    with qtbot.assertNotEmitted(card.evidence_pressed):
        click(qtbot, card.badges.evidence)
    assert said in card.badges.detail.text()
    assert card.badges.detail.isVisible()


def test_an_answer_that_there_is_none_says_so_once(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer("Not on this page.", 0.8, Evidence("nothing")))
    assert card.badges.confidence.text() == "Perhaps overlooked"
    assert not card.badges.evidence.isVisible()
    click(qtbot, card.badges.confidence)
    assert "Look yourself where it matters" in card.badges.detail.text()
    card.show_answer(answer())
    assert card.badges.evidence.isVisible()


def test_the_percentage_is_one_click_or_hover_away(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer(confidence=0.41))
    assert card.badges.confidence.text() == "Unsure: check it"
    assert "41 %" in card.badges.confidence.toolTip()
    assert not card.badges.detail.isVisible()
    click(qtbot, card.badges.confidence)
    assert card.badges.detail.text().startswith("41 % sure")
    click(qtbot, card.badges.confidence)
    assert not card.badges.detail.isVisible()


def test_an_answer_of_another_version_says_so(qtbot: QtBot, card: AnswerCard) -> None:
    badge = card.badges.reader
    same = msgspec.structs.replace(MODEL, name="Reader")
    card.set_reader(same)
    card.show_answer(answer())
    assert not badge.isVisible()
    card.set_reader(msgspec.structs.replace(same, adapter="Invoices"))
    assert badge.isVisible()
    assert badge.text() == "Read by Reader"
    click(qtbot, badge)
    assert card.badges.detail.text() == (
        "Reader answered this; Reader + Invoices reads now. Ask again to see what it says."
    )
    card.show_answer(msgspec.structs.replace(answer(), adapter="Invoices"))
    assert not badge.isVisible()
    card.set_reader(same)
    assert badge.text() == "Read by Invoices"


def test_stopping_keeps_the_partial_answer(card: AnswerCard) -> None:
    card.append_text("84")
    card.show_stopping()
    assert card.status.text() == "Stopping…"
    card.show_stopped("84.5")
    assert card.text.text() == "84.5"
    assert card.ending.text() == "Stopped by you"
    assert card.again.isVisible()
    assert not card.badges.confidence.isVisible()


def test_repetition_is_said_and_the_text_kept(card: AnswerCard) -> None:
    card.show_answer(answer("again again", stop="repetition"))
    assert card.ending.text() == "Cut off: it began to repeat itself"
    assert card.text.text() == "again again"
    assert not card.longer.isVisible()


def test_a_cut_answer_can_go_on_longer(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer(stop="length"))
    with qtbot.waitSignal(card.retry_pressed) as pressed:
        click(qtbot, card.longer)
    assert pressed.args is not None
    asked = pressed.args[0]
    assert asked.max_new_tokens == 4 * CROPPED.max_new_tokens
    assert (asked.text, asked.page, asked.box) == (CROPPED.text, CROPPED.page, CROPPED.box)


def test_a_failure_stands_where_the_answer_would_be(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_failure("Not enough memory", "Needs 21 GB; you have 8.", offer_models=True)
    assert card.notice.text() == "Not enough memory. Needs 21 GB; you have 8."
    assert card.models.isVisible()
    with qtbot.waitSignal(card.retry_pressed) as pressed:
        click(qtbot, card.retry)
    assert pressed.args == [CROPPED]
    card.restart(CROPPED)
    assert not card.notice.isVisible()
    assert card.busy.isVisible()


def test_copy_takes_plain_text(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer("<b>84</b>\u00a0€"))
    click(qtbot, card.copy)
    assert QGuiApplication.clipboard().text() == "<b>84</b>\u00a0€"
    assert card.copy.accessibleName() == "Copied"
    qtbot.waitUntil(lambda: card.copy.width() > card.again.width())  # the word is shown
    qtbot.waitUntil(lambda: card.copy.accessibleName() == "Copy")


def test_what_the_model_saw_is_there_while_it_still_answers(qtbot: QtBot, card: AnswerCard) -> None:
    assert not card.seen.isVisible()
    saw = Saw(1, VIEWS, "The text is too small.")
    card.show_saw(saw)
    assert card.notice.text() == "The text is too small."
    with qtbot.waitSignal(card.seen_pressed) as pressed:
        click(qtbot, card.seen)
    assert pressed.args == [saw]
    card.show_answer(answer())
    assert card.notice.text() == "The text is too small."
    assert card.seen.isVisible()


def test_print_too_small_to_read_is_not_called_sure(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_saw(Saw(1, VIEWS, "The text is too small."))
    card.show_answer(answer("Not on this page.", 0.99, Evidence("nothing")))
    assert card.badges.confidence.text() == "Unsure: see above"
    assert card.notice.text() == "The text is too small."
    assert card.box.isVisible()
    assert card.box.text() == "Draw a smaller box"
    with qtbot.waitSignal(card.box_wanted) as wanted:
        click(qtbot, card.box)
    assert wanted.args == [CROPPED]
    card.restart(CROPPED)
    card.show_answer(answer())
    assert card.badges.confidence.text() == "Sure"
    assert not card.box.isVisible()


def test_its_scope_comes_with_its_own_marks(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer())
    with qtbot.waitSignal(card.evidence_pressed) as marked:
        click(qtbot, card.scope)
    assert marked.args == [EvidenceClick(PAGE, (BOX,), jump=False)]


def test_what_was_only_read_is_marked_as_that(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer(found=Evidence("no_text", (BOX,), part=BOX)))
    for badge, jump in ((card.scope, False), (card.badges.evidence, True)):
        with qtbot.waitSignal(card.evidence_pressed) as marked:
            click(qtbot, badge)
        assert marked.args == [EvidenceClick(PAGE, (BOX,), jump, proven=False)]


def test_its_scope_can_be_selected_again(qtbot: QtBot, card: AnswerCard) -> None:
    assert card.scope.text() == "Page 2, box"
    with qtbot.waitSignal(card.scope_pressed) as pressed:
        click(qtbot, card.scope)
    assert pressed.args == [Scope(PAGE, BOX)]
    with qtbot.waitSignal(card.scope_pressed):
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    card.set_shown_document("/other.pdf")
    assert card.scope.text() == "Invoice.pdf · Page 2, box"
    card.set_shown_document(PATH)
    assert card.scope.text() == "Page 2, box"


def test_everything_has_a_name_and_takes_the_keyboard(qtbot: QtBot) -> None:
    card = AnswerCard(WHOLE)
    qtbot.addWidget(card)
    card.show_answer(answer())
    for button in card.findChildren(QAbstractButton):
        if button.objectName() == "qt_tableview_cornerbutton":
            assert not button.isVisibleTo(card.table)  # Qt's own, between headings that are hidden
            continue
        assert button.accessibleName()
        assert button.focusPolicy() is Qt.FocusPolicy.StrongFocus
    for text in card.findChildren(QPlainTextEdit):
        assert text.accessibleName()


def test_words_without_end_do_not_widen_the_card(qtbot: QtBot) -> None:
    endless = "x" * 400
    card = AnswerCard(Question(endless, PAGE))
    qtbot.addWidget(card)
    card.show_answer(answer(endless, stop="length"))
    card.judging.show(False, endless)
    assert card.text.text() == endless
    assert card.judging.own.text() == f"Corrected by you. The model said: {endless[:80]}…"
    assert card.minimumSizeHint().width() < 388


def test_doubted_words_are_explained_in_plain_words(qtbot: QtBot, card: AnswerCard) -> None:
    card.show_answer(answer())
    assert not card.doubt.isVisible()
    card.show_answer(msgspec.structs.replace(answer(), unsure=(Unsure(0, 5, 0.2),)))
    assert card.doubt.isVisible()
    assert card.doubt.text() == "Dotted words: the model was unsure here."
    assert card.text.marks()
    card.restart(CROPPED)
    assert not card.doubt.isVisible()


def test_a_server_that_does_not_tell_its_sureness_is_no_unsure_answer(
    qtbot: QtBot, card: AnswerCard
) -> None:
    card.show_answer(answer(confidence=-1))
    assert card.badges.confidence.text() == "Sureness not known"
    click(qtbot, card.badges.confidence)
    assert "%" not in card.badges.detail.text()


@pytest.mark.parametrize("kind", ["no_text", "absent"])
def test_an_answer_of_one_part_selects_it_and_says_that_it_is_no_proof(
    qtbot: QtBot, card: AnswerCard, kind: EvidenceKind
) -> None:
    card.show_answer(answer(found=Evidence(kind, part=BOX)))
    with (
        qtbot.assertNotEmitted(card.evidence_pressed),
        qtbot.waitSignal(card.badges.part_pressed) as pressed,
    ):
        click(qtbot, card.badges.evidence)
    assert pressed.args == [BOX]
    assert "where the model looked, not proof" in card.badges.detail.text()


def test_no_one_place_is_shown_for_an_answer_of_several_parts(qtbot: QtBot) -> None:
    card = AnswerCard(WHOLE)
    qtbot.addWidget(card)
    parts = tuple(View(f"Part {n}", Box(0, n / 4, 1, (n + 1) / 4), 9, 9, 96, 1) for n in range(2))
    given = answer("Not on this page.", found=Evidence("nothing"))
    card.show_answer(msgspec.structs.replace(given, views=parts))
    assert card.where.isHidden()
    assert not card.seen.isHidden()
    card.show_answer(msgspec.structs.replace(given, evidence=Evidence("no_text", part=BOX)))
    assert not card.where.isHidden()
    card.show_answer(given)
    assert not card.where.isHidden()
