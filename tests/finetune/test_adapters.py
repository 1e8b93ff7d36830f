from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from finetune import adapters, choice, runs
from finetune.adapter_check import CONFIG, WEIGHTS
from finetune.adapters import CARD, Adapter, AdapterLibrary, Card
from finetune.base_model import place
from finetune.errors import AdapterInvalid, AdapterUnknown, RunDamaged
from tests.finetune import tuning
from tests.finetune.made import NAMES_OF_A_FIRM
from tests.flipped import flip, flip_in
from vlm import file_hashes, paths
from vlm.cancel import returned
from vlm.errors import AdapterMismatch
from vlm.file_hashes import HASHES
from vlm.learned_names import NAMES
from vlm.loader import load


def test_an_adopted_adapter_has_a_card_and_loads_by_name(
    library: AdapterLibrary, run: Path, folder: Path
) -> None:
    adapter = library.adopt(run, "My invoices")
    assert library.all() == [adapter] == [library.get("My invoices")]
    card = adapter.card
    assert (card.base, card.method, card.rank) == ("idefics2", "dora", 2)
    assert (card.examples, card.documents, card.passed) == (5, 5, True)
    assert card.anls is not None
    assert card.anls.gain.value == 1.0
    assert len(card.data_fingerprint) == 64
    assert adapter.size > 10_000
    assert stat.S_IMODE((Path(adapter.folder) / CARD).stat().st_mode) == 0o600
    assert Path(adapter.folder).parent == paths.data_dir() / "adapters"
    tuned = returned(load(folder, "My invoices", place("float32", "cpu")))
    plain = tuning.loaded(folder)
    names = dict(plain.model.named_parameters())
    moved = [n for n, w in tuned.model.named_parameters() if not torch.equal(w, names[n])]
    assert any("text_model" in name for name in moved)
    assert any("connector" in name for name in moved)
    assert not any("vision_model" in name for name in moved)


def test_rename_and_remove(library: AdapterLibrary, run: Path) -> None:
    library.adopt(run, "one")
    library.adopt(run, "two")
    with pytest.raises(AdapterInvalid, match="already"):
        library.rename("one", "TWO")
    assert library.rename("one", "three").name == "three"
    library.remove("two")
    assert [adapter.name for adapter in library.all()] == ["three"]
    assert sorted(path.name for path in (paths.data_dir() / "adapters").iterdir()) == ["three"]
    for gone in ("one", "two", "../adapters/three", ""):
        with pytest.raises(AdapterUnknown):
            library.get(gone)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../x", " x", "x.part", "a\0b", "n" * 65, "CON", "nul.1"]
)
def test_names_that_would_be_other_places_are_refused(
    library: AdapterLibrary, run: Path, name: str
) -> None:
    with pytest.raises(AdapterInvalid):
        library.adopt(run, name or "\n")
    assert library.all() == []


def test_a_run_without_an_adapter_is_refused(
    library: AdapterLibrary, tmp_path: Path, folder: Path
) -> None:
    with pytest.raises(RunDamaged, match="nothing yet"):
        library.adopt(tuning.frozen_run(tmp_path, folder))


def test_exported_and_brought_back_it_is_the_same(
    library: AdapterLibrary, run: Path, folder: Path, tmp_path: Path
) -> None:
    first = library.adopt(run, "one")
    library.export("one", tmp_path / "out")
    with pytest.raises(AdapterInvalid, match="already something"):
        library.export("one", tmp_path / "out")
    again = library.bring(tmp_path / "out", folder, "back")
    assert again.card == msgspec.structs.replace(first.card, run="")
    one, other = (load_file(Path(a.folder) / "adapter_model.safetensors") for a in (first, again))
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert len(one) == len(other)


def test_a_damaged_card_hides_the_adapter_but_not_the_others(
    library: AdapterLibrary, run: Path
) -> None:
    library.adopt(run, "one")
    card = Path(library.adopt(run, "two").folder) / CARD
    for content in (b"{", b'{"base": "\xff"}'):
        card.write_bytes(content)
        assert [adapter.name for adapter in library.all()] == ["one"]
        with pytest.raises(AdapterInvalid):
            library.get("two")


def _adapter(name: str, looks: tuple[int, ...], base: str = "f", passed: bool = True) -> Adapter:
    hashes = tuple(f"{look:064x}" for look in looks)
    return Adapter(
        name, f"/{name}", 1, Card("m", base, "", "dora", 8, 0.0, passed=passed, looks=hashes)
    )


def test_the_adapter_that_learned_from_such_pages_is_chosen() -> None:
    far = (1 << 256) - 1
    known = [
        _adapter("receipts", (0b111, 0b1)),
        _adapter("invoices", (far,)),
        _adapter("failed", (0,), passed=False),
        _adapter("other base", (0,), base="x"),
    ]
    found = choice.choose(f"{0:064x}", known, "f")
    assert found.adapter == "receipts"
    assert "2 pages that “receipts” learned from" in found.reason
    assert choice.choose(f"{far - 1:064x}", known, "f").adapter == "invoices"
    middle = choice.choose(f"{(1 << 128) - 1:064x}", known, "f")
    assert (middle.adapter, "looks like none" in middle.reason) == (None, True)
    broken = [msgspec.structs.replace(one, trouble="Its names are damaged.") for one in known]
    assert choice.choose(f"{0:064x}", broken, "f").adapter is None
    assert choice.choose("", known, "f").adapter is None
    assert choice.choose(f"{0:064x}", known, "g").adapter is None
    assert choice.choose("", known, "f", override="invoices").adapter == "invoices"
    assert choice.choose(f"{0:064x}", known, "f", override="").adapter is None


