"""Asks a saved model with plain transformers, as anybody would; nothing of the trainer is used."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from transformers import AutoModelForImageTextToText, AutoProcessor


@dataclass(frozen=True, slots=True)
class Answered:
    """What the model said and how sure it was.

    Attributes:
        text: the answer, trimmed.
        confidence: product of the chosen tokens' probabilities, in [0, 1].
    """

    text: str
    confidence: float


class SavedModel:
    """A folder written by :func:`pretrain.export.export`, ready to be asked.

    Args:
        folder: holds weights, configuration, tokenizer, processor and chat template.
        device: where it runs.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        self.device = torch.device(device)
        self._processor: Any = AutoProcessor.from_pretrained(
            folder, backend="pil", local_files_only=True, trust_remote_code=False
        )
        self._model: Any = AutoModelForImageTextToText.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True, trust_remote_code=False
        )
        self._model.to(self.device).eval()

    @property
    def parameters(self) -> int:
        """Number of parameters."""
        return sum(parameter.numel() for parameter in self._model.parameters())

    def inputs(self, images: list[Image.Image], question: str, answer: str | None = None) -> Any:
        """Return what the model takes: ``input_ids (1, T)``, ``pixel_values (1, V, 3, H, W)``."""
        content: list[dict[str, str]] = [{"type": "image"} for _ in images]
        messages = [{"role": "user", "content": [*content, {"type": "text", "text": question}]}]
        prompt = self._processor.apply_chat_template(messages, add_generation_prompt=True)
        if answer is not None:
            prompt += f"{answer}<end_of_utterance>"
        return self._processor(text=prompt, images=images, return_tensors="pt").to(self.device)

    @torch.no_grad()
    def scored(
        self, images: list[Image.Image], question: str, most_tokens: int = 96
    ) -> tuple[str, Tensor]:
        """Answer greedily; return the trimmed answer and ``(steps, vocabulary)`` float32 logits."""
        inputs = self.inputs(images, question)
        made = self._model.generate(
            **inputs,
            max_new_tokens=most_tokens,
            do_sample=False,
            output_logits=True,
            return_dict_in_generate=True,
        )
        ids = made.sequences[0, inputs["input_ids"].shape[1] :]
        text = self._processor.tokenizer.decode(ids, skip_special_tokens=True)
        return text.strip(), torch.stack([step[0].float() for step in made.logits])

    def ask(self, images: list[Image.Image], question: str, most_tokens: int = 96) -> Answered:
        """Answer greedily; five images are the views of one split page."""
        text, logits = self.scored(images, question, most_tokens)
        return Answered(text, float(logits.softmax(-1).amax(-1).prod()))

    @torch.no_grad()
    def loss(self, images: list[Image.Image], question: str, answer: str) -> float:
        """Return the mean loss of the answer's tokens, in nats."""
        prompt = self.inputs(images, question)["input_ids"].shape[1]
        inputs = self.inputs(images, question, answer)
        labels = inputs["input_ids"].clone()
        labels[:, :prompt] = -100
        return float(self._model(**inputs, labels=labels).loss)
