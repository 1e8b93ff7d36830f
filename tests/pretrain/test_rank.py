"""The network that weighs what a page offers: learned in torch, used without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from pretrain.matching import rank
from pretrain.matching.rank_network import AskedPage, RankNetwork
from pretrain.matching.sheets import sheets
from vlm.option_ranker import WEIGHTS, WORDS, OptionRanker
from vlm.text_vectors import TextVectors


@pytest.fixture(scope="module")
def pages() -> list[AskedPage]:
    return list(rank.asked_pages(sheets()[:4], seed=1, workers=0))


def network(pages: list[AskedPage]) -> RankNetwork:
    torch.manual_seed(1)
    return RankNetwork(*rank.moments(pages))


def test_most_answers_are_among_what_pages_offer(pages: list[AskedPage]) -> None:
    right = [row.any() for page in pages for row in page.right]
    answered = [bool(one) for page in pages for one in page.answers]
    found = [one for one, there in zip(right, answered, strict=True) if there]
    assert np.mean(found) > 0.7
    assert not any(one for one, there in zip(right, answered, strict=True) if not there)


def test_what_is_saved_says_the_same_without_torch(pages: list[AskedPage], tmp_path: Path) -> None:
    taught = network(pages).eval()
    taught.save(tmp_path)
    used = OptionRanker(load_file(tmp_path / WEIGHTS), TextVectors(load_file(WORDS)))
    with torch.inference_mode():
        wanted = taught(pages[0]).numpy()
    for number, question in enumerate(pages[0].questions):
        known = pages[0].known[number].astype(np.float32)
        said = used.logits(question, pages[0].stands, known)
        assert np.allclose(said, wanted[number], atol=1e-4)


def test_it_goes_on_from_what_was_saved(pages: list[AskedPage], tmp_path: Path) -> None:
    taught = network(pages).eval()
    taught.save(tmp_path)
    torch.manual_seed(2)
    other = RankNetwork(*rank.moments(pages)).eval()
    other.restore(tmp_path / WEIGHTS)
    with torch.inference_mode():
        assert torch.allclose(taught(pages[0]), other(pages[0]), atol=1e-5)


def test_it_learns(pages: list[AskedPage]) -> None:
    taught, rng = network(pages), np.random.default_rng(1)
    optimiser = torch.optim.AdamW(taught.parameters(), 3e-3)
    losses = []
    for _ in range(12):
        told = [taught.loss(page, rng) for page in pages]
        loss = torch.stack([one for one, _ in told]).sum() / sum(count for _, count in told)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 0.5


def test_the_report_has_a_line_for_each_kind(pages: list[AskedPage]) -> None:
    lines = list(rank.report(network(pages).eval(), {"these": pages, "none": []}))
    assert [line.split()[0] for line in lines] == ["asked", "these"]
    assert int(lines[1].split()[1]) == sum(len(page.questions) for page in pages)


def test_a_ranker_is_learned_from_the_sheets_and_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rank, "sheets", lambda: sheets()[:6])
    rank.learn(rank.Plan(tmp_path, epochs=1, every=True, name="some.safetensors"))
    OptionRanker(load_file(tmp_path / "some.safetensors"), TextVectors(load_file(WORDS)))


def test_pages_that_were_looked_at_are_found_again(
    pages: list[AskedPage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = sheets()[:2]
    first = list(rank.asked_pages(some, seed=1, workers=0, folder=tmp_path))
    monkeypatch.setattr(rank, "PageOptions", None)  # nothing is looked at again
    again = list(rank.asked_pages(some, seed=1, workers=0, folder=tmp_path))
    for one, other, page in zip(first, again, pages, strict=False):
        assert (one.name, one.questions, one.answers) == (page.name, page.questions, page.answers)
        assert (other.name, other.questions) == (page.name, page.questions)
        assert other.answers == page.answers
        assert (other.stands.texts, other.stands.values) == (page.stands.texts, page.stands.values)
        assert (other.stands.places == page.stands.places).all()
        assert (other.known == page.known).all()
        assert (other.right == page.right).all()
    with pytest.raises(TypeError):
        list(rank.asked_pages(some, seed=2, workers=0, folder=tmp_path))
