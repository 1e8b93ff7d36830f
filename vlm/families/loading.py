"""The parts of a processor, each loaded on its own: no torchvision, no video, no code from disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transformers import AutoImageProcessor, AutoTokenizer


def image_processor(folder: Path) -> Any:
    """Load the image processor in its Pillow form, so that results do not depend on extras."""
    return AutoImageProcessor.from_pretrained(
        str(folder), backend="pil", local_files_only=True, trust_remote_code=False
    )


def tokenizer(folder: Path) -> Any:
    """Load the tokenizer."""
    return AutoTokenizer.from_pretrained(
        str(folder), local_files_only=True, trust_remote_code=False
    )


def chat_template(folder: Path, loaded: Any, fallback: str) -> str:
    """Return the folder's chat template, wherever checkpoints have had it, else the fallback.

    A template that shows no images is the text model's own, left behind in its tokenizer.
    """
    return next((one for one in _templates(folder, loaded) if "image" in one), fallback)


def _templates(folder: Path, loaded: Any) -> Iterator[str]:
    """Yield the templates of a folder, the newest form first."""
    file = folder / "chat_template.jinja"
    if file.is_file():
        yield file.read_text(encoding="utf-8")
    for name in ("chat_template.json", "processor_config.json"):
        if (folder / name).is_file():
            found = json.loads((folder / name).read_text(encoding="utf-8")).get("chat_template")
            if isinstance(found, str):
                yield found
    own = loaded.chat_template
    if isinstance(own, dict):
        own = own.get("default")
    if isinstance(own, str):
        yield own


class Parts:
    """A processor of parts, where the library's own would want torchvision for its videos.

    Args:
        images: Its image processor.
        tokenizer: Its tokenizer.
        template: Its chat template.
        image_token: The id that stands for one visual token.
        complete: Whether the template writes all special tokens, those at the start and end too.
    """

    def __init__(
        self,
        images: Any,
        tokenizer: Any,
        template: str,
        image_token: int,
        complete: bool = False,
    ) -> None:
        self.complete = complete
        self.image_processor = images
        self.tokenizer = tokenizer
        self.chat_template = template
        self.image_token_id = image_token
        self.image_token = str(tokenizer.convert_ids_to_tokens(image_token))

    def apply_chat_template(
        self,
        messages: list[dict[str, Any]],
        add_generation_prompt: bool = False,
        tokenize: bool = False,
    ) -> Any:
        """Write a conversation as the checkpoint was taught to read it.

        Some templates begin an answer that is there unlike one that is still to be written; it then
        follows the latter, because that is how it will be asked for.
        """
        given: dict[str, Any] = {"chat_template": self.chat_template, "tokenize": tokenize}
        write = self.tokenizer.apply_chat_template
        text = write(messages, add_generation_prompt=add_generation_prompt, **given)
        if tokenize or messages[-1]["role"] != "assistant":
            return text
        before = write(messages[:-1], add_generation_prompt=True, **given)
        if text.startswith(before):
            return text
        said = "".join(part["text"] for part in messages[-1]["content"])
        return before + said + str(self.tokenizer.eos_token)


def parts(folder: Path, config: Any, fallback: str) -> Parts:
    """Load a processor's parts; `fallback` is as in `chat_template`."""
    loaded = tokenizer(folder)
    template = chat_template(folder, loaded, fallback)
    return Parts(image_processor(folder), loaded, template, config.image_token_id)
