"""Looks examples over before tuning: what speaks against it, and what exactly would be taught."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from finetune.split import LEAST, Split
from finetune.types import Example, Refusal, Side
from vlm.question_sets import plain
from vlm.types import Value


class PreviewRow(Value, frozen=True):
    """One example as it would be taught; tokens are text tokens, pictures cost extra."""

    id: str
    side: Side
    question: str
    answer: str
    question_tokens: int
    answer_tokens: int


class Preview(Value, frozen=True):
    """Everything that would be taught and measured, with the totals."""

    rows: tuple[PreviewRow, ...]
    answer_tokens: int
    negatives: int

    def count(self, side: Side) -> int:
        """Return how many rows stand on a side."""
        return sum(row.side == side for row in self.rows)


def refusals(
    examples: Sequence[Example],
    split: Split,
    answer_tokens: Callable[[str], int],
    longest_answer: int,
) -> tuple[Refusal, ...]:
    """Return what speaks against tuning on these examples, nothing when they are fine.

    Args:
        examples: All examples of the split.
        split: Their sides.
        answer_tokens: Counts the tokens of an answer as the model writes it.
        longest_answer: Tokens the model may write for one answer.
    """
    found: list[Refusal] = []
    found += _too_few(split)
    found += _contradictions(examples)
    found += _too_long(examples, answer_tokens, longest_answer)
    if examples and all(example.kind == "negative" for example in examples):
        found.append(
            Refusal(
                "nothing_to_learn",
                "Every example says that the answer is not on the page.",
                "Add examples with an answer.",
            )
        )
    return tuple(found)


def preview(examples: Iterable[Example], split: Split, count: Callable[[str], int]) -> Preview:
    """Return exactly what would be taught and measured, in the order given.

    Args:
        examples: All examples; those on no side are left out.
        split: Their sides.
        count: Counts the tokens of a text.
    """
    sides = split.sides
    chosen = [example for example in examples if example.id in sides]
    rows = tuple(
        PreviewRow(
            example.id,
            sides[example.id],
            example.question,
            example.answer,
            count(example.question),
            count(example.answer),
        )
        for example in chosen
    )
    negatives = sum(example.kind == "negative" for example in chosen)
    return Preview(rows, sum(row.answer_tokens for row in rows), negatives)


def _too_few(split: Split) -> list[Refusal]:
    learn, held = split.train_documents, split.held_out_documents
    if learn >= LEAST and held >= LEAST:
        return []
    missing = max(0, LEAST - learn) + max(0, LEAST - held)
    noun = "document" if missing == 1 else "documents"
    return [
        Refusal(
            "too_few_documents",
            f"Training needs {LEAST} different documents to learn from and {LEAST} more to be "
            f"measured on; now it would learn from {learn} and be measured on {held}. Copies of a "
            "document count once.",
            f"Add examples from {missing} more {noun}.",
        )
    ]


def _contradictions(examples: Sequence[Example]) -> list[Refusal]:
    """Find one question about one place with answers that share no spelling."""
    asked: dict[tuple[object, ...], list[Example]] = defaultdict(list)
    for example in examples:
        page = example.page
        place = (example.document, page.page, page.rotation, example.box)
        asked[*place, plain(example.question)].append(example)
    found: list[Refusal] = []
    for same in asked.values():
        spellings = [{plain(answer) for answer in example.answers} for example in same]
        if set.intersection(*spellings):
            continue
        first = same[0]
        pairs = zip(same, spellings, strict=True)
        other = next((e for e, spelt in pairs if not spelt & spellings[0]), same[-1])
        found.append(
            Refusal(
                "contradiction",
                f"“{first.question}” has two answers for the same place: "
                f"“{first.answer}” and “{other.answer}”.",
                "Correct or remove one of them.",
                tuple(example.id for example in same),
            )
        )
    return found


def _too_long(
    examples: Sequence[Example], answer_tokens: Callable[[str], int], longest: int
) -> list[Refusal]:
    return [
        Refusal(
            "answer_too_long",
            f"The answer “{example.answer[:60]}” is {tokens} tokens long; "
            f"the model can say {longest}.",
            "Shorten the answer, or ask for one part of it.",
            (example.id,),
        )
        for example in examples
        if (tokens := answer_tokens(example.answer)) > longest
    ]
