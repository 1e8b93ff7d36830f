"""What is found out about models on this computer."""

from __future__ import annotations

from pathlib import Path

from app.models import work
from tests.app.models.made import make_folder
from tests.vlm.test_learned_names import AZ
from vlm import learned_names, parted


def test_names_that_were_merged_into_a_model_are_found(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "merged")
    (folder / learned_names.NAMES).write_bytes(learned_names.written(AZ))
    assert work.names_in(folder) == (), "beside a model that was not written here"
    parted.mark(folder)
    assert work.names_in(folder) == AZ.sentences != ()
    (folder / learned_names.NAMES).write_bytes(b"{")
    assert work.names_in(folder) == (), "the list is shown whatever is damaged"
