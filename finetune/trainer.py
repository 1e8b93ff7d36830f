"""The learner of a real model: Accelerate places it, peft wraps it, the loop drives it.

A step's random numbers come from the seed and the step's number, so the checkpoint needs no
random state beside that number, and every process of several has its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from accelerate import Accelerator
from torch import Tensor

from finetune import order, pieces
from finetune.attach import attach, learning
from finetune.features import Features, go_on
from finetune.lessons import Lesson
from finetune.loop import Taught
from finetune.plan import TrainPlan
from finetune.teaching import loss_sum
from finetune.tensor_bytes import raw_of, tensor_of
from finetune.tensors import Raw, Tensors
from vlm.family_names import PARTS
from vlm.loader import LoadedModel

Item = tuple[Lesson, int]
"""A lesson and the number of its view."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is only looked at.

    Attributes:
        own: Of the person's documents, at least one.
        guard: Of the program's own; what was answered better before learning is forgetting.
    """

    own: Sequence[Lesson]
    guard: Sequence[Lesson] = ()


class TorchLearner:
    """Teaches an adapter; see `loop.Learner`.

    Args:
        plan: What to do.
        loaded: The base model; it is wrapped in place.
        train: What is learned from, at least one lesson.
        watch: What is only looked at.
        features: Encodes the lessons' views.
        accelerator: Where this process computes, and with how many others.
        breathe: Called between two parts of a step; see `hindrances.Breath`.
    """

    def __init__(
        self,
        plan: TrainPlan,
        loaded: LoadedModel,
        train: Sequence[Lesson],
        watch: Looked,
        features: Features,
        accelerator: Accelerator,
        breathe: Callable[[], None] = go_on,
    ) -> None:
        self._plan = plan
        self._train, self._watch = train, watch
        self._features = features
        self._accelerator = accelerator
        self._breathe = breathe
        # What is encoded anew each step is encoded once for all questions about it.
        self._groups = order.apart(len(train))
        if not features.kept:
            self._groups = order.together([features.key(lesson, 0) for lesson in train])
        self._model = loaded.model
        self._loaded = loaded
        self._image_token = int(loaded.processor.image_token_id)
        torch.manual_seed(plan.seed)
        self.wrapped: Any = attach(loaded.model, plan)
        self._weights = learning(self.wrapped)
        for weight in self._weights.values():
            weight.data = weight.data.float()  # small steps vanish in 16 bits
        self._optimizer = torch.optim.AdamW(
            self._weights.values(), lr=plan.learning_rate, weight_decay=plan.weight_decay
        )
        self._before: float | None = None
        self.steps = plan.steps(len(train))

    def prepare(self) -> Iterator[tuple[int, int]]:
        """Encode what is encoded once; yields how many rounds are done, of how many.

        In a round each process encodes one view, so that all can be asked to pause between two.
        """
        if not self._features.kept:
            return
        every = [(lesson, view) for lesson in self._train for view in range(self._plan.views)]
        every += [(lesson, 0) for lesson in (*self._watch.own, *self._watch.guard)]
        wanted = list({self._features.key(*item): item for item in every}.values())
        here, together = self._accelerator.process_index, self._accelerator.num_processes
        rounds = -(-len(wanted) // together)  # as many for every process: they keep step
        self._model.eval()
        for number in range(rounds):
            yield number, rounds
            for lesson, view in wanted[number * together + here : (number + 1) * together][:1]:
                with self._accelerator.autocast():
                    self._features.of(lesson, view)
        self._accelerator.wait_for_everyone()

    def step(self, number: int) -> Taught:
        """See `loop.Learner`."""
        plan, accelerator = self._plan, self._accelerator
        torch.manual_seed((plan.seed * 1_000_003 + number) * 64 + accelerator.process_index)
        chosen = order.batch_of(number, self._groups, plan.batch, plan.views, plan.seed)
        items = [(self._train[index], view) for index, view in chosen]
        tokens = sum(lesson.answer_tokens for lesson, _ in items)
        self.wrapped.train()
        self._optimizer.zero_grad(set_to_none=True)
        loss = self._gather_gradients(self._teach(self._share(items), tokens))
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
        """See `loop.Learner`: what was forgotten of the program's own forms counts against it."""
        self.wrapped.eval()
        loss, guard = self._mean(self._watch.own), self._watch.guard
        if not guard:
            return loss
        if self._before is None:
            with self.wrapped.disable_adapter():
                self._before = self._mean(guard)
        return loss + max(0.0, self._mean(guard) - self._before)

    def _mean(self, lessons: Sequence[Lesson]) -> float:
        """Return the loss per answer token on lessons, of all processes together."""
        sums = torch.zeros(2, device=self._accelerator.device, dtype=torch.float64)
        for part in self._share([(lesson, 0) for lesson in lessons]):
            self._breathe()
            sums[0] += self._loss(part, [self._seen(item) for item in part])
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

    @torch.no_grad()
    def restore_adapter(self, tensors: Tensors) -> None:
        """Take back what `adapter` gave."""
        for name, weight in self._weights.items():
            weight.copy_(tensor_of(tensors[f"adapter.{name}"]))  # through .data nobody would notice

    def _share(self, items: list[Item]) -> list[list[Item]]:
        """Return this process's part of a batch, cut into what is computed at once.

        Lessons about one picture stand together, so that it need not be remembered for long, and
        else those of like length, so that little is padded.
        """
        size = self._plan.micro_batch
        longest: dict[str, int] = {}
        for item in items:
            key = self._features.key(*item)
            longest[key] = max(longest.get(key, 0), len(item[0].ids))

        def place(item: Item) -> tuple[int, str, int, str]:
            key = self._features.key(*item)
            return longest[key], key, len(item[0].ids), item[0].row.id

        ordered = sorted(items, key=place)
        parts = [ordered[start : start + size] for start in range(0, len(ordered), size)]
        return parts[self._accelerator.process_index :: self._accelerator.num_processes]

    def _teach(self, parts: list[list[Item]], tokens: int) -> Tensor:
        """Add the gradients of the parts of a batch; return their share of its loss.

        Each picture is encoded once. Its features stand as leaves in the parts' graphs, and what
        these ask of them goes through the encoder once, after the last part that needs them.
        """
        last = {self._features.key(*item): n for n, part in enumerate(parts) for item in part}
        seen: dict[str, tuple[Tensor, Tensor]] = {}
        total = torch.zeros((), device=self._accelerator.device)
        for number, part in enumerate(parts):
            keys = [self._features.key(*item) for item in part]
            for key, item in zip(keys, part, strict=True):
                if key not in seen:
                    whole = self._seen(item)
                    seen[key] = whole, whole.detach().requires_grad_(whole.requires_grad)
            loss = self._loss(part, [seen[key][1] for key in keys]) / tokens
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            total += loss.detach()
            for key in {key for key in keys if last[key] == number}:
                whole, leaf = seen.pop(key)
                if whole.requires_grad:
                    torch.autograd.backward(whole, leaf.grad)
            self._breathe()
        return total

    def _seen(self, item: Item) -> Tensor:
        with self._accelerator.autocast():
            return self._features.of(*item)

    def _loss(self, items: list[Item], features: list[Tensor]) -> Tensor:
        with self._accelerator.autocast():
            lessons = [lesson for lesson, _ in items]
            noise = self._plan.neftune
            if not PARTS[self._model.config.model_type].merged:
                return pieces.loss_sum(self._loaded, lessons, features, noise)
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
