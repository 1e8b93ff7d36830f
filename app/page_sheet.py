"""A page with its answers as a PDF: the page with numbered marks, then what was asked about it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from app.task import CancelToken
from app.viewer.geometry import box_rect, turned
from vlm import whole_file
from vlm.types import Box, PageSize, Quarter, Word

DPI = 150
"""Of the file's coordinates; the picture of the page keeps its own pixels."""
MARGIN_PT = 54.0
MARK, TAG = QColor(34, 139, 87, 70), QColor(24, 100, 62)
READ_MARK, READ_TAG = QColor(37, 99, 190, 60), QColor(29, 78, 150)
"""Of what the page's own text has, and of what was only read there, as on the screen."""
TAG_PT = 5.0
"""Small: it lies in the air above what is marked."""


@dataclass(frozen=True, slots=True)
class Said:
    """A question, its answer, what stands beside it, and where the answer stands on the page.

    `proven` where the page's own text has it there, else it was only read.
    """

    question: str
    answer: str
    beside: str
    marks: tuple[Box, ...] = ()
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is written.

    Attributes:
        title: Names the document and the page.
        image: The page as the person turned it.
        size: Of the page in points, before that turn.
        rotation: The turn, clockwise.
        said: What was asked about the page, oldest first.
        words: Of the page's text layer, in reading order: they lie below the picture, so that they
            can be selected, searched and read aloud.
    """

    title: str
    image: QImage
    size: PageSize
    rotation: Quarter
    said: tuple[Said, ...]
    words: tuple[Word, ...] = ()


def writing(file: Path, sheet: Sheet) -> Generator[Path, None, None]:
    """Write a sheet whole or not at all, off the window's thread; yields the file once it is there.

    Raises:
        OSError: If it cannot be written.
    """
    device = QBuffer()
    device.open(QIODevice.OpenModeFlag.WriteOnly)
    _draw(device, sheet)
    whole_file.write(file, bytes(device.data().data()))
    yield file


@dataclass(frozen=True, slots=True)
class Writing:
    """The work of `writing`, for `app.task`."""

    file: Path
    sheet: Sheet

    def __call__(self, token: CancelToken) -> Generator[Path, None, None]:
        return writing(self.file, self.sheet)


def _draw(device: QIODevice, sheet: Sheet) -> None:
    writer = QPdfWriter(device)
    writer.setTitle(sheet.title)
    writer.setCreator("VLM Desk")
    writer.setResolution(DPI)
    shown = turned(sheet.size, sheet.rotation)
    exact = QPageSize.SizeMatchPolicy.ExactMatch
    writer.setPageSize(
        QPageSize(QSizeF(shown.width, shown.height), QPageSize.Unit.Point, "", exact)
    )
    writer.setPageMargins(QMarginsF())
    painter = QPainter(writer)
    _draw_page(painter, QRectF(0, 0, writer.width(), writer.height()), sheet)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.newPage()
    _draw_list(painter, writer, sheet)
    painter.end()


def _draw_page(painter: QPainter, place: QRectF, sheet: Sheet) -> None:
    taken = [box_rect(word.box, place, sheet.rotation) for word in sheet.words]
    for word, rect in zip(sheet.words, taken, strict=True):
        _draw_word(painter, word.text, rect, sheet.rotation)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, sheet.image)
    for number, said in enumerate(sheet.said, start=1):
        for box in said.marks:
            rect = box_rect(box, place, sheet.rotation)
            painter.fillRect(rect, MARK if said.proven else READ_MARK)
            tag = _tag_place(rect, place, taken)
            painter.fillRect(tag, TAG if said.proven else READ_TAG)
            painter.setFont(_font(TAG_PT, bold=True))
            painter.setPen(Qt.GlobalColor.white)
            painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, str(number))
            taken.append(tag)


def _draw_word(painter: QPainter, text: str, rect: QRectF, rotation: Quarter) -> None:
    """Write a word as wide as it stands on the page, the way its line runs."""
    along, across = rect.width(), rect.height()
    if rotation in (90, 270):
        along, across = across, along
    painter.save()
    painter.translate(rect.center())
    painter.rotate(rotation)
    painter.setFont(_font(max(1.0, 0.75 * across * 72 / DPI), bold=False))
    painter.setPen(Qt.GlobalColor.white)
    metrics = QFontMetricsF(painter.font(), painter.device())
    wide = metrics.horizontalAdvance(text)
    if wide > 0:
        painter.scale(along / wide, 1)
        painter.drawText(QPointF(-wide / 2, (metrics.ascent() - metrics.descent()) / 2), text)
    painter.restore()


def _tag_place(mark: QRectF, page: QRectF, taken: Sequence[QRectF]) -> QRectF:
    """Return where a mark's number covers nothing that is written, else above its corner."""
    side = 1.4 * TAG_PT * DPI / 72
    tags = [
        QRectF(corner, QSizeF(side, side))
        for corner in (
            mark.topLeft() - QPointF(0, side),
            mark.topLeft() - QPointF(side, 0),
            mark.topRight(),
            mark.bottomLeft(),
        )
    ]
    free = (
        tag
        for tag in tags
        if page.contains(tag) and not any(tag.intersects(other) for other in taken)
    )
    return next(free, tags[0])


def _draw_list(painter: QPainter, writer: QPdfWriter, sheet: Sheet) -> None:
    margin = MARGIN_PT * DPI / 72
    room = QSizeF(writer.width() - 2 * margin, writer.height() - 2 * margin)
    document = _list(sheet)
    document.documentLayout().setPaintDevice(writer)
    document.setPageSize(room)
    for number in range(document.pageCount()):
        if number:
            writer.newPage()
        painter.save()
        painter.translate(margin, margin - number * room.height())
        document.drawContents(painter, QRectF(QPointF(0, number * room.height()), room))
        painter.restore()


def _list(sheet: Sheet) -> QTextDocument:
    """Return the questions with their answers; what comes from documents is never markup."""
    document = QTextDocument()
    document.setDocumentMargin(0)
    cursor = QTextCursor(document)
    cursor.insertText(f"{sheet.title}\n\n", _text(13, bold=True))
    for number, said in enumerate(sheet.said, start=1):
        cursor.insertText(f"{number}. {said.question}\n", _text(10, bold=True))
        cursor.insertText(f"{said.answer}\n", _text(11))
        cursor.insertText(f"{said.beside}\n\n", _text(8.5, QColor(90, 90, 90)))
    return document


def _text(points: float, colour: QColor | None = None, *, bold: bool = False) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setFont(_font(points, bold=bold))
    form.setForeground(colour or QColor(Qt.GlobalColor.black))
    return form


def _font(points: float, *, bold: bool) -> QFont:
    font = QFont()
    font.setPointSizeF(points)
    font.setBold(bold)
    font.setFeature(QFont.Tag("liga"), 0)  # else "ffi" is copied out as one letter
    return font
