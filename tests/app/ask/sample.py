"""Questions, answers and pages that the tests of asking share."""

from dataclasses import dataclass

from app.pages import PageService
from vlm.types import (
    Answer,
    Box,
    Document,
    Evidence,
    ModelInfo,
    PageRef,
    PageSize,
    Question,
    StopReason,
    Timings,
    View,
    Word,
)

PATH = "/documents/Invoice.pdf"
DOCUMENT = Document(PATH, "pdf", 3, PageSize(600, 800))
PAGE = PageRef(PATH, 1)
BOX = Box(0.1, 0.1, 0.5, 0.3)
WHOLE = Question("What is the total?", PAGE)
CROPPED = Question("What is the date?", PAGE, BOX)
VIEWS = (
    View("top left", Box(0.0, 0.0, 0.5, 0.5), 210, 280, 50.0, 64),
    View("whole", Box(0.0, 0.0, 1.0, 1.0), 210, 280, 25.0, 64),
)
MODEL = ModelInfo("Reader <b>2</b>", "/models/reader", "idefics3", 9, "cpu", "float32", "", True)


def answer(
    text: str = "84.50",
    confidence: float = 0.95,
    found: Evidence | None = None,
    stop: StopReason = "end",
) -> Answer:
    return Answer(
        text=text,
        confidence=confidence,
        evidence=found or Evidence("crop", (BOX,)),
        stop=stop,
        model="Reader",
        adapter=None,
        visual_tokens=320,
        effective_dpi=168.0,
        timings=Timings(total=1.42, first_token=0.8),
        views=VIEWS,
    )


@dataclass(frozen=True)
class Grey:
    width: int
    height: int
    data: bytes


class GreyPages:
    """Pages of one size, drawn in grey."""

    def open(self, path: str, password: str | None = None) -> Document:
        return Document(path, "pdf", 3, PageSize(600, 800))

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        return (PageSize(600, 800),) * count

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Grey:
        return Grey(width, height, b"\x80" * (width * height * 3))

    def words(self, page: PageRef) -> tuple[Word, ...]:
        return ()

    def close(self, path: str) -> None:
        pass

    def stop(self) -> None:
        pass


def grey_pages() -> PageService:
    return PageService(GreyPages())
