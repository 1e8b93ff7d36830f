import pytest
from transformers import PreTrainedTokenizerFast

from pretrain import tokenizer


@pytest.fixture(scope="module")
def built() -> PreTrainedTokenizerFast:
    return tokenizer.build()


TEXTS = ["Total: 12.40", "Grüße  aus\nKöln, ça va?", "€ 漢字 \U0001f600 ẞ", "a<b>c", ""]


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back(built: PreTrainedTokenizerFast, text: str) -> None:
    assert built.decode(built(text)["input_ids"]) == text


@pytest.mark.parametrize("text", TEXTS)
def test_plain_encoding_gives_the_same_ids(built: PreTrainedTokenizerFast, text: str) -> None:
    assert built(text)["input_ids"] == tokenizer.encode_text(text)
    assert tokenizer.decode_ids(tokenizer.encode_text(text)) == text


def test_digits_and_letters_are_single_tokens(built: PreTrainedTokenizerFast) -> None:
    assert len(built("2026ABCß")["input_ids"]) == 8


def test_markers_have_their_own_ids(built: PreTrainedTokenizerFast) -> None:
    for name in tokenizer.SPECIALS:
        assert built.convert_tokens_to_ids(name) == tokenizer.special(name)
    assert len(built) == tokenizer.VOCABULARY


def test_decoding_stops_at_the_end_of_utterance() -> None:
    ids = [*tokenizer.encode_text("ab"), tokenizer.special(tokenizer.END), 300]
    assert tokenizer.decode_ids(ids) == "ab"
