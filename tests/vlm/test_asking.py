from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from tests import tiny
from vlm.asking import Draft
from vlm.decode import Token
from vlm.streaming import TextStream

Checkpoint = Callable[[tiny.Kind], Path]


def written(folder: Path, text: str) -> Draft:
    """Let a model write a text, as far as it may."""
    words = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    draft = Draft(TextStream(words))
    for token in words(text, add_special_tokens=False)["input_ids"]:
        if draft.take(Token(token, 1.0, False))[1]:
            break
    return draft


@pytest.mark.parametrize("kind", ["idefics2", "marked"])
def test_a_digit_without_end_is_cut_and_stands_once(
    checkpoint: Checkpoint, kind: tiny.Kind
) -> None:
    draft = written(checkpoint(kind), "No. 488" + "1" * 200)
    assert (draft.stop, draft.text) == ("repetition", "No. 4881")
    assert len(draft.ids) < 40


@pytest.mark.parametrize("kind", ["idefics2", "marked"])
@pytest.mark.parametrize("text", ["1000000", "SC18 SSCB 1101 0000000000001497 USD", "." * 60])
def test_real_numbers_and_dotted_lines_stay_whole(
    checkpoint: Checkpoint, kind: tiny.Kind, text: str
) -> None:
    draft = written(checkpoint(kind), text)
    assert (draft.stop, draft.text) == ("length", text)
