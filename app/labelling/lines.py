"""Rows and documents as entries of a list."""

from __future__ import annotations

from app.labelling import words
from app.labelling.line_list import Line
from app.labelling.values import RowItem
from app.labelling.work import Paper


def row_line(number: int, row: RowItem, current: str) -> Line:
    """Return a row as an entry; `current` is the id of the one being corrected."""
    example = row.example
    return Line(
        example.id,
        example.answer,
        example.question,
        tag=str(number),
        faint=row.pending,
        current=example.id == current,
        spoken=words.spoken_row(example, row.pending),
    )


def paper_line(number: int, paper: Paper, labelled: int, current: str) -> Line:
    """Return a document as an entry; `current` is the path of the one in front."""
    return Line(
        paper.path,
        words.name(paper.path),
        words.paper_state(paper, labelled),
        tag=str(number),
        done=0 < paper.pages <= labelled,
        faint=not labelled,
        current=paper.path == current,
    )
