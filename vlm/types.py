"""The values that cross every boundary: pages, boxes, questions, answers. Knows no library.

All are frozen. A `Box` is four fractions of the page as the document shows it, origin top-left;
only the viewer's geometry knows screen pixels and only `vlm.pages` knows render pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

DocumentKind = Literal["pdf", "image"]
EvidenceKind = Literal["crop", "page", "absent", "no_text", "nothing"]
StopReason = Literal["end", "length", "repetition", "stopped"]
Precision = Literal["automatic", "exact", "fast", "8bit"]
"""How exactly answers are computed; "automatic" gives up a little where it brings much, "fast" uses
as few bits as the device can (4 on a graphics card, 8 on a processor), "8bit" uses 8 on either."""
Quarter = Literal[0, 90, 180, 270]


class Value(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every value on a wire; unknown fields are an error."""


class Box(Value, frozen=True):
    """A part of a page: fractions of its width and height in [0, 1], origin top-left.

    Raises:
        ValueError: Unless 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1.
    """

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if not (0 <= self.x0 < self.x1 <= 1 and 0 <= self.y0 < self.y1 <= 1):
            raise ValueError(f"not a box inside the page: {self.x0, self.y0, self.x1, self.y1}")

    @property
    def width(self) -> float:
        """Width as a fraction of the page's, in (0, 1]."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height as a fraction of the page's, in (0, 1]."""
        return self.y1 - self.y0

    def contains(self, x: float, y: float) -> bool:
        """Tell whether a point (page fractions) lies inside, edges included."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def holds(self, other: Box) -> bool:
        """Tell whether the centre of `other` lies inside."""
        return self.contains((other.x0 + other.x1) / 2, (other.y0 + other.y1) / 2)


def union(boxes: Sequence[Box]) -> Box:
    """Return the smallest box that holds all of some."""
    return Box(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )


MOST_CELLS = 64
"""Rows and columns of a `HeatMap`, at most."""

WHOLE_PAGE = Box(0.0, 0.0, 1.0, 1.0)


class PageSize(Value, frozen=True):
    """A page's size in points (1/72 inch) as the document shows it; an image's at its own dpi."""

    width: float
    height: float


class Document(Value, frozen=True):
    """An opened file. Sizes of later pages are asked for when they are needed.

    `page_count` is at least 1; `first_size` is page 0's size.
    """

    path: str
    kind: DocumentKind
    page_count: int
    first_size: PageSize


class PageRef(Value, frozen=True):
    """One page of a file: `page` counts from 0; `rotation` is the person's turn, clockwise.

    A `Box` on it stays in fractions of the page before that turn.
    """

    path: str
    page: int
    rotation: Quarter = 0


class Word(Value, frozen=True):
    """A word of the text layer and where it stands on the page."""

    text: str
    box: Box


class Question(Value, frozen=True):
    """What a person asks of a page or, with `box`, of a part of it.

    With `more_pages` the model sees these pages too, whole and after `page`, in this order; `box`
    is a part of `page` alone.

    With `whole_document` the program finds the pages to read itself; `page` names the document and
    the page that the person looks at, and there is no box.

    `larger` is how many times as large as usual the print of a part is shown where its size has to
    be measured: a small model that was taught print of one size may read it better so.
    """

    text: str
    page: PageRef
    box: Box | None = None
    splitting: bool = True
    max_new_tokens: int = 256
    more_pages: tuple[PageRef, ...] = ()
    whole_document: bool = False
    larger: float = 1.0


class Evidence(Value, frozen=True):
    """Where the answer's words stand in the text layer; `boxes` are on the question's page.

    `crop`: verbatim in the part asked about; `page`: verbatim elsewhere on the page; `absent`:
    the page has a text layer without these words; `no_text`: there is no text to check against,
    and `boxes` are where the program read the words of a scan, which proves nothing;
    `nothing`: the answer says that it is not there, so that there is nothing to check.
    `page` is the one of the question's `more_pages` where the words stand; None for its `page`.
    `part` is the part of the page that the answer was read in, where the program chose it: it says
    where the model looked, and proves nothing.
    """

    kind: EvidenceKind
    boxes: tuple[Box, ...] = ()
    page: PageRef | None = None
    part: Box | None = None


class View(Value, frozen=True):
    """One image the model was given: the part of the page, its pixels, its cost.

    `width` and `height` are pixels the vision encoder saw; `dpi` is pixels per inch of page.
    `page` is the one of the question's `more_pages` that it shows; None for its `page`.
    `letters_px` is how many pixels its small letters are high, where that was measured, else 0.
    `tidied`: drawn on white paper, without slices of neighbouring lines; see `vlm.tidying`.
    `outline` is set where it was laid flat or turned to be read: where its corners are on the page,
    x and y of each as fractions, from its own top left one clockwise; all of it is in `box`.
    """

    name: str
    box: Box
    width: int
    height: int
    dpi: float
    visual_tokens: int
    page: PageRef | None = None
    letters_px: float = 0.0
    tidied: bool = False
    outline: tuple[float, ...] = ()


class HeatMap(Value, frozen=True):
    """How much a model looked at each cell of a grid over `box`, a part of the page upright.

    `levels` are 0 to 255, row by row from the top left; 1 to 64 rows and columns. `page` as in
    `View`.

    Raises:
        ValueError: Unless there is one level in that range for each cell.
    """

    box: Box
    rows: int
    columns: int
    levels: tuple[int, ...]
    page: PageRef | None = None

    def __post_init__(self) -> None:
        if not (0 < self.rows <= MOST_CELLS and 0 < self.columns <= MOST_CELLS):
            raise ValueError(f"no grid of {self.rows} by {self.columns} cells")
        if len(self.levels) != self.rows * self.columns or not all(
            0 <= level <= 255 for level in self.levels
        ):
            raise ValueError("the levels do not fit the grid")


class Timings(Value, frozen=True):
    """Seconds of each part of one answer; `tokens_per_second` counts tokens after the first."""

    open: float = 0.0
    render: float = 0.0
    encode: float = 0.0
    prefill: float = 0.0
    first_token: float = 0.0
    total: float = 0.0
    tokens_per_second: float = 0.0


class PageAnswer(Value, frozen=True):
    """What one page of a document answered; `page` counts from 0, `evidence` is on that page.

    `useful` is False when the model said that the page does not have it. `fit` in [0, 1] says how
    well the page's words suit the question, beside the page that suits it best.
    """

    page: int
    text: str
    confidence: float
    evidence: Evidence
    useful: bool = True
    fit: float = 1.0


class PagesRead(Value, frozen=True):
    """How an answer was found in a whole document.

    `pages` are those that the model read, the best first; of `searched` pages the words were
    known, so that the ones to read could be chosen among them.
    """

    page_count: int
    searched: int
    pages: tuple[PageAnswer, ...]

    @property
    def unread(self) -> int:
        """How many pages the model did not read."""
        return self.page_count - len(self.pages)

    @property
    def found(self) -> bool:
        """Whether any page answered."""
        return any(page.useful for page in self.pages)


class Unsure(Value, frozen=True):
    """A word of an answer that the model doubted: `text[start:end]`.

    `probability` in [0, 1] is what the model gave the whole word.
    """

    start: int
    end: int
    probability: float


class Answer(Value, frozen=True):
    """A finished answer. `confidence` in [0, 1] is the geometric mean probability of its tokens.

    It is -1 when a server does not tell. `unsure` are the words that the model doubted, in order.
    `read` is there for a question to a whole document: the answer is then that of its first page,
    and `evidence` and `views` are of that page.
    """

    text: str
    confidence: float
    evidence: Evidence
    stop: StopReason
    model: str
    adapter: str | None
    visual_tokens: int
    effective_dpi: float
    timings: Timings
    views: tuple[View, ...] = ()
    read: PagesRead | None = None
    unsure: tuple[Unsure, ...] = ()


class Server(Value, frozen=True):
    """An OpenAI-compatible server that a person named, and agreed to send pages to.

    `address` is as `vlm.remote_address` gives it; `model` is "" for the only one it has. The key
    stays out of every log: it is left out when this value is written as text.
    """

    address: str
    model: str = ""
    key: str = ""

    def __repr__(self) -> str:
        return f"Server({self.address!r}, {self.model!r})"


class ModelInfo(Value, frozen=True):
    """A loaded model in words a person can read, and the limits the window needs to know.

    `small` marks the model that ships with the program. `reason` says why this device and dtype.
    `elsewhere` are graphics cards, as CUDA names them, on which the same model could answer too.
    """

    name: str
    folder: str
    family: str
    parameters: int
    device: str
    dtype: str
    reason: str
    splits: bool
    small: bool = False
    adapter: str | None = None
    elsewhere: tuple[str, ...] = ()
