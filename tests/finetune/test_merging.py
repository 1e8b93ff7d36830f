from __future__ import annotations

import errno
import shutil
from pathlib import Path

import msgspec
import pytest
import torch

from finetune import runs, worker
from finetune.adapters import AdapterLibrary
from finetune.base_model import place
from finetune.launch import MERGE
from finetune.merging import merge
from tests.finetune import tuning
from tests.finetune.made import NAMES_OF_A_FIRM, save_names
from tests.flipped import flip_in
from vlm.cancel import returned
from vlm.errors import ModelIncomplete
from vlm.fingerprint import base_fingerprint
from vlm.learned_names import NAMES, LearnedNames
from vlm.loader import load
from vlm.safety import SINGLE


def test_a_merged_model_answers_like_the_adapter(
    library: AdapterLibrary, run: Path, folder: Path, tmp_path: Path
) -> None:
    adapter = library.adopt(run, "one")
    target = tmp_path / "merged"
    assert worker.main([MERGE, str(folder), adapter.folder, str(target)]) == worker.DONE
    merged = tuning.loaded(target)
    tuned = returned(load(folder, "one", place("float32", "cpu")))
    ids = torch.tensor([[5, 4, 4, 4, 4, 4, 4, 4, 4, 9, 12]])
    pixels = torch.randn(1, 1, 3, 64, 96)
    with torch.no_grad():
        one = merged.model(input_ids=ids, pixel_values=pixels).logits
        other = tuned.model(input_ids=ids, pixel_values=pixels).logits
        before = tuning.loaded(folder).model(input_ids=ids, pixel_values=pixels).logits
    assert torch.equal(one, other)
    assert float((one - before).abs().max()) > 0.01
    assert worker.main([MERGE, str(folder), adapter.folder, str(target)]) == worker.FAILED


def test_what_two_versions_became_is_told_apart_whichever_weights_are_sampled(
    library: AdapterLibrary, run: Path, named: Path, folder: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for tuned, name, target in ((run, "one", first), (named, "other", second)):
        list(merge(folder, Path(library.adopt(tuned, name).folder), target))
    shutil.copyfile(first / SINGLE, second / SINGLE)  # as if samples had missed what differs
    assert len({base_fingerprint(one) for one in (folder, first, second)}) == 3
    again = tmp_path / "again"
    list(merge(folder, Path(library.get("one").folder), again))
    assert base_fingerprint(again) == base_fingerprint(first)
    assert tuning.loaded(first).model.config.image_token_id > 0


def test_what_was_merged_from_a_model_that_is_asked_in_parts_is_asked_so_with_its_names(
    tmp_path: Path,
    library: AdapterLibrary,
    named: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vlm.models.is_shipped", lambda one: one == folder)
    first, second = tmp_path / "first", tmp_path / "second"
    firm = Path(library.adopt(named, "Firm").folder)
    list(merge(folder, firm, first))
    merged = returned(load(first, None, place("float32", "cpu")))
    assert merged.info.small
    assert merged.names == NAMES_OF_A_FIRM
    (known,) = NAMES_OF_A_FIRM.questions
    newer = msgspec.structs.replace(known, asked="AKTENZEICHEN")
    other = msgspec.structs.replace(known, key="vorgang", asked="Vorgang")
    save_names(firm, LearnedNames((other, newer)))
    on_top = returned(load(first, "Firm", place("float32", "cpu")))
    assert on_top.names == LearnedNames((other, newer))
    save_names(firm, LearnedNames((other,)))
    on_top = returned(load(first, "Firm", place("float32", "cpu")))
    assert on_top.names == LearnedNames((other, known))
    list(merge(first, firm, second))
    again = returned(load(second, None, place("float32", "cpu")))
    assert again.info.small
    assert again.names == on_top.names
    flip_in(second / NAMES, b'"documents": 7')
    with pytest.raises(ModelIncomplete, match=NAMES):
        returned(load(second, None, place("float32", "cpu")))


def test_a_full_disk_keeps_no_half_of_a_model(
    run: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(OSError, match="No space"):
        list(merge(folder, run / runs.ADAPTER, tmp_path / "merged"))
    assert list(tmp_path.iterdir()) == []
