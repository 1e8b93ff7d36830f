"""Several sequences extended together are those that are extended one by one."""

from __future__ import annotations

import pytest
import torch

from tests import tiny
from vlm.decode import Rules, generate
from vlm.decoder import text_model
from vlm.llama import LlamaDecoder
from vlm.llama_room import LlamaSequence
from vlm.llama_rows import Rows
from vlm.llama_step import Choice

COUNT, BEFORE, ASKED, WRITTEN = 5, 70, 9, 12


@pytest.fixture(autouse=True)
def alone(one_thread: None) -> None:
    """Compute on one thread."""


@pytest.fixture(params=["marked", "idefics3"])
def decoder(request: pytest.FixtureRequest) -> LlamaDecoder:
    return LlamaDecoder(text_model(tiny.build(request.param)[0]))


def ids_of(decoder: LlamaDecoder, row: int, count: int = BEFORE + ASKED) -> torch.Tensor:
    return (torch.arange(count) * 7 + 13 * row) % decoder.vocabulary


@torch.inference_mode()
def one_by_one(decoder: LlamaDecoder, row: int) -> tuple[LlamaSequence, torch.Tensor]:
    """Return a row on its own, as it is before it is written on, with its last logits."""
    ids, sequence = ids_of(decoder, row), decoder.start()
    decoder.extend(sequence, decoder.embed(ids[:BEFORE]))
    return sequence, decoder.extend(sequence, decoder.embed(ids[BEFORE:]))


@torch.inference_mode()
def together(decoder: LlamaDecoder, count: int = COUNT) -> tuple[Rows, torch.Tensor]:
    """Do the same with several rows at once."""
    ids, rows = torch.stack([ids_of(decoder, row) for row in range(count)]), Rows(decoder, count)
    embedded = decoder.embed(ids.flatten()).view(*ids.shape, -1)
    rows.extend(embedded[:, :BEFORE])
    return rows, rows.extend(embedded[:, BEFORE:])


def close(found: torch.Tensor, expected: torch.Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_rows_are_read_as_alone(decoder: LlamaDecoder) -> None:
    rows, logits = together(decoder)
    assert (len(rows), rows.length) == (COUNT, BEFORE + ASKED)
    for row in range(COUNT):
        sequence, expected = one_by_one(decoder, row)
        close(logits[row], expected)
        kept = rows.first(row)
        assert kept.length == rows.length
        close(kept.first(kept.length), sequence.first(kept.length))


def test_rows_go_on_from_kept_sequences(decoder: LlamaDecoder) -> None:
    rows, asked = Rows(decoder, 2), torch.arange(3)
    prefixes = [one_by_one(decoder, row)[0].first(BEFORE) for row in (3, 1)]
    with torch.inference_mode():
        rows.begin(prefixes)
        embedded = decoder.embed(asked)
        found = rows.extend(embedded.expand(2, *embedded.shape))
        for place, row in enumerate((3, 1)):
            sequence, _ = one_by_one(decoder, row)
            sequence.rewind(BEFORE)
            close(found[place], decoder.extend(sequence, embedded))


def test_rows_are_written_as_alone_and_each_can_be_left_out(decoder: LlamaDecoder) -> None:
    rules = Rules(frozenset(), banned=(5,))
    rows, logits = together(decoder)
    kept = [3, 0]
    with torch.inference_mode():
        first, sure, logits = rows.write(logits, WRITTEN, rules.choice)
        rows.keep(kept)
        then, _, _ = rows.write(logits[kept], WRITTEN, rules.choice)
    assert first.shape == sure.shape == (WRITTEN, COUNT)
    for row in range(COUNT):
        sequence, last = one_by_one(decoder, row)
        prompt = ids_of(decoder, row).tolist()
        expected = list(generate(decoder, sequence, last, rules, prompt, 2 * WRITTEN))
        assert first[:, row].tolist() == [one.id for one in expected[:WRITTEN]]
        close(sure[:, row], torch.tensor([one.probability for one in expected[:WRITTEN]]))
        if row in kept:
            assert then[:, kept.index(row)].tolist() == [one.id for one in expected[WRITTEN:]]


def test_it_stops_once_every_row_has_ended(decoder: LlamaDecoder) -> None:
    rows, logits = together(decoder)
    with torch.inference_mode():
        free, _, _ = rows.write(logits.clone(), WRITTEN, Choice())
        again, logits = together(decoder)
        ends = sorted(set(free[2].tolist()))
        found, _, _ = again.write(logits, WRITTEN, Choice(ends=ends))
    assert len(found) <= 3
    assert torch.equal(found, free[: len(found)])


def test_they_grow_no_longer_than_the_model_holds(decoder: LlamaDecoder) -> None:
    rows, _ = together(decoder, 1)
    decoder.limit = rows.length + 1
    with pytest.raises(ValueError, match="the model holds"):
        rows.extend(torch.zeros(1, 2, decoder.embedding.shape[1]))
