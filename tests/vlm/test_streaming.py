from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from tests import tiny
from vlm.streaming import TextStream

Checkpoint = Callable[[tiny.Kind], Path]


def tokenizer(folder: Path) -> Any:
    return AutoTokenizer.from_pretrained(str(folder), local_files_only=True)


@pytest.mark.parametrize("kind", ["idefics2", "marked"])
@pytest.mark.parametrize("text", ["Total 12.50", "größer 5 € – 漢字 🙂 end", "a\nb", "🙂"])
def test_pieces_add_up_to_the_text(checkpoint: Checkpoint, kind: tiny.Kind, text: str) -> None:
    words = tokenizer(checkpoint(kind))
    stream = TextStream(words)
    ids = words(text, add_special_tokens=False)["input_ids"]
    pieces = [stream.add(token) for token in ids] + [stream.rest()]
    assert "".join(pieces) == stream.text == text
    assert not any("\ufffd" in piece for piece in pieces)


def test_blanks_before_an_answer_are_dropped(checkpoint: Checkpoint) -> None:
    words = tokenizer(checkpoint("idefics2"))
    stream = TextStream(words)
    for token in words("  \n Yes", add_special_tokens=False)["input_ids"]:
        stream.add(token)
    assert stream.text == "Yes"


def test_an_unfinished_character_comes_with_the_rest(checkpoint: Checkpoint) -> None:
    words = tokenizer(checkpoint("idefics2"))
    stream = TextStream(words)
    cut = words("a🙂", add_special_tokens=False)["input_ids"][:-1]
    assert [stream.add(token) for token in cut] == ["a", "", "", ""]
    assert stream.rest() == "\ufffd"
