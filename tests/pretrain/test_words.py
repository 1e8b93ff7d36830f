"""Vectors of words: what they are learned from, and that they are the same without torch."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from pretrain.matching import words
from pretrain.matching.bank import BankError
from pretrain.matching.glossary import Meaning, meanings
from pretrain.matching.word_network import CUT, WordNetwork
from pretrain.matching.word_pairs import Line, WordPairs, lines, shipped
from vlm.text_vectors import TextVectors

SMALL = CUT._replace(buckets=1 << 10)


def some_pairs() -> WordPairs:
    every = list(shipped().meanings[:60])
    return WordPairs(every, shipped().lines[:60], shipped().concepts[:60])


def test_what_we_wrote_is_read() -> None:
    pairs = shipped()
    assert len(pairs.meanings) > 15_000
    assert len(pairs.lines) > 8_000
    assert all(len(said) > 0 for one in pairs.meanings for said in one.words.values())


def test_a_meaning_without_three_languages_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.gloss").write_text("digger; excavator | Bagger\n", "utf-8")
    with pytest.raises(BankError, match="line 1"):
        list(meanings(tmp_path))


@pytest.mark.parametrize("line", ["Who? Paid by [[me]]", "Who? => Paid by me", "W? => [[a]] [[b]]"])
def test_a_line_without_one_answer_is_told(tmp_path: Path, line: str) -> None:
    (tmp_path / "bad.pairs").write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(BankError, match="line 2"):
        list(lines(tmp_path))


def test_a_line_is_cut_at_its_answer(tmp_path: Path) -> None:
    (tmp_path / "one.pairs").write_text("Who has paid? => Paid by [[Ms Hill]], cash\n", "utf-8")
    (one,) = lines(tmp_path)
    assert one == Line("Who has paid?", "Paid by ", "Ms Hill", ", cash")
    assert one.whole == "Paid by Ms Hill, cash"


def test_what_is_measured_is_never_drawn() -> None:
    pairs = shipped()
    measured = pairs.measured(random.Random(1))
    rng = random.Random(2)
    drawn = {asked for _ in range(20) for asked, _ in pairs.long(rng, 500)}
    assert drawn.isdisjoint(asked for asked, _ in measured["lines"])
    named = {asked for _ in range(20) for asked, _ in pairs.short(rng, 0, 300)}
    assert named.isdisjoint(asked for asked, _ in measured["wordings"])
    assert all(len(some) > 200 for some in measured.values())


def test_both_texts_of_a_meaning_are_of_it() -> None:
    meaning = Meaning("x 1", {"en": ("digger", "excavator"), "de": ("Bagger",), "fr": ("pelle",)})
    every = {word for own in meaning.words.values() for word in own}
    pairs = WordPairs([meaning], [], [])
    for seed in range(20):
        for pair in pairs.short(random.Random(seed), 3, 3):
            assert set(pair) <= every


def test_likeness_is_the_same_without_torch(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = WordNetwork(SMALL, 16).eval()
    with torch.no_grad():
        network.gates.normal_()
        network.turns.add_(torch.randn_like(network.turns) * 0.3)
    network.save(tmp_path / "words.safetensors")
    vectors = TextVectors(load_file(tmp_path / "words.safetensors"))
    asked, told = ["Who pays the firemen?", "Wann?"], ["Fire and rescue authority", "am 3. Mai"]
    with torch.inference_mode():
        wanted = network(asked, told)[0].numpy()
    for row, question in enumerate(asked):
        own = vectors.words("question", question)
        most, share = vectors.alike(own, told)
        said = own[:, -1] @ most / own[:, -1].sum()
        assert np.allclose((said + share) / 2, wanted[row], atol=0.02)


def test_a_text_without_words_is_like_nothing_much() -> None:
    with torch.inference_mode():
        by_words, by_means = WordNetwork(SMALL, 16)(["?"], ["Total", "–"])
    assert torch.isfinite(by_words).all()
    assert torch.isfinite(by_means).all()


def test_vectors_are_learned_saved_and_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "shipped", some_pairs)
    torch.manual_seed(1)
    before = WordNetwork(SMALL, 16)
    pairs = some_pairs()
    words.learn(words.Plan(tmp_path / "w.safetensors", 0.05, buckets=SMALL.buckets, width=16))
    after = TextVectors(load_file(tmp_path / "w.safetensors"))

    def right(vectors: TextVectors) -> float:
        said = [one.words["en"] for one in pairs.meanings if len(one.words["en"]) > 1]
        told = [own[1] for own in said]
        ranks = [
            int(np.argmax(own[:, -1] @ vectors.alike(own, told)[0])) == number
            for number, (own, _) in enumerate((vectors.words("question", s[0]), s) for s in said)
        ]
        return float(np.mean(ranks))

    before.save(tmp_path / "before.safetensors")
    assert right(after) > right(TextVectors(load_file(tmp_path / "before.safetensors")))


def test_the_report_has_a_line_for_each_kind_of_pair() -> None:
    told = list(words.report(WordNetwork(SMALL, 16), shipped(), 1))
    assert [line.split()[0] for line in told[1:]] == ["wordings", "things", "meanings", "lines"]
