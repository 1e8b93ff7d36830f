from __future__ import annotations

import os
import sys

import pytest

from vlm.pages import canvas

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no such memory")


def test_closing_again_closes_no_other_file() -> None:
    made = canvas.create()
    assert made is not None
    number = made.descriptor
    made.close()
    other = os.open(os.devnull, os.O_RDONLY)
    try:
        assert other == number, "the system gives the lowest free number"
        made.close()
        os.fstat(other)
    finally:
        os.close(other)
