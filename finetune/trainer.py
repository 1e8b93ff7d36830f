"""The learner of a real model: Accelerate places it, peft wraps it, the loop drives it.

A step's random numbers come from the seed and the step's number, so the checkpoint needs no
random state beside that number, and every process of several has its own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, cast

import torch
from accelerate import Accelerator
from torch import Tensor

from finetune import order
from finetune.attach import attach, learning
from finetune.features import Features
from finetune.lessons import Lesson
from finetune.loop import Taught
from finetune.plan import TrainPlan
from finetune.teaching import loss_sum
from finetune.tensor_bytes import raw_of, tensor_of
from finetune.tensors import Raw, Tensors
from vlm.loader import LoadedModel

Item = tuple[Lesson, int]
"""A lesson and the number of its view."""


class TorchLearner:
    """Teaches an adapter; see `loop.Learner`.

    Args:
        plan: What to do.
        loaded: The base model; it is wrapped in place.
        train: What is learned from, at least one lesson.
        watch: What is only looked at, at least one lesson.
        features: Encodes the lessons' views.
        accelerator: Where this process computes, and with how many others.
    """

    def __init__(
        self,
        plan: TrainPlan,
        loaded: LoadedModel,
        train: Sequence[Lesson],
        watch: Sequence[Lesson],
        features: Features,
        accelerator: Accelerator,
    ) -> None:
        self._plan = plan
        self._train, self._watch = train, watch
        self._features = features
        self._accelerator = accelerator
        self._model = loaded.model
        self._image_token = int(loaded.processor.image_token_id)
        torch.manual_seed(plan.seed)
        self.wrapped: Any = attach(loaded.model, plan)
        self._weights = learning(self.wrapped)
        for weight in self._weights.values():
            weight.data = weight.data.float()  # small steps vanish in 16 bits
        self._optimizer = torch.optim.AdamW(
            self._weights.values(), lr=plan.learning_rate, weight_decay=plan.weight_decay
        )
        self.steps = plan.steps(len(train))

    def prepare(self) -> Iterator[tuple[int, int]]:
        """Encode what is encoded once; yields how many views are done, of how many."""
        if not self._features.kept:
            return
        wanted = [(lesson, view) for lesson in self._train for view in range(self._plan.views)]
        wanted += [(lesson, 0) for lesson in self._watch]
        mine = wanted[self._accelerator.process_index :: self._accelerator.num_processes]
        self._model.eval()
        for done, (lesson, view) in enumerate(mine):
            yield done, len(mine)
            with self._accelerator.autocast():
                self._features.of(lesson, view)
        self._accelerator.wait_for_everyone()

    def step(self, number: int) -> Taught:
        """See `loop.Learner`."""
        plan, accelerator = self._plan, self._accelerator
        torch.manual_seed((plan.seed * 1_000_003 + number) * 64 + accelerator.process_index)
        chosen = order.batch_of(number, len(self._train), plan.batch, plan.views, plan.seed)
        items = [(self._train[index], view) for index, view in chosen]
        tokens = sum(lesson.answer_tokens for lesson, _ in items)
        self.wrapped.train()
        self._optimizer.zero_grad(set_to_none=True)
        total = torch.zeros((), device=accelerator.device)
        for part in self._share(items):
            loss = self._loss(part) / tokens
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            total += loss.detach()
        loss = self._gather_gradients(total)
        norm = torch.nn.utils.clip_grad_norm_(self._weights.values(), plan.clip)
        if not torch.isfinite(loss) or not torch.isfinite(norm):
            return Taught(float("nan"), 0)
        rate = order.rate(number, self.steps, plan.learning_rate, plan.warmup_steps)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        return Taught(float(loss), len(items), peak_bytes(accelerator.device))

    @torch.no_grad()
    def watch(self) -> float:
        """See `loop.Learner`."""
        self.wrapped.eval()
        sums = torch.zeros(2, device=self._accelerator.device, dtype=torch.float64)
        for part in self._share([(lesson, 0) for lesson in self._watch]):
            sums[0] += self._loss(part)
            sums[1] += sum(lesson.answer_tokens for lesson, _ in part)
        sums = self._accelerator.reduce(sums, reduction="sum")
        return float(sums[0] / sums[1])

    def state(self) -> Tensors:
        """See `loop.Learner`: the weights and what AdamW remembers of each."""
        found = dict(self.adapter())
        for name, weight in self._weights.items():
            for part, value in self._optimizer.state.get(weight, {}).items():
                found[f"optimizer.{part}.{name}"] = raw_of(value)
        return found

    def restore(self, tensors: Tensors) -> None:
        """See `loop.Learner`."""
        self.restore_adapter(tensors)
        for name, weight in self._weights.items():
            kept = {
                part: tensor_of(tensors[key])
                for part in ("step", "exp_avg", "exp_avg_sq")
                if (key := f"optimizer.{part}.{name}") in tensors
            }
            self._optimizer.state[weight] = {
                part: value if part == "step" else value.to(weight.device)
                for part, value in kept.items()
            }

    def adapter(self) -> dict[str, Raw]:
        """See `loop.Learner`."""
        return {f"adapter.{name}": raw_of(weight) for name, weight in self._weights.items()}

    def restore_adapter(self, tensors: Tensors) -> None:
        """Take back what `adapter` gave."""
        for name, weight in self._weights.items():
            weight.data.copy_(tensor_of(tensors[f"adapter.{name}"]))

    def _share(self, items: list[Item]) -> list[list[Item]]:
        """Return this process's part of a batch, cut into what is computed at once.

        Lessons of like length stand together, so that little is padded.
        """
        size = self._plan.micro_batch
        ordered = sorted(items, key=lambda item: (len(item[0].ids), item[0].row.id, item[1]))
        parts = [ordered[start : start + size] for start in range(0, len(ordered), size)]
        return parts[self._accelerator.process_index :: self._accelerator.num_processes]

    def _loss(self, items: list[Item]) -> Tensor:
        with self._accelerator.autocast():
            features = [self._features.of(lesson, view) for lesson, view in items]
            lessons = [lesson for lesson, _ in items]
            noise = self._plan.neftune
            return loss_sum(self._model, self._image_token, lessons, features, noise)

    def _gather_gradients(self, loss: Tensor) -> Tensor:
        """Add up the gradients of all processes in one message; return the whole loss."""
        if self._accelerator.num_processes == 1:
            return loss
        weights = list(self._weights.values())
        parts = [w.grad if w.grad is not None else torch.zeros_like(w) for w in weights]
        flat = torch.cat([loss.reshape(1), *(part.reshape(-1) for part in parts)])
        flat = cast(Tensor, self._accelerator.reduce(flat, reduction="sum"))
        start = 1
        for weight in weights:
            weight.grad = flat[start : start + weight.numel()].view_as(weight)
            start += weight.numel()
        return flat[0]


def peak_bytes(device: torch.device) -> int:
    """Return the most memory that was in use: the GPU's there, else the process's; 0 unknown."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
