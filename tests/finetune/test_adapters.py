from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import load_file, save_file

from finetune import adapters, choice, runs, worker
from finetune.adapters import CARD, Adapter, AdapterLibrary, Card
from finetune.base_model import place
from finetune.errors import AdapterInvalid, AdapterUnknown, RunDamaged
from finetune.launch import MERGE
from finetune.merging import merge
from tests.finetune import tuning
from vlm import learned_names, paths
from vlm.cancel import returned
from vlm.errors import AdapterMismatch, ModelIncomplete
from vlm.learned_names import NAMES, LearnedLabel, LearnedNames, LearnedQuestion
from vlm.loader import load


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tuning.base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    return tuning.measured_run(tmp_path_factory.mktemp("runs"), folder, 0.1)


@pytest.fixture
def library() -> AdapterLibrary:
    return AdapterLibrary()


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


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", " x", "x.part", "a\0b", "n" * 65])
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


def _edited(library: AdapterLibrary, run: Path, target: Path) -> Path:
    library.adopt(run, "source")
    library.export("source", target)
    (target / CARD).unlink()
    return target


def test_a_foreign_adapter_is_checked_layer_by_layer(
    library: AdapterLibrary, run: Path, folder: Path, tmp_path: Path
) -> None:
    source = _edited(library, run, tmp_path / "out")
    brought = library.bring(source, folder, "foreign")
    assert brought.card.passed is None
    weights = load_file(source / "adapter_model.safetensors")
    for change in _wrong_weights():
        save_file(change(dict(weights)), source / "adapter_model.safetensors")
        with pytest.raises(AdapterMismatch):
            library.bring(source, folder, "wrong")


def _wrong_weights() -> list[Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]]:
    def first(weights: dict[str, torch.Tensor], part: str) -> str:
        return next(name for name in weights if part in name)

    def widen(weights: dict[str, torch.Tensor], part: str) -> dict[str, torch.Tensor]:
        name = first(weights, part)
        shape = [side + 1 for side in weights[name].shape]
        return {**weights, name: torch.zeros(shape)}

    return [
        lambda w: widen(w, "lora_A"),
        lambda w: widen(w, "lora_B"),
        lambda w: widen(w, "magnitude"),
        lambda w: widen(w, "latents"),
        lambda w: {**w, "base_model.model.model.no_such.lora_A.weight": torch.zeros(2, 3)},
    ]


def test_an_adapter_for_another_model_is_refused_by_its_card(
    library: AdapterLibrary, run: Path, folder: Path, tmp_path: Path
) -> None:
    from tests import tiny

    other = tiny.save("idefics2", tmp_path / "other", seed=5)
    library.adopt(run, "one")
    library.export("one", tmp_path / "out")
    with pytest.raises(AdapterMismatch, match="idefics2"):
        library.bring(tmp_path / "out", other, "two")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"peft_type": "PROMPT_TUNING"}, "no LoRA"),
        ({"r": 10**9}, "rank"),
        ({"target_parameters": ["x"]}, "target_parameters"),
        ({"loftq_config": {"x": 1}}, "loftq_config"),
        ({"init_lora_weights": "pissa"}, "computed weights"),
        ({"my_code": "os.system"}, "my_code"),
    ],
)
def test_settings_that_do_more_than_numbers_are_refused(
    library: AdapterLibrary,
    run: Path,
    folder: Path,
    tmp_path: Path,
    change: dict[str, object],
    says: str,
) -> None:
    source = _edited(library, run, tmp_path / "out")
    file = source / "adapter_config.json"
    settings = json.loads(file.read_text())
    file.write_text(json.dumps({**settings, **change}))
    with pytest.raises(AdapterInvalid, match=says):
        library.bring(source, folder, "wrong")


def test_settings_are_written_anew(
    library: AdapterLibrary, run: Path, folder: Path, tmp_path: Path
) -> None:
    source = _edited(library, run, tmp_path / "out")
    file = source / "adapter_config.json"
    mapping = {"parent_library": "evil", "base_model_class": "Evil"}
    file.write_text(json.dumps({**json.loads(file.read_text()), "auto_mapping": mapping}))
    adapter = library.bring(source, folder, "clean")
    assert "evil" not in (Path(adapter.folder) / "adapter_config.json").read_text().lower()


