"""What an adapter learned of names goes where its weights go."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetune import runs
from finetune.adapters import AdapterLibrary
from finetune.base_model import place
from finetune.merging import merge
from tests.finetune import tuning
from tests.finetune.made import NAMES_OF_A_FIRM, SAID
from vlm import learned_names
from vlm.cancel import returned
from vlm.errors import AdapterMismatch
from vlm.learned_names import NAMES
from vlm.loader import load


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
