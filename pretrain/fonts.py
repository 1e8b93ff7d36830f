"""Which fonts the documents are drawn in, and which of them are held out for measuring.

Fonts are never committed in bulk: ``collect`` copies the free ones installed on this machine into
one folder (checked against their licence texts), and that folder travels with the training job.
"""

import logging
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

log = logging.getLogger(__name__)

FONT_ROOTS = (Path("/usr/share/fonts"), Path("/usr/share/texmf/fonts/opentype"))
DOC_ROOT = Path("/usr/share/doc")

FREE_LICENCE = re.compile(
    r"Open Font License|OFL-1\.1|Apache License|Apache-2\.0|Bitstream Vera|GUST Font License"
    r"|font exception|LIBERATION font software|GUST-FONT-LICENSE|Ubuntu Font Licence"
    r"|public domain|LPPL",
    re.IGNORECASE,
)
"""What a licence text must name for its fonts to be drawn with."""

FAMILIES: dict[str, str] = {
    "DejaVuSans": "fonts-dejavu-core",
    "DejaVuSans-Bold": "fonts-dejavu-core",
    "DejaVuSerif": "fonts-dejavu-core",
    "DejaVuSansMono": "fonts-dejavu-core",
    "LiberationSans-Regular": "fonts-liberation",
    "LiberationSans-Bold": "fonts-liberation",
    "LiberationSerif-Regular": "fonts-liberation",
    "LiberationSerif-Bold": "fonts-liberation",
    "LiberationMono-Regular": "fonts-liberation",
    "LiberationSansNarrow-Regular": "fonts-liberation",
    "Carlito-Regular": "fonts-crosextra-carlito",
    "Carlito-Bold": "fonts-crosextra-carlito",
    "Caladea-Regular": "fonts-crosextra-caladea",
    "Lato-Regular": "fonts-lato",
    "Lato-Medium": "fonts-lato",
    "OpenSans-Regular": "fonts-open-sans",
    "OpenSans-Semibold": "fonts-open-sans",
    "NotoSans-Regular": "fonts-noto-core",
    "NotoSans-Bold": "fonts-noto-core",
    "NotoSerif-Regular": "fonts-noto-core",
    "FreeSans": "fonts-freefont-ttf",
    "FreeSerif": "fonts-freefont-ttf",
    "Courier Prime": "fonts-courier-prime",
    "Cabin-Regular": "fonts-cabin",
    "EBGaramond12-Regular": "fonts-ebgaramond",
    "Hack-Regular": "fonts-hack",
    "ComicNeue-Regular": "fonts-comic-neue",
    "texgyreheros-regular": "fonts-texgyre",
    "texgyretermes-regular": "fonts-texgyre",
    "texgyrepagella-regular": "fonts-texgyre",
    "TerminusTTF-4.46.0": "fonts-terminus",
    "3270-Regular": "fonts-3270",
    "3270Condensed-Regular": "fonts-3270",
    "DotGothic16-Regular": "fonts-dotgothic16",
    "Anonymous Pro": "fonts-anonymous-pro",
    "OCRB": "fonts-ocr-b",
    "JetBrainsMono-Regular": "fonts-jetbrains-mono",
    "LeagueMono-Condensed": "fonts-league-mono",
    "DancingScript-Regular": "fonts-dancingscript",
    "Humor-Sans": "fonts-humor-sans",
    "Breip": "fonts-breip",
}
"""File stem to Debian package: the fonts that training draws with; the last three look written."""

SPARE = "DejaVuSans"
"""Draws the characters that another font does not have, as browsers do."""

HELD_OUT: dict[str, str] = {
    "Roboto-Regular": "fonts-roboto-unhinted",
    "Cantarell-Regular": "fonts-cantarell",
    "texgyreschola-regular": "fonts-texgyre",
    "Inconsolata": "fonts-inconsolata",
    "Gentium-R": "fonts-sil-gentium",
    "LinLibertine_R": "fonts-linuxlibertine",
    "dkg": "fonts-dkg-handwriting",
}
"""Fonts that training never sees; scores on "unseen fonts" are measured with these."""


NO_CHARACTER = "\uffff"


@lru_cache(maxsize=512)
def _signs(path: Path | None) -> tuple[ImageFont.FreeTypeFont, bytes, bytes]:
    """Return a font with what it draws for a space and for "no such character"."""
    face = _opened(path, 32)
    return face, drawn(face, " "), drawn(face, NO_CHARACTER)


