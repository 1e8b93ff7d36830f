"""One step of a curriculum as plain values: what is drawn, how worn, and what each loss counts."""

from dataclasses import dataclass

from pretrain.documents.views import Scope
from pretrain.documents.wear import Wear
from pretrain.reader import Weights


@dataclass(frozen=True, slots=True)
class PageMix:
    """How whole pages are shown.

    Attributes:
        quarter: columns and rows of one view in patches; the page is twice as wide and high.
        em_px: smallest and largest body text on the unsplit page.
        crop: narrowest and widest, lowest and highest crop, in patches.
        scopes: what is shown of a page; repeated entries are likelier.
    """

    quarter: tuple[int, int] = (34, 48)
    em_px: tuple[int, int] = (18, 28)
    crop: tuple[int, int, int, int] = (16, 40, 2, 8)
    scopes: tuple[Scope, ...] = (Scope.CROP, Scope.CROP, Scope.WHOLE, Scope.SPLIT, Scope.SPLIT)


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a curriculum.

    Attributes:
        name: what it is called in the curves.
        rows: heights to choose from, in patches; repeated entries are likelier.
        columns: narrowest and widest, in patches, inclusive.
        wear: how worn the crops are; repeated entries are likelier.
        weights: what each loss counts.
        gate_cer: the level is passed when random strings are read with fewer errors than this;
            None for the last level.
        noise_share: share of text that cannot be guessed.
        one_word: one short group of characters per line only.
        em_px: smallest and largest text size.
        forms_share: share of crops that are fields with a question, the rest is to be read. A batch
            has either, since questions make a sample longer.
        strips_share: share of batches that are strips of documents with questions.
        strip: heights, narrowest and widest of a strip, in patches.
        strip_em_px: its smallest and largest text size.
        absent: how often a question is one that is not answered, times the usual.
        other: share of fields that are others than the usual ones, called by any name.
        varied: how often letters are wider or narrower than their font's, see ``CropPlan``.
        more: most further questions about one crop or strip.
        tills: share of crops, and of batches of strips and pages, in a till's or an old printer's
            print.
        dry: how often such a till is out of ink.
        whitened: how often paper is made white, as the program does with scans.
        dense: share of steps that teach what is in each patch alone: three to ten times as quick,
            for fonts and wear that the encoder does not know yet.
        frozen_encoder: leave vision transformer and projection as they are; a step costs a quarter
            less while the perceiver and the decoder find their way.
        pages_share: share of batches that are pages with questions, the rest are crops.
        pages: how pages are shown.
    """

    name: str
    rows: tuple[int, ...]
    columns: tuple[int, int]
    wear: tuple[Wear, ...]
    weights: Weights
    gate_cer: float | None = None
    noise_share: float = 0.6
    one_word: bool = False
    em_px: tuple[int, int] = (14, 30)
    forms_share: float = 0.0
    strips_share: float = 0.0
    strip: tuple[tuple[int, ...], tuple[int, int]] = ((2, 3, 4, 4, 5, 6, 8), (14, 48))
    strip_em_px: tuple[int, int] = (15, 28)
    absent: float = 1.0
    other: float = 0.0
    varied: float = 0.0
    more: int = 0
    tills: float = 0.0
    dry: float = 0.0
    whitened: float = 0.0
    dense: float = 0.0
    frozen_encoder: bool = False
    pages_share: float = 0.0
    pages: PageMix = PageMix()
