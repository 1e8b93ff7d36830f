"""Names that were learned: their file, and what they find."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.vlm.test_labelled import page
from vlm import adapters, fingerprint, learned_names
from vlm.asked_names import key_of
from vlm.errors import AdapterMismatch
from vlm.labelled import values
from vlm.learned_names import (
    LONGEST,
    LONGEST_NUMBER,
    LONGEST_VALUE,
    MOST_BYTES,
    MOST_LABELS,
    MOST_NUMBERS,
    MOST_QUESTIONS,
    MOST_VALUES,
    NAMES,
    NO_NAMES,
    LearnedLabel,
    LearnedNames,
    LearnedQuestion,
    LearnedValue,
    both,
    limited,
)


def label(text: str, **changes: Any) -> LearnedLabel:
    plain = LearnedLabel(text, "behind", None, False, 7, 0)
    return msgspec.structs.replace(plain, **changes)


def names(asked: str, *labels: LearnedLabel) -> LearnedNames:
    return LearnedNames((LearnedQuestion(key_of(asked), asked, labels),))


def found(question: str, learned: LearnedNames, *rows: str, misread: bool = False) -> str | None:
    got = values(question, page(*rows), misread, learned)
    return got[0].text if got else None


AZ = names("Aktenzeichen", label("Az.:"))


def test_a_learned_label_finds_what_no_known_one_does() -> None:
    rows = ("Kanzlei Weber", "Az.: 12 O 345/23|Bonn")
    assert found("What is the Aktenzeichen?", NO_NAMES, *rows) is None
    assert found("What is the Aktenzeichen?", AZ, *rows) == "12 O 345/23"
    assert found("Wie lautet das Aktenzeichen?", AZ, *rows) == "12 O 345/23"
    assert found("Who is the Mandant?", AZ, *rows) is None


def test_a_value_stands_in_the_next_cell_or_below_as_it_was_learned() -> None:
    rows = ("Datum|Vorgang|Bearbeiter", "1.2.2024|V-88|Keller AG")
    beside = names("Vorgang", label("Vorgang"))
    below = names("Vorgang", label("Vorgang", place="below"))
    assert found("Vorgang", beside, *rows) == "Bearbeiter"
    assert found("Vorgang", below, *rows) == "V-88"


def test_a_learned_label_counts_before_a_known_one() -> None:
    rows = ("Rechnung Nr. 4711", "Beleg 90/12")
    learned = names("invoice number", label("Beleg", form="number"))
    assert found("What is the invoice number?", NO_NAMES, *rows) == "4711"
    assert found("What is the invoice number?", learned, *rows) == "90/12"
    assert found("What is the invoice number?", learned, rows[0]) == "4711"


def test_of_several_labels_the_first_that_a_page_has_counts() -> None:
    learned = names("Aktenzeichen", label("Az.:"), label("Unser Zeichen"))
    assert found("Aktenzeichen", learned, "Unser Zeichen: B 2", "Az.: A 1") == "A 1"
    assert found("Aktenzeichen", learned, "Unser Zeichen: B 2") == "B 2"


def test_the_last_of_a_page_is_taken_where_that_was_learned() -> None:
    rows = ("Saldo 10,00", "Saldo 20,00")
    first = names("Endstand", label("Saldo", form="amount"))
    last = names("Endstand", label("Saldo", form="amount", last=True))
    assert (found("Endstand", first, *rows), found("Endstand", last, *rows)) == ("10,00", "20,00")


def test_accents_do_not_count_and_letters_of_scans_may_be_wrong() -> None:
    learned = names("Client", label("Référence"))
    assert found("Client", learned, "Reference: K 7") == "K 7"
    assert found("Client", learned, "Refarence: K 7", misread=True) == "K 7"
    assert found("Client", learned, "Refarence: K 7") is None


def test_what_was_learned_is_said_in_plain_words() -> None:
    learned = names("Aktenzeichen", label("Az.:"), label("Zeichen", place="below", wrong=1))
    assert learned.sentences == (
        "“Aktenzeichen” stands behind “Az.:” (7 documents)",
        "“Aktenzeichen” stands below “Zeichen” (7 documents, wrong on 1)",
    )


def test_a_file_says_what_was_written(tmp_path: Path) -> None:
    assert learned_names.read(tmp_path) == NO_NAMES
    (tmp_path / NAMES).write_bytes(learned_names.written(AZ))
    assert learned_names.read(tmp_path) == AZ


def test_the_largest_that_can_be_learned_can_be_read(tmp_path: Path) -> None:
    widest = label("\U00010400" * LONGEST, form="address", documents=10**6, wrong=10**6)
    asked = "\U00010400" * 4 * LONGEST
    numbers = ("9" * LONGEST_NUMBER,) * MOST_NUMBERS
    value = LearnedValue("\U00010400" * LONGEST_VALUE, numbers, 10**6, 10**6)
    values = (value,) * (MOST_VALUES // MOST_QUESTIONS)
    every = [
        LearnedQuestion(asked[:-3] + f"{number:03}", asked, (widest,) * MOST_LABELS, values)
        for number in range(MOST_QUESTIONS)
    ]
    largest = LearnedNames(tuple(every))
    (tmp_path / NAMES).write_bytes(learned_names.written(largest))
    assert learned_names.read(tmp_path) == largest


KELLER = LearnedValue("Keller AG, Mainz", ("0613112345",), 3, 0)


def knowing(asked: str, *values: LearnedValue) -> LearnedNames:
    return LearnedNames((LearnedQuestion(key_of(asked), asked, (), values),))


def test_a_known_answer_counts_before_any_label() -> None:
    question = "Who is the seller?"
    rows = ("Seller: Hafen AG", "Keller AG, Mainz")
    assert found(question, NO_NAMES, *rows) == "Hafen AG"
    assert found(question, knowing(question, KELLER), *rows) == "Keller AG, Mainz"
    assert found(question, knowing(question, KELLER), rows[0]) == "Hafen AG"


def test_no_more_values_are_kept_than_a_file_takes() -> None:
    many = LearnedQuestion("many", "many", (), (KELLER,) * (MOST_VALUES - 1))
    few = LearnedQuestion("few", "few", (label("Az.:"),), (KELLER,) * 2)
    none = LearnedQuestion("none", "none", (), (KELLER,))
    kept = limited([many, few, none])
    assert [len(one.values) for one in kept.questions] == [MOST_VALUES - 1, 1]
    with pytest.raises(ValueError, match=f"at most {MOST_VALUES}"):
        LearnedNames((many, few))
    assert both(LearnedNames((many,)), LearnedNames((few,))) == kept


def _known(**changes: object) -> bytes:
    told = json.loads(learned_names.written(knowing("Who is it?", KELLER)))
    told["questions"][0]["values"][0].update(changes)
    return json.dumps(told).encode()


def _changed(**changes: object) -> bytes:
    told = json.loads(learned_names.written(AZ))
    told["questions"][0]["labels"][0].update(changes)
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"{" + b" " * MOST_BYTES + b"}",
        b'{"version":2}',
        b'{"questions":[{"key":"a","asked":"a","labels":[]}]}',
        _changed(text="x" * 61),
        _changed(text="12-34"),
        _changed(text="Az\u202e."),
        _changed(text="(Az)"),
        _changed(text="a b c d e f g"),
        _changed(place="above"),
        _changed(form="(a+)+$"),
        _changed(documents=-1),
        _changed(more=1),
        _known(text=""),
        _known(text="x" * 201),
        _known(text="Keller\nAG"),
        _known(numbers=["06131-12345"]),
        _known(numbers=["1"] * 4),
        _known(numbers=["1" * 25]),
        _known(wrong=-1),
        json.dumps({"questions": [json.loads(learned_names.written(AZ))["questions"][0]] * 65}),
    ],
)
def test_a_file_that_says_anything_else_is_refused_in_a_sentence(
    tmp_path: Path, data: bytes | str
) -> None:
    (tmp_path / NAMES).write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(AdapterMismatch, match="learned of names") as told:
        learned_names.read(tmp_path)
    assert len(str(told.value).splitlines()) == 1


def test_a_folder_in_place_of_the_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / NAMES).mkdir()
    with pytest.raises(AdapterMismatch):
        learned_names.read(tmp_path)


def test_what_is_kept_of_answers_belongs_to_the_names(tmp_path: Path) -> None:
    """Whoever reads with other names is another reader, in memory and in a batch."""
    base = tmp_path / "base"
    tuned = tmp_path / "tuned"
    for folder, config, weights in (
        (base, "config.json", "model.safetensors"),
        (tuned, "adapter_config.json", "adapter_model.safetensors"),
    ):
        folder.mkdir()
        (folder / config).write_text("{}")
        (folder / weights).write_bytes(b"weights")
    seen = {(adapters.identity(tuned), fingerprint.reader_fingerprint(base, str(tuned)))}
    for one in (AZ, names("Aktenzeichen", label("Az"))):
        (tuned / NAMES).write_bytes(learned_names.written(one))
        seen.add((adapters.identity(tuned), fingerprint.reader_fingerprint(base, str(tuned))))
    both = list(zip(*seen, strict=True))
    assert [len(set(some)) for some in both] == [3, 3]


def test_known_answers_are_said_in_plain_words() -> None:
    question = "Who is the seller?"
    (one,) = knowing(question, KELLER).sentences
    assert one == "“Who is the seller?” is again and again “Keller AG, Mainz” (3 documents)"
    (two,) = knowing(question, KELLER, KELLER).sentences
    assert two == (
        "“Who is the seller?” is one of 2 that come again, such as “Keller AG, Mainz” (3 documents)"
    )