def test_the_card_is_next_to_files_that_plain_peft_reads(
    library: AdapterLibrary, run: Path
) -> None:
    names = sorted(p.name for p in Path(library.adopt(run, "one").folder).iterdir())
    assert names == ["adapter_config.json", "adapter_model.safetensors", adapters.CARD, HASHES]


@pytest.mark.parametrize(
    ("file", "text"),
    [(WEIGHTS, None), (CONFIG, b'"r": 2'), (CARD, b"dora"), (NAMES, b'"documents": 7')],
)
def test_a_bit_that_flips_in_any_file_is_noticed(
    library: AdapterLibrary,
    named: Path,
    folder: Path,
    tmp_path: Path,
    file: str,
    text: bytes | None,
) -> None:
    adapter = library.adopt(named, "Firm")
    library.export("Firm", tmp_path / "out")
    for where in (Path(adapter.folder), tmp_path / "out"):
        if text is None:
            flip(where / file, -3)
        else:
            flip_in(where / file, text)
    (shown,) = library.all()
    assert (shown.trouble == "") == (file == WEIGHTS), "weights are looked at when they are used"
    told = rf"damaged: {file} is not as it was saved\. Use an earlier version, .* or train again"
    with pytest.raises(AdapterMismatch, match=f"“Firm” is {told}"):
        returned(load(folder, "Firm", place("float32", "cpu")))
    with pytest.raises(AdapterMismatch, match=told):
        library.export("Firm", tmp_path / "other")
    assert not (tmp_path / "other").exists()
    with pytest.raises((AdapterMismatch, AdapterInvalid), match=f"“out” is {told}"):
        library.bring(tmp_path / "out", folder)


def test_what_a_run_learned_is_taken_over_only_as_it_was_saved(
    library: AdapterLibrary, run: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(run, tmp_path / run.name))
    flip(other / runs.ADAPTER / WEIGHTS, -3)
    with pytest.raises(RunDamaged, match="not as it was saved"):
        library.adopt(other, "one")
    assert library.all() == []


def test_an_adapter_from_before_there_were_hashes_is_used_as_it_is(
    library: AdapterLibrary, named: Path, folder: Path, tmp_path: Path
) -> None:
    adapter = Path(library.adopt(named, "Firm").folder)
    (adapter / HASHES).unlink()
    assert library.get("Firm").trouble == ""
    assert returned(load(folder, "Firm", place("float32", "cpu"))).names == NAMES_OF_A_FIRM
    library.export("Firm", tmp_path / "out")
    assert library.bring(tmp_path / "out", folder, "back").trouble == ""
    assert sorted(file_hashes.read(tmp_path / "out")) == [CONFIG, WEIGHTS, CARD, NAMES]


def test_what_a_run_learned_is_known_again(library: AdapterLibrary, run: Path) -> None:
    assert library.adopted(run) is None
    library.adopt(run, "one")
    assert library.adopted(run) == library.get("one")
    library.rename("one", "other")
    found = library.adopted(run)
    assert found is not None
    assert found.name == "other"
    weights = Path(found.folder) / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    assert library.adopted(run) is None


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("invoices", "invoices"),
        ("one", "one 2"),
        ("a/b: c?", "a b  c"),
        ("…", "adapter"),
        ("aux", "adapter aux"),
    ],
)
def test_a_name_is_found_that_can_be_given(
    library: AdapterLibrary, run: Path, wanted: str, given: str
) -> None:
    library.adopt(run, "One")
    assert library.free_name(wanted) == given
    library.require_free(given)
    library.adopt(run, library.free_name("n" * 100))


def test_a_card_with_looks_that_are_none_is_damaged(library: AdapterLibrary, run: Path) -> None:
    adapter = library.adopt(run, "one")
    file = Path(adapter.folder) / CARD
    written = msgspec.json.decode(file.read_bytes())
    file.write_bytes(msgspec.json.encode({**written, "looks": ["none of sixteen"]}))
    assert library.all() == []
    with pytest.raises(AdapterInvalid, match="card"):
        library.get("one")


def test_what_another_program_removes_meanwhile_is_passed_over(
    library: AdapterLibrary, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.adopt(run, "one")
    library.adopt(run, "two")
    look = Path.iterdir

    def late(folder: Path) -> Iterator[Path]:
        if folder.name == "one":
            shutil.rmtree(folder)
        return look(folder)

    monkeypatch.setattr(Path, "iterdir", late)
    assert [adapter.name for adapter in library.all()] == ["two"]


def test_what_a_killed_program_left_goes_with_the_next_change(
    library: AdapterLibrary, run: Path
) -> None:
    root = paths.data_dir() / "adapters"
    for name, days in (("old.part", 2), ("new.part", 0)):
        (root / name).mkdir()
        (root / name / "weights").touch()
        when = time.time() - days * 86_400
        os.utime(root / name, (when, when))
    library.adopt(run, "one")
    assert sorted(path.name for path in root.iterdir()) == ["new.part", "one"]
