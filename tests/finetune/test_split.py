from __future__ import annotations

import random

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from finetune import split
from finetune.lookalike import CLOSE, distance, page_hash_of
from finetune.types import NOT_ON_PAGE, Example
from tests.finetune.made import example, noise


def _hash(seed: int) -> str:
    picture = noise(seed)
    return page_hash_of(picture.width, picture.height, picture.data)


def _hash_of(gray: NDArray[np.uint8]) -> str:
    height, width = gray.shape
    return page_hash_of(width, height, np.repeat(gray[..., None], 3, axis=2).tobytes())


def _three_each(documents: int) -> list[Example]:
    return [example(3 * d + n, document=f"d{d}") for d in range(documents) for n in range(3)]


def test_sides_share_no_document() -> None:
    rows = _three_each(30)
    sides = split.split(rows, seed=3)
    document = {row.id: row.document for row in rows}
    found = [{document[id] for id in ids} for ids in (sides.train, sides.watch, sides.held_out)]
    assert not found[0] & found[1] | found[0] & found[2] | found[1] & found[2]
    assert sorted(sides.train + sides.watch + sides.held_out) == sorted(document)
    assert (sides.train_documents, sides.held_out_documents) == (24, 6)
    assert len(found[1]) == 4


def test_same_seed_same_sides_whatever_the_order() -> None:
    rows = _three_each(20)
    one = split.split(rows, seed=1)
    random.Random(0).shuffle(rows)
    other = split.split(rows, seed=1)
    assert set(one.held_out) == set(other.held_out)
    assert set(split.split(rows, seed=2).held_out) != set(one.held_out)


@pytest.mark.parametrize(
    ("documents", "expected"), [(4, (4, 0)), (7, (5, 2)), (10, (5, 5)), (50, (40, 10))]
)
def test_five_to_learn_come_first(documents: int, expected: tuple[int, int]) -> None:
    sides = split.split(_three_each(documents), seed=0)
    assert (sides.train_documents, sides.held_out_documents) == expected


def test_pages_that_look_the_same_stay_together() -> None:
    rows = [example(n, page_hash=_hash(n)) for n in range(30)]
    bits = int(_hash(4), 16) ^ ((1 << CLOSE) - 1)
    rows.append(example(30, document="copy", answer="4.00", page_hash=f"{bits:064x}"))
    group = split.groups(rows)
    assert group[rows[30].document] == group[rows[4].document]
    assert len(set(group.values())) == 30
    for seed in range(10):
        held = set(split.split(rows, seed).held_out)
        assert ("e4" in held) == ("e30" in held)


def _invoice(document: str, number: int, answers: dict[str, str], look: str) -> list[Example]:
    return [
        example(100 * number + n, document, question, answer, page_hash=look)
        for n, (question, answer) in enumerate(answers.items())
    ]


def _answers(number: int) -> dict[str, str]:
    return {
        "Who sent it?": "Bergmann Ltd",
        "Currency?": "EUR",
        "IBAN?": "DE02 1203 0000 0000 2020 51",
        "Number?": f"2024-{number}",
        "Total?": f"{number}.50",
    }


def test_invoices_of_one_layout_are_different_documents() -> None:
    rows = [one for n in range(12) for one in _invoice(f"d{n}", n, _answers(n), _hash(1))]
    assert len(set(split.groups(rows).values())) == 12
    sides = split.split(rows, seed=0)
    assert (sides.train_documents, sides.held_out_documents) == (7, 5)


def test_one_question_tells_invoices_of_one_layout_apart() -> None:
    rows = [example(n, page_hash=_hash(1)) for n in range(12)]
    assert len(set(split.groups(rows).values())) == 12


@pytest.mark.parametrize(
    ("copied", "why"),
    [
        (_answers(3), "a rescan, or the same file saved twice"),
        (_answers(3) | {"Total?": "3,50"}, "typed as elsewhere"),
        (_answers(3) | {"Total?": "8.50"}, "one slip of five"),
        ({"Total?": "3.50"}, "fewer questions asked"),
        ({"Due?": "soon"}, "other questions asked: the looks alone decide"),
        ({"Total?": NOT_ON_PAGE}, "an answer that tells nothing of what stands there"),
    ],
)
def test_copies_are_one_document(copied: dict[str, str], why: str) -> None:
    bits = int(_hash(1), 16) ^ ((1 << CLOSE) - 1)
    rows = _invoice("original", 1, _answers(3), _hash(1))
    rows += _invoice("copy", 2, copied, f"{bits:064x}")
    rows += _invoice("another", 3, _answers(4), _hash(1))
    group = split.groups(rows)
    assert group[rows[0].document] == group[rows[5].document], why
    if not copied.keys().isdisjoint(_answers(3)) and NOT_ON_PAGE not in copied.values():
        assert group[rows[0].document] != group[rows[-1].document]


