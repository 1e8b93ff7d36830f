import json
from pathlib import Path

from PIL import Image

from pretrain import curves


def test_runs_follow_each_other(tmp_path: Path) -> None:
    for name in ("a", "b"):
        rows = [{"stage": name, "minutes": float(minute), "answer": 1.0} for minute in (1, 2)]
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)))
    line = curves.read([tmp_path / "a", tmp_path / "b"])["answer"]
    assert [x for x, _ in line.points] == [1, 2, 3, 4]
    curves.draw([tmp_path / "a", tmp_path / "b"], tmp_path / "picture.png")
    with Image.open(tmp_path / "picture.png") as picture:
        size = picture.size
    assert size == (760, 660)


def test_many_points_are_averaged() -> None:
    points = [(float(index), 1.0) for index in range(1000)]
    assert len(curves.smooth(points)) <= 70
