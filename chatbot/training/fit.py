"""The training loop that base and adapter share: so many steps or minutes, rates that warm up and cool down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

COOL = 0.05  # share of the learning rate left at the end


@dataclass(frozen=True, slots=True)
class Pace:
    """When training ends: after ``steps``, or after ``minutes`` where they are given."""

    steps: int
    warmup: int
    grad_norm: float
    minutes: float | None = None

    def done(self, step: int, elapsed: float) -> float:
        """How far training is, in [0, 1]. ``elapsed`` in seconds."""
        return min(1.0, elapsed / (60 * self.minutes) if self.minutes else step / self.steps)


def fit(
    model: Any,
    batches: Iterator[dict[str, torch.Tensor]],
    optimizers: Sequence[torch.optim.Optimizer],
    pace: Pace,
    tell: Callable[[str], object],
) -> list[float]:
    """Train in place; the loss of every step. ``tell`` gets a line now and then."""
    model.train()
    rates = [[group["lr"] for group in optimizer.param_groups] for optimizer in optimizers]
    losses: list[float] = []
    started = time.perf_counter()
    while (done := pace.done(len(losses), time.perf_counter() - started)) < 1:
        rate = min(1.0, (len(losses) + 1) / max(1, pace.warmup), COOL + (1 - COOL) * (1 - done) * 1.25)
        for optimizer, own in zip(optimizers, rates, strict=True):
            for group, lr in zip(optimizer.param_groups, own, strict=True):
                group["lr"] = lr * rate
        loss = model(**next(batches)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), pace.grad_norm)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        losses.append(loss.item())
        if len(losses) % 50 == 0:
            recent = sum(losses[-50:]) / 50
            tell(f"step {len(losses)}, loss {recent:.3f}, {time.perf_counter() - started:.0f} s")
    model.eval()
    return losses