@lru_cache(maxsize=2**16)
def _lacks(path: Path | None, character: str) -> bool:
    """Whether a font has no sign for a character; asked for every letter of every drawing."""
    face, space, missing = _signs(path)
    found = drawn(face, character)
    return (bool(character.strip()) and found == space) or found == missing


def drawn(face: ImageFont.FreeTypeFont, character: str) -> bytes:
    """Return the pixels of a small sheet on which a character was drawn."""
    sheet = Image.new("L", (64, 64))
    ImageDraw.Draw(sheet).text((8, 44), character, fill=255, font=face, anchor="ls")
    return sheet.tobytes()


def _opened(path: Path | None, em_px: int) -> ImageFont.FreeTypeFont:
    """Load a font, without kerning by a layout library."""
    if path is None:
        font = ImageFont.load_default(em_px)
        if not isinstance(font, ImageFont.FreeTypeFont):
            raise RuntimeError("this Pillow was built without FreeType")
        return font
    return ImageFont.truetype(str(path), em_px, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True, slots=True)
class FontFile:
    """One font file and the name scores are reported under.

    Attributes:
        name: the file's stem.
        path: the file, or None for the small font that Pillow carries inside itself.
        spare: the file of the font for characters that this one lacks, if any.
        capitals: it has no small letters, as many a till's printer.
    """

    name: str
    path: Path | None
    spare: Path | None = None
    capitals: bool = False

    def printed(self, text: str) -> str:
        """Return text as the font prints it, of the same length: small letters or capitals."""
        if not self.capitals:
            return text
        return "".join(one.upper() if len(one.upper()) == 1 else one for one in text)

    def lacks(self, character: str) -> bool:
        """Whether the font draws its own sign for "no such character" instead, or nothing."""
        return _lacks(self.path, character)

    def other(self) -> "FontFile":
        """Return the font for what this one lacks: itself when there is no other."""
        return self if self.spare is None else FontFile(SPARE, self.spare)

    def at(self, em_px: int) -> ImageFont.FreeTypeFont:
        """Load the font at ``em_px`` pixels per em, without kerning by a layout library."""
        return _opened(self.path, em_px)


@dataclass(frozen=True, slots=True)
class FontSet:
    """Fonts for training and fonts kept away from it."""

    seen: tuple[FontFile, ...]
    held_out: tuple[FontFile, ...]


def _licence_of(package: str) -> str:
    return (DOC_ROOT / package / "copyright").read_text(encoding="utf-8", errors="replace")


def _installed() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(file for root in FONT_ROOTS for file in root.rglob("*")):
        if path.suffix.lower() in {".ttf", ".otf"}:
            found.setdefault(path.stem, path)
    return found


def collect(folder: Path) -> list[str]:
    """Copy the listed fonts that are installed here into ``folder``, with their licences.

    Args:
        folder: created when missing; gets ``seen/``, ``held_out/`` and ``licences/``.

    Returns:
        The names of the fonts that were skipped: not installed, or their licence not recognised.
    """
    installed = _installed()
    skipped = []
    for kind, families in (("seen", FAMILIES), ("held_out", HELD_OUT)):
        target = folder / kind
        target.mkdir(parents=True, exist_ok=True)
        for stem, package in families.items():
            copyright_file = DOC_ROOT / package / "copyright"
            if stem not in installed or not copyright_file.exists():
                skipped.append(stem)
                continue
            if not FREE_LICENCE.search(_licence_of(package)):
                log.warning("%s: licence of %s not recognised, left out", stem, package)
                skipped.append(stem)
                continue
            (folder / "licences").mkdir(exist_ok=True)
            shutil.copyfile(copyright_file, folder / "licences" / f"{package}.txt")
            shutil.copyfile(installed[stem], target / installed[stem].name)
    return skipped


def _files(folder: Path, spare: Path | None) -> Iterator[FontFile]:
    for path in sorted(folder.glob("*")):
        if path.suffix.lower() in {".ttf", ".otf"}:
            yield FontFile(path.stem, path, spare)


def load(folder: Path | None) -> FontSet:
    """Read a folder written by :func:`collect`; None means Pillow's own font, for tests.

    Raises:
        FileNotFoundError: the folder holds no fonts to train with.
    """
    if folder is None:
        own = (FontFile("pillow-default", None),)
        return FontSet(own, own)
    spare = next((folder / "seen").glob(f"{SPARE}.*"), None)
    seen = tuple(_files(folder / "seen", spare))
    held_out = tuple(_files(folder / "held_out", spare))
    if not seen:
        raise FileNotFoundError(f"{folder} holds no fonts; run `python -m pretrain fonts` first")
    return FontSet(seen, held_out or seen)
