from __future__ import annotations

import random
from typing import Any

import pytest
import torch

from tests import tiny
from tests.drawn import DrawnPages, line
from tests.vlm.answering import Checkpoint, answered, question, started
from vlm.decode import Rules, generate
from vlm.drafts import LENGTHS, NEEDED, Drafts, Places
from vlm.llama import LlamaDecoder

VOCABULARY = 11


def places(*texts: list[int]) -> Places:
    found = Places()
    for text in texts:
        found.add(text)
    return found


def follows(found: Places, ids: list[int], count: int, least: int = 2) -> list[int]:
    place, _ = found.after(ids, least)
    return found.following(place, count) if place >= 0 else []


def test_what_follows_is_found_where_most_tokens_match() -> None:
    found = places([1, 2, 3, 4, 5], [9, 2, 3, 7, 8])
    assert follows(found, [9, 2, 3], 5) == [7, 8]
    assert follows(found, [1, 2, 3], 1) == [4]
    assert follows(found, [2, 3], 9) == [7, 8], "of equal matches the latest"
    assert follows(found, [0, 2, 3], 9, least=3) == []


def test_nothing_is_guessed_without_a_match_or_beyond_a_text() -> None:
    found = places([1, 2, 3], [4, 5])
    assert follows(found, [3, 4], 5) == [], "the end of one text and the start of the next"
    assert follows(found, [2, 3], 5) == []
    assert follows(found, [3], 5) == []
    assert follows(found, [7, 7], 5) == []


def test_an_answer_may_begin_as_a_text_does() -> None:
    drafts = Drafts(lambda: [places([1, 2, 3, 4], [5, 6, 7])])
    assert drafts.propose([5], 99) == [6, 7]
    assert drafts.propose([6], 99) == [], "one token in the middle says too little"


def test_guesses_grow_while_they_are_right_and_stop_while_they_fail() -> None:
    text = list(range(100))
    drafts = Drafts(lambda: [places(text)])
    first = drafts.propose([0, 1, 2], 99)
    assert first == [3, 4, 5, 6]
    drafts.checked(len(first), len(first))
    assert len(drafts.propose([0, 1, 2], 99)) == 2 * LENGTHS[0]
    assert drafts.propose([0, 1, 2], 2) == [3, 4]
    for _ in range(NEEDED[1]):
        drafts.checked(4, 0)
    assert drafts.propose([50, 51, 52], 99) == []
    assert drafts.propose(list(range(8)), 99) == [8, 9, 10, 11]


def test_one_token_that_was_read_as_another_does_not_end_the_guesses() -> None:
    drafts = Drafts(lambda: [places([0, 1, 2, 3, 4, 5, 6, 7, 8])])
    assert drafts.propose([0, 1], 99) == [2, 3, 4, 5]
    drafts.checked(4, 1)
    assert drafts.propose([0, 1, 2, 99], 99) == [4, 5, 6, 7]
    drafts.checked(4, 0)
    assert drafts.propose([0, 1, 2, 99, 98], 99) == []


class Hashing:
    """A decoder whose next token depends on all tokens before it; counts its passes."""

    exact = True
    limit = 4096

    def __init__(self) -> None:
        self.passes = 0

    def start(self) -> Any:
        raise NotImplementedError

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        return ids[:, None].float()

    def extend(self, sequence: Any, embedded: torch.Tensor) -> torch.Tensor:
        return self.extend_all(sequence, embedded)[-1]

    def extend_all(self, sequence: Any, embedded: torch.Tensor) -> torch.Tensor:
        self.passes += 1
        rows: list[torch.Tensor] = []
        for one in embedded[:, 0].int().tolist():
            sequence.ids.append(one)
            seed = random.Random(repr(sequence.ids[-4:])).random()
            generator = torch.Generator().manual_seed(int(seed * 2**31))
            rows.append(torch.randn(VOCABULARY, generator=generator))
        return torch.stack(rows)


class Remembered:
    """A sequence of ids."""

    def __init__(self) -> None:
        self.ids: list[int] = []

    @property
    def length(self) -> int:
        return len(self.ids)

    @property
    def size_bytes(self) -> int:
        return 0

    def rewind(self, length: int) -> None:
        del self.ids[length:]


def said(sources: list[Places] | None, limit: int, rules: Rules) -> tuple[list[int], int]:
    decoder, sequence, prompt = Hashing(), Remembered(), [1, 2, 3]
    logits = decoder.extend(sequence, decoder.embed(torch.tensor(prompt)))
    drafts = None if sources is None else Drafts(lambda: sources)
    tokens = generate(decoder, sequence, logits, rules, prompt, limit, drafts)
    return [token.id for token in tokens], decoder.passes


@pytest.mark.parametrize("rules", [Rules(frozenset({4})), Rules(frozenset({10}), (4, 5), 1.3)])
@pytest.mark.parametrize("seed", range(6))
def test_guesses_right_and_wrong_change_no_token(seed: int, rules: Rules) -> None:
    plain, passes = said(None, 60, rules)
    chance = random.Random(seed)
    text = [one if chance.random() < 0.9 else chance.randrange(VOCABULARY) for one in plain]
    guessed, fewer = said([places(text, plain[::-1])], 60, rules)
    assert guessed == plain
    assert fewer <= passes
    again, fewest = said([places(plain)], 60, rules)
    assert again == plain
    assert fewest <= max(passes // 2, 4)


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_an_answer_given_before_takes_fewer_passes(
    checkpoint: Checkpoint, kind: tiny.Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[int] = []
    room = LlamaDecoder.room

    def counted(self: LlamaDecoder, *given: Any) -> torch.Tensor:
        passes.append(1)
        return room(self, *given)

    monkeypatch.setattr(LlamaDecoder, "room", counted)
    answerer = started(checkpoint(kind))
    first = answered(answerer, question(max_new_tokens=48))
    alone = len(passes)
    again = answered(answerer, question(max_new_tokens=48))
    assert (again.text, again.stop) == (first.text, first.stop)
    assert again.confidence == pytest.approx(first.confidence, rel=1e-3)
    assert len(passes) - alone < alone / 2


def test_the_words_of_the_page_are_guessed_from(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = DrawnPages(line("Invoice", "3124", "of", "May"))
    answerer = started(checkpoint("marked"), pages)
    sight = answerer.sight
    assert sight is not None
    words = sight.loaded.processor.tokenizer
    script = iter(words("voice 3124", add_special_tokens=False)["input_ids"] * 9)
    monkeypatch.setattr("vlm.decode.Rules.choose", lambda *_: (next(script), 0.5))
    monkeypatch.setattr("vlm.decode.writer_of", lambda *_: None)  # it would not ask the rules
    counts: list[int] = []
    extend = LlamaDecoder.extend_all

    def counted(self: LlamaDecoder, sequence: Any, embedded: torch.Tensor) -> torch.Tensor:
        counts.append(len(embedded))
        return extend(self, sequence, embedded)

    monkeypatch.setattr(LlamaDecoder, "extend_all", counted)
    assert answered(answerer, question(max_new_tokens=10)).text == "voice 3124"
    assert counts
    assert max(counts) == 5
