"""Damaged documents always end in values or in sentences."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.vlm.pages import samples
from vlm.errors import DeskError
from vlm.pages import pdf, words
from vlm.pages.client import PageClient
from vlm.pages.picture import PicturePages
from vlm.types import WHOLE_PAGE, Box, PageRef

Edit = tuple[float, int, bytes]
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=6
)
PDF = samples.pdf(pages=2)
PICTURES = {
    kind: samples.encoded(Image.effect_noise((40, 30), 60).convert("RGB"), kind)
    for kind in ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
}
SURE = settings(
    max_examples=150,
    derandomize=True,  # a document that hangs MuPDF must not turn up in someone else's change
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def damaged(data: bytes, edits: list[Edit]) -> bytes:
    """Replace some bytes at some places by others."""
    for where, length, new in edits:
        at = int(where * len(data))
        data = data[:at] + new + data[at + length :]
    return data


def test_the_undamaged_ones_are_fine() -> None:
    assert len(list(pdf.PdfPages(memoryview(PDF), "a.pdf", None).words(1))) == 3
    for data in PICTURES.values():
        assert len(PicturePages(io.BytesIO(data), "a").draw(0, WHOLE_PAGE, 4, 3, 0)) == 36


@SURE
@given(EDITS)
def test_a_damaged_pdf(edits: list[Edit]) -> None:
    with contextlib.suppress(DeskError):
        pages = pdf.PdfPages(memoryview(damaged(PDF, edits) or b" "), "a.pdf", None)
        for page in range(pages.count):
            size = pages.size(page)
            assert min(size.width, size.height) > 0
            assert len(pages.draw(page, WHOLE_PAGE, 20, 10, 90)) == 600
            words.clean(pages.words(page))


@SURE
@given(st.sampled_from(sorted(PICTURES)), EDITS)
@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's words about damaged tags
def test_a_damaged_picture(kind: str, edits: list[Edit]) -> None:
    with contextlib.suppress(DeskError):
        pages = PicturePages(io.BytesIO(damaged(PICTURES[kind], edits)), "a.png")
        for page in range(min(pages.count, 3)):
            size = pages.size(page)
            assert min(size.width, size.height) > 0
            assert len(pages.draw(page, Box(0.1, 0.2, 0.9, 0.7), 8, 6, 270)) == 144


@settings(SURE, max_examples=8)
@given(EDITS, st.sampled_from((PDF, *PICTURES.values())))
def test_any_damaged_file_through_the_process(
    client: PageClient, tmp_path: Path, edits: list[Edit], data: bytes
) -> None:
    path = samples.saved(tmp_path, "a.pdf", damaged(data, edits))
    with contextlib.suppress(DeskError):
        document = client.open(path)
        assert len(client.sizes(path, 0, 3)) == min(3, document.page_count)
        assert len(client.render(PageRef(path, 0), WHOLE_PAGE, 20, 10).data) == 600
        client.words(PageRef(path, 0))
