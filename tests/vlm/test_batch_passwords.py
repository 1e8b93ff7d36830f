from __future__ import annotations

from pathlib import Path

import pytest

from vlm import batch_passwords
from vlm.errors import BatchUnusable

FOLDER = Path("/papers")
DOCUMENTS = [FOLDER / "a.pdf", FOLDER / "deep" / "b.pdf", FOLDER / "other" / "b.pdf"]


def written(folder: Path, content: bytes) -> Path:
    file = folder / "passwords.txt"
    file.write_bytes(content)
    return file


def test_names_and_paths_find_their_documents(tmp_path: Path) -> None:
    lines = "\ufeffa.pdf\topen  sésame \n\nb.pdf\tone\ndeep/b.pdf\ttwo\twords\nnone.pdf\tx\n"
    found = batch_passwords.read(written(tmp_path, lines.encode()), FOLDER, DOCUMENTS)
    assert found.by_path == {
        "/papers/a.pdf": "open  sésame ",
        "/papers/deep/b.pdf": "two\twords",
        "/papers/other/b.pdf": "one",
    }
    assert found.unknown == ("none.pdf",)
    assert "sésame" not in repr(found)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"a.pdf\tx\nb.pdf geheim\n", "Line 2"), (b"\xff\xfegeheim", "UTF-8"), (None, "cannot be")],
)
def test_what_cannot_be_used_is_told_without_the_password(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "none" if content is None else written(tmp_path, content)
    with pytest.raises(BatchUnusable) as raised:
        batch_passwords.read(file, FOLDER, DOCUMENTS)
    assert said in str(raised.value)
    assert "geheim" not in str(raised.value)
