"""The shipped model's vocabulary: one token for each character, bytes for everything else.

A character-level vocabulary makes reading an alignment of one answer token to one place on the
page, which a small model learns far sooner than it learns a subword vocabulary. Digits are single
by construction.
"""

from tokenizers import Tokenizer, decoders
from tokenizers.models import BPE
from transformers import PreTrainedTokenizerFast

PAD, USER, ASSISTANT = "<pad>", "<|user|>", "<|assistant|>"
IMAGE, FAKE, END = "<image>", "<fake_token_around_image>", "<end_of_utterance>"
VIEW_MARKERS = (
    "<|top_left|>",
    "<|top_right|>",
    "<|bottom_left|>",
    "<|bottom_right|>",
    "<|whole|>",
)
"""In the order in which the five views of a split page are passed."""

SPECIALS = (PAD, END, USER, ASSISTANT, IMAGE, FAKE, *VIEW_MARKERS)

ALPHABET = (
    "\n "
    + "".join(map(chr, range(0x21, 0x7F)))
    + "ÄÖÜäöüßÀÂÆÇÉÈÊËÎÏÔŒÙÛàâæçéèêëîïôœùûáíóúñåøØ"
    + "€£§°²³½·•«»–—„“”‘’©®№µ×±"
)
"""Characters with a token of their own; their order fixes the ids of every shipped checkpoint."""

CHARACTERS = "".join(dict.fromkeys(ALPHABET))
CLASS_OF = {character: index + 1 for index, character in enumerate(CHARACTERS)}
"""Class of a character for the dense heads; class 0 means "nothing here"."""

CLASSES = len(CHARACTERS) + 1

CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{%- if message['role'] == 'assistant' -%}<|assistant|>{%- else -%}<|user|>{%- endif -%}"
    "{%- if message['content'] is string -%}{{ message['content'] }}"
    "{%- else -%}"
    "{%- set images = message['content'] | selectattr('type', 'equalto', 'image')"
    " | list | length -%}"
    "{%- set place = namespace(index=0) -%}"
    "{%- for part in message['content'] -%}"
    "{%- if part['type'] == 'image' -%}"
    "{%- if images == 5 -%}"
    "{{ ['<|top_left|>', '<|top_right|>', '<|bottom_left|>', '<|bottom_right|>', '<|whole|>']"
    "[place.index] }}"
    "{%- else -%}<|whole|>{%- endif -%}"
    "<image>"
    "{%- set place.index = place.index + 1 -%}"
    "{%- if place.index == images -%}{{ '\\n' }}{%- endif -%}"
    "{%- else -%}{{ part['text'] }}{%- endif -%}"
    "{%- endfor -%}"
    "{%- endif -%}"
    "<end_of_utterance>"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"
)
"""One user turn: ``<|user|><|whole|><image>\\nquestion<end_of_utterance><|assistant|>``.

Five images in a message are taken as the five views of one split page, in the order of
:data:`VIEW_MARKERS`; any other number of images are whole images.
"""


def build() -> PreTrainedTokenizerFast:
    """Make the tokenizer from nothing; the same ids on every machine."""
    pieces = [*SPECIALS, *(f"<0x{byte:02X}>" for byte in range(256)), *CHARACTERS]
    core = Tokenizer(
        BPE(
            vocab={piece: index for index, piece in enumerate(pieces)},
            merges=[],
            byte_fallback=True,
        )
    )
    core.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    core.add_special_tokens(list(SPECIALS))
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token=PAD,
        eos_token=END,
        additional_special_tokens=list(SPECIALS),
        padding_side="right",
        clean_up_tokenization_spaces=False,
        model_max_length=4096,
    )


def encode_text(text: str) -> list[int]:
    """Encode plain text without the library: what the drawing processes use.

    Args:
        text: any text; characters outside the alphabet become their UTF-8 bytes.

    Returns:
        The ids that :func:`build` would give for the same text.
    """
    ids: list[int] = []
    for character in text:
        place = CLASS_OF.get(character)
        if place is None:
            ids.extend(len(SPECIALS) + byte for byte in character.encode())
        else:
            ids.append(len(SPECIALS) + 256 + place - 1)
    return ids


def special(name: str) -> int:
    """Return the id of a special token."""
    return SPECIALS.index(name)


VOCABULARY = len(SPECIALS) + 256 + len(CHARACTERS)


def decode_ids(ids: list[int]) -> str:
    """Return the text of ids up to the first end of utterance; special tokens are left out."""
    raw = bytearray()
    for one in ids:
        if one == special(END):
            break
        if one >= len(SPECIALS) + 256:
            raw += CHARACTERS[one - len(SPECIALS) - 256].encode()
        elif one >= len(SPECIALS):
            raw.append(one - len(SPECIALS))
    return raw.decode("utf-8", errors="replace")
