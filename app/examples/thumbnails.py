"""The small pictures of a list of examples: asked for once, when one is looked at, and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtGui import QImage, QPixmap

KEPT = 200


class Thumbnails:
    """Pictures by the id of their example; those not looked at for longest go first.

    Args:
        wanted: Called with the id of a picture that is looked at but not here.
    """

    def __init__(self, wanted: Callable[[str], object]) -> None:
        self._wanted = wanted
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._asked: set[str] = set()

    def get(self, id: str) -> QPixmap | None:
        """Return a picture; None when it is not here yet, then it is asked for, once."""
        found = self._kept.get(id)
        if found is not None:
            self._kept.move_to_end(id)
        elif id not in self._asked:
            self._asked.add(id)
            self._wanted(id)
        return found

    def put(self, id: str, image: QImage) -> None:
        """Keep a picture that was asked for."""
        self._asked.discard(id)
        self._kept[id] = QPixmap.fromImage(image)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def ask_again(self) -> None:
        """Give up those that were asked for and have not come; who looks asks anew."""
        self._asked.clear()
