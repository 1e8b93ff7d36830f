"""The network that reads options once more: learned in torch, used without."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from pretrain.matching import rank, rerank
from pretrain.matching.rank_network import AskedPage, RankNetwork
from pretrain.matching.rerank_lessons import of_forms, of_lines, of_pages, option_of
from pretrain.matching.rerank_network import RerankNetwork, Vocabulary, batch_of
from pretrain.matching.sheets import sheets
from pretrain.matching.word_pairs import lines
from vlm.match_texts import single_words
from vlm.option_numbers import around
from vlm.option_ranker import WORDS
from vlm.option_reranker import BEFORE, LENGTHS, OPTIONS, OptionReranker, own_numbers, sequences
from vlm.text_vectors import TextVectors


@pytest.fixture(scope="module")
def vectors() -> TextVectors:
    return TextVectors(load_file(WORDS))


@pytest.fixture(scope="module")
def pages() -> list[AskedPage]:
    return list(rank.asked_pages(sheets()[:3], seed=1, workers=0))


@pytest.fixture(scope="module")
def ranker(pages: list[AskedPage]) -> RankNetwork:
    torch.manual_seed(1)
    return RankNetwork(*rank.moments(pages)).eval()


def network(vectors: TextVectors, ranker: RankNetwork, rows: tuple[int, ...] = ()) -> RerankNetwork:
    torch.manual_seed(1)
    own = RerankNetwork(vectors.width, np.array(rows, np.int64), ranker.mean, ranker.spread)
    torch.nn.init.normal_(own.out.weight, std=0.3)
    torch.nn.init.normal_(own.own, std=0.5)
    return own.eval()


def test_what_is_saved_says_the_same_without_torch(
    vectors: TextVectors, pages: list[AskedPage], ranker: RankNetwork, tmp_path: Path
) -> None:
    vocabulary = Vocabulary(vectors)
    items = list(of_pages(pages[:1], [ranker], vocabulary))
    taught = network(vectors, ranker, tuple(vocabulary.frequent(items, 3)))
    assert 5 < len(taught.own_rows) < 500
    taught.save(tmp_path / "some.safetensors")
    used = OptionReranker(load_file(tmp_path / "some.safetensors"), vectors)
    with torch.inference_mode():
        batch = batch_of(items, len(ranker.mean))
        wanted = taught(batch, vocabulary.tables(taught.own_rows.numpy())).numpy()
    for row, (question, item) in enumerate(zip(pages[0].questions, items, strict=True)):
        stands = pages[0].stands
        with torch.inference_mode():
            known = torch.log_softmax(ranker(pages[0])[row], 0).numpy()
        best = np.argsort(-known[:-1])[:OPTIONS]
        told = pages[0].known[row, best].astype(np.float32)
        said = used.logits(question, stands, best.tolist(), told, known[[*best, -1]])
        assert item.values == [stands.values[number] for number in best]
        assert np.allclose(said[:-1], wanted[row][: len(best)], atol=2e-3)
        assert np.isclose(said[-1], wanted[row][-1], atol=2e-3)


def test_a_page_with_few_options_says_the_same_beside_one_with_many(
    vectors: TextVectors, ranker: RankNetwork
) -> None:
    vocabulary = Vocabulary(vectors)
    items = sorted(of_forms(random.Random(1), vocabulary), key=lambda one: len(one.options))
    few = replace(
        items[0],
        options=items[0].options[:2],
        known=[-1.0, -1.0, -2.0],
        right=items[0].right[:2],
    )
    taught = network(vectors, ranker)
    tables, count = vocabulary.tables(taught.own_rows.numpy()), len(ranker.mean)
    with torch.inference_mode():
        alone = taught(batch_of([few], count), tables)
        beside = taught(batch_of([few, items[-1]], count), tables)
    assert torch.allclose(alone[0, :2], beside[0, :2], atol=1e-4)
    assert torch.allclose(alone[0, -1], beside[0, -1], atol=1e-4)


def test_a_question_without_words_is_no_error(vectors: TextVectors, ranker: RankNetwork) -> None:
    own = network(vectors, ranker).state_dict()
    used = OptionReranker({name: one.numpy() for name, one in own.items()}, vectors)
    told = np.zeros((2, len(ranker.mean)), np.float32)
    stands = around(
        [option_of("", "", "", "", "–", ""), option_of("Total", "", "", "", "12.00", "")]
    )
    said = used.logits("?", stands, [0, 1], told, np.array([-1.0, -1.0, -1.0], np.float32))
    assert np.isfinite(said).all()


def test_words_before_an_option_end_at_one_place() -> None:
    told = [[], [], [], [7, 8], [9], [10]]
    seen = sequences([1, 2], [told])
    assert seen.words[0].tolist() == [1, 2, 7, 8, 9, 10]
    behind = sum(LENGTHS[: BEFORE + 1])
    assert seen.places[0].tolist() == [0, 1, behind - 2, behind - 1, behind, behind + LENGTHS[5]]


def test_lines_are_asked_of_the_page_they_are_on(vectors: TextVectors) -> None:
    some = list(lines())[:40]
    items = list(of_lines(some, random.Random(1), Vocabulary(vectors)))
    answered = [one for one in items if one.answers]
    assert 20 < len(answered) < len(items)
    for one in items:
        assert len(one.options) == len(one.right) == len(one.known) - 1 <= OPTIONS
        assert sum(one.right) == bool(one.answers)


def test_frequent_words_have_vectors_of_their_own(vectors: TextVectors) -> None:
    vocabulary = Vocabulary(vectors)
    items = [one for _ in range(4) for one in of_forms(random.Random(1), vocabulary)]
    rows = vocabulary.frequent(items, len(items) // 2)
    assert 0 < len(rows) < len(vocabulary.frequent(items, 2))
    known = [single_words(word)[0] for word in ("the", "zyzzyva")]
    assert own_numbers(known, np.sort(np.array([one[0] for one in known[:1]]))).tolist() == [0, 1]
    assert own_numbers(known, np.array([], np.int64)).tolist() == [0, 0]


def test_it_learns(vectors: TextVectors, ranker: RankNetwork) -> None:
    vocabulary, rng = Vocabulary(vectors), random.Random(1)
    items = [one for _ in range(4) for one in of_forms(rng, vocabulary)][:16]
    taught = network(vectors, ranker)
    optimiser = torch.optim.AdamW(taught.parameters(), 2e-3)
    tables = vocabulary.tables(taught.own_rows.numpy())
    losses = []
    for _ in range(40):
        loss = taught.loss(batch_of(items, len(ranker.mean)), tables)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 0.5


def test_it_is_learned_of_halves_and_saved(
    tmp_path: Path, ranker: RankNetwork, vectors: TextVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rerank, "sheets", lambda: sheets()[:3])
    monkeypatch.setattr(rerank, "lines", lambda: list(lines())[:30])
    monkeypatch.setattr(rerank, "KEPT", 10)
    monkeypatch.setattr(rerank, "OFTEN", 20)
    ranker.save(tmp_path, "ranker.safetensors")
    file = tmp_path / "ranker.safetensors"
    out = tmp_path / "out.safetensors"
    plan = rerank.Plan((file, file), 0.02, 0.02, out, forms=20, rounds=1, pages=tmp_path / "pages")
    rerank.learn(plan)
    OptionReranker(load_file(out), vectors)
    again = tmp_path / "again.safetensors"
    rerank.learn(replace(plan, first=0, minutes=0, resume=out, out=again))
    assert len(load_file(again)["own_rows"]) > 5
    assert all((load_file(again)[name] == one).all() for name, one in load_file(out).items())


def test_a_ranker_that_was_saved_is_the_same(ranker: RankNetwork, tmp_path: Path) -> None:
    ranker.save(tmp_path, "ranker.safetensors")
    again = rerank.ranker_of(tmp_path / "ranker.safetensors")
    assert torch.equal(again.out, ranker.out)


def test_both_halves_are_about_as_large() -> None:
    halves = [rank.half_of(one.name) for one in sheets()]
    assert 0.45 < np.mean(halves) < 0.55