HEAD = ("Bergmann", "Ltd", "IBAN", "DE02", "1203", "0000", "Phone", "4711")


@pytest.mark.parametrize(
    ("printed", "together"),
    [
        ((*HEAD, "2024-4", "4.50", "04.02.2024", "17"), False),
        ((*HEAD, "2024-3", "3.50", "03.02.2024", "12", "20", "30", "40", "50", "9:41"), True),
        (HEAD[:5], True),
        ((), True),
    ],
    ids=["another", "printed on another day", "too few to tell", "a scan"],
)
def test_text_layers_tell_where_nothing_was_asked_of_both(
    printed: tuple[str, ...], together: bool
) -> None:
    one = _invoice("one", 1, {"Total?": "3.50"}, _hash(1))
    other = _invoice("other", 2, {"Due?": "soon"}, _hash(1))
    first = (*HEAD, "2024-3", "3.50", "03.02.2024", "12", "20", "30", "40", "50")
    texts = {(one[0].document, 0): first, (other[0].document, 0): printed}
    texts = {key: words for key, words in texts.items() if words}
    assert (len(set(split.groups([*one, *other], texts).values())) == 1) is together
    scanned = [msgspec.structs.replace(other[0], page_hash=f"{int(_hash(1), 16) ^ 127:064x}")]
    assert len(set(split.groups([*one, *scanned], texts).values())) == 1, "it may be misread"
    asked = _invoice("other", 2, {"Total?": "3.50"}, _hash(1))
    assert len(set(split.groups([*one, *asked], texts).values())) == 1, "answers tell more"
    sides = split.split([*one, *other, *_three_each(10)], seed=0, texts=texts)
    assert sides.train_documents + sides.held_out_documents == 10 + (1 if together else 2)


def test_two_differences_are_no_slip() -> None:
    other = _answers(3) | {"Total?": "8.50", "Number?": "2024-8"}
    rows = _invoice("one", 1, _answers(3), _hash(1)) + _invoice("other", 2, other, _hash(1))
    assert len(set(split.groups(rows).values())) == 2


def test_given_sides_drop_what_is_measured_from_what_is_learned() -> None:
    learn = [example(n, document=f"d{n}") for n in range(8)]
    measure = [example(100 + n, document=f"d{n}") for n in range(5, 10)]
    sides = split.given(learn, measure)
    assert sides.train == ("e0", "e1", "e2", "e3", "e4")
    assert len(sides.held_out) == 5


def test_hash_stays_close_under_what_scanning_does() -> None:
    picture = noise(5, 400, 500)
    gray = np.frombuffer(picture.data, np.uint8).reshape(500, 400, 3)[..., 0]
    smaller = gray[::2, ::2]
    darker = (gray * 0.9).astype(np.uint8)
    shifted = np.roll(gray, 2, axis=1)
    for changed in (smaller, darker, shifted):
        assert distance(_hash_of(gray), _hash_of(changed)) <= CLOSE
    others = [distance(_hash(5), _hash(seed)) for seed in range(6, 40)]
    assert min(others) > 2 * CLOSE


def test_tiny_pictures_have_no_hash() -> None:
    assert page_hash_of(10, 10, bytes(300)) == ""
    with pytest.raises(ValueError, match="bytes"):
        page_hash_of(100, 100, bytes(300))


def test_the_hash_is_that_of_a_cosine_transform_of_cell_means() -> None:
    chance = np.random.default_rng(3)
    picture = chance.integers(0, 256, (130, 200, 3), np.uint8)
    gray = picture @ np.array([0.299, 0.587, 0.114])
    rows, columns = (np.arange(65) * side // 64 for side in gray.shape)
    cells = np.array([[gray[a:b, c:d].mean() for c, d in _pairs(columns)] for a, b in _pairs(rows)])
    waves, places = np.arange(64)[:, None], np.arange(64)[None, :]
    cosines = np.cos(np.pi * (2 * places + 1) * waves / 128)
    strengths = (cosines @ cells @ cosines.T)[:16, :16].ravel()
    bits = strengths > np.median(strengths[1:])
    bits[0] = False
    assert page_hash_of(200, 130, picture.tobytes()) == np.packbits(bits).tobytes().hex()


def _pairs(edges: NDArray[np.int64]) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in zip(edges, edges[1:], strict=False)]