def test_only_whole_safetensors_files_are_taken(
    library: AdapterLibrary, run: Path, folder: Path, tmp_path: Path
) -> None:
    source = _edited(library, run, tmp_path / "out")
    weights = source / "adapter_model.safetensors"
    data = weights.read_bytes()
    for cut in (0, 4, 100, len(data) - 1):
        weights.write_bytes(data[:cut])
        with pytest.raises(AdapterInvalid, match="damaged"):
            library.bring(source, folder, "wrong")
    weights.rename(source / "adapter_model.bin")
    with pytest.raises(AdapterInvalid, match=r"adapter_model\.bin can hide programs"):
        library.bring(source, folder, "wrong")
    with pytest.raises(AdapterInvalid):
        library.bring(tmp_path / "nowhere", folder, "wrong")


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
    assert names == ["adapter_config.json", "adapter_model.safetensors", adapters.CARD]


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
    [("invoices", "invoices"), ("one", "one 2"), ("a/b: c?", "a b  c"), ("…", "adapter")],
)
def test_a_name_is_found_that_can_be_given(
    library: AdapterLibrary, run: Path, wanted: str, given: str
) -> None:
    library.adopt(run, "One")
    assert library.free_name(wanted) == given
    library.require_free(given)
    library.adopt(run, library.free_name("n" * 100))


NAMES_OF_A_FIRM = LearnedNames(
    (
        LearnedQuestion(
            "aktenzeichen",
            "Aktenzeichen",
            (LearnedLabel("Az.:", "behind", None, False, 7, 0),),
        ),
    )
)
SAID = "“Aktenzeichen” stands behind “Az.:” (7 documents)"


@pytest.fixture
def named(tmp_path: Path, run: Path) -> Path:
    """Return a run that learned names beside its weights."""
    other = tmp_path / run.name
    shutil.copytree(run, other)
    (other / runs.ADAPTER / NAMES).write_bytes(learned_names.written(NAMES_OF_A_FIRM))
    return other


def test_names_go_with_their_adapter_everywhere(
    tmp_path: Path, library: AdapterLibrary, named: Path, folder: Path
) -> None:
    adapter = library.adopt(named, "Firm")
    assert adapter.names == (SAID,)
    library.export("Firm", tmp_path / "out")
    library.remove("Firm")
    brought = library.bring(tmp_path / "out", folder, "Again")
    assert brought.names == (SAID,)
    loaded = returned(load(folder, "Again", place("float32", "cpu")))
    assert loaded.names == NAMES_OF_A_FIRM
    assert tuning.loaded(folder).names == learned_names.NO_NAMES
    target = tmp_path / "merged"
    said = [event.text for event in merge(folder, tmp_path / "out", target)]
    assert any(NAMES in text for text in said), "a person hears that they are no part of weights"
    assert learned_names.read(target) == NAMES_OF_A_FIRM
    merged = returned(load(target, None, place("float32", "cpu")))
    assert not merged.info.small
    assert merged.names == learned_names.NO_NAMES, "its base is not asked by labels either"


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
    (firm / NAMES).write_bytes(learned_names.written(LearnedNames((other, newer))))
    on_top = returned(load(first, "Firm", place("float32", "cpu")))
    assert on_top.names == LearnedNames((other, newer))
    (firm / NAMES).write_bytes(learned_names.written(LearnedNames((other,))))
    on_top = returned(load(first, "Firm", place("float32", "cpu")))
    assert on_top.names == LearnedNames((other, known))
    list(merge(first, firm, second))
    again = returned(load(second, None, place("float32", "cpu")))
    assert again.info.small
    assert again.names == on_top.names
    (second / NAMES).write_bytes(b"{")
    with pytest.raises(ModelIncomplete, match=NAMES):
        returned(load(second, None, place("float32", "cpu")))


def test_names_are_written_anew_when_they_come_from_elsewhere(
    tmp_path: Path, library: AdapterLibrary, named: Path, folder: Path
) -> None:
    source = named / runs.ADAPTER
    (source / NAMES).write_bytes(b"   \n" + (source / NAMES).read_bytes())
    brought = library.bring(source, folder, "Elsewhere")
    assert (Path(brought.folder) / NAMES).read_bytes() == learned_names.written(NAMES_OF_A_FIRM)


def test_damaged_names_are_said_in_a_sentence_and_the_rest_works(
    library: AdapterLibrary, named: Path, run: Path, folder: Path
) -> None:
    sound = library.adopt(run, "Sound")
    adapter = library.adopt(named, "Firm")
    file = Path(adapter.folder) / NAMES
    file.write_bytes(file.read_bytes()[:-20])
    listed = {one.name: one for one in library.all()}
    assert listed["Sound"] == sound
    assert NAMES in listed["Firm"].trouble
    assert listed["Firm"].names == ()
    with pytest.raises(AdapterMismatch, match=NAMES):
        returned(load(folder, "Firm", place("float32", "cpu")))
    with pytest.raises(AdapterMismatch, match=NAMES):
        library.bring(Path(adapter.folder), folder, "Copy")
    assert returned(load(folder, "Sound", place("float32", "cpu"))).names == learned_names.NO_NAMES
