from pathlib import Path

from app.recent import LENGTH, RecentFiles


def test_the_newest_comes_first_and_nothing_twice(tmp_path: Path) -> None:
    recent = RecentFiles(tmp_path / "recent.json")
    for name in ("a", "b", "a"):
        recent.add(f"/{name}.pdf")
    assert RecentFiles(tmp_path / "recent.json").files == ("/a.pdf", "/b.pdf")


def test_the_list_stays_short(tmp_path: Path) -> None:
    recent = RecentFiles(tmp_path / "recent.json")
    for number in range(LENGTH + 5):
        recent.add(f"/{number}.pdf")
    assert len(recent.files) == LENGTH
    assert recent.files[0] == f"/{LENGTH + 4}.pdf"


def test_files_can_be_forgotten(tmp_path: Path) -> None:
    recent = RecentFiles(tmp_path / "recent.json")
    recent.add("/a.pdf")
    recent.add("/b.pdf")
    recent.remove("/a.pdf")
    assert recent.files == ("/b.pdf",)
    recent.clear()
    assert RecentFiles(tmp_path / "recent.json").files == ()


def test_a_broken_list_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "recent.json").write_bytes(b'{"no": "list"}')
    assert RecentFiles(tmp_path / "recent.json").files == ()
    assert (tmp_path / "recent.json.broken").exists()
