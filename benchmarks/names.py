"""How often the value at a label is the answer, with and without names learned from corrections.

Names are learned on some documents of a list and tried on the others, by the words of their text
layers alone: no model is loaded. What a person gets of it, see ``benchmarks.tuning_trial``.

How long learning takes with many documents is seen with copies of them that have other digits.

Run: ``python -m benchmarks.names ROWS.jsonl [--documents 12] [--seed 1] [--copies 0]``.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from finetune import names
from finetune.shown_pages import Shown
from vlm import scoring
from vlm.errors import DeskError
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.page_values import page_values
from vlm.pages.client import PageClient
from vlm.spellings import accepted
from vlm.types import PageRef, Word


def main() -> None:
    """Learn, print what was learned, and a table of a line for each question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path, metavar="ROWS")
    parser.add_argument("--documents", type=int, default=12, help="to learn from")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--copies", type=int, default=0, help="of each that is learned from")
    arguments = parser.parse_args()
    shown = _shown(arguments.rows)
    documents = sorted({one.document for one in shown})
    random.Random(arguments.seed).shuffle(documents)
    taught = set(documents[: arguments.documents])
    rows = [one for one in shown if one.document in taught]
    rows += [_copy(one, number) for number in range(arguments.copies) for one in rows]
    begun = time.process_time()
    learned = names.learn(rows)
    seconds = time.process_time() - begun
    count = len({one.document for one in rows})
    print(f"{seconds:.1f} s of processor time for {len(rows)} questions of {count} documents")
    print(*learned.sentences, sep="\n")
    asked: dict[str, list[Shown]] = defaultdict(list)
    for one in shown:
        if one.document not in taught:
            asked[one.question].append(one)
    for question, some in asked.items():
        before, after = (_right(some, known) for known in (NO_NAMES, learned))
        print(f"{question:<50} {before:>3} -> {after:>3} of {len(some)}")


def _shown(file: Path) -> list[Shown]:
    """Return the rows of a list with the words of their pages; scans have none."""
    rows: list[dict[str, Any]] = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    found: list[Shown] = []
    with PageClient() as pages:
        for row in rows:
            beside = file.parent / row["file"]
            path = str((beside if beside.exists() else file.parent.parent / row["file"]).resolve())
            try:
                pages.open(path)
                words = pages.words(PageRef(path, int(row.get("page", 0))))
            except DeskError:
                continue
            found.append(Shown(path, row["question"], tuple(row["answers"]), words))
    return found


def _copy(one: Shown, number: int) -> Shown:
    """Return a question about a document that is the same but for its digits."""
    digits = list("0123456789")
    random.Random(f"{one.document} {number}").shuffle(digits)
    other = str.maketrans("0123456789", "".join(digits))
    answers = tuple(answer.translate(other) for answer in one.answers)
    words = tuple(Word(word.text.translate(other), word.box) for word in one.words)
    return Shown(f"{one.document} {number}", one.question, answers, words, one.misread)


def _right(some: Sequence[Shown], learned: LearnedNames) -> int:
    """Count the questions of which the likeliest value at a label is the answer."""
    count = 0
    for one in some:
        found = page_values(one.question, one.words, learned)
        text = found[0].text if found else ""
        count += scoring.exact(text, accepted(text, one.answers))
    return count


if __name__ == "__main__":
    main()
