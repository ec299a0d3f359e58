"""What an experiment must not make worse, each within a bound of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.experiments.compare import Comparison
from chatbot.experiments.confidence import Mean


@dataclass(frozen=True, slots=True)
class Guardrail:
    """``metric`` is counted in units of ``full``, and no further: a value of ``full`` or more is 1.

    ``worse``: how much more than the control's an A/B tolerates; ``most``: the mean that a canary tolerates, whose
    control and candidate are of too different sizes to be subtracted. Both in the metric's own unit.
    """

    metric: str
    full: float
    worse: float
    most: float

    def __post_init__(self) -> None:
        if self.full <= 0 or not 0 <= self.worse <= self.full or not 0 <= self.most <= self.full:
            raise ValueError(f"guardrail {self.metric}: bounds lie between 0 and what counts as full")

    def scaled(self, value: float) -> float:
        """Between 0 and 1."""
        return min(max(value / self.full, 0.0), 1.0)


def breached_beside(rail: Guardrail, compared: Comparison, alpha: float) -> bool:
    """Whether the arm is surely worse than the control by more than ``worse``. ``alpha``: chance of a false alarm."""
    return compared.difference.exceeds(rail.worse / rail.full, alpha)


def breached_alone(rail: Guardrail, mean: Mean, alpha: float) -> bool:
    """Whether the candidate's mean is surely above ``most``."""
    return mean.exceeds(rail.most / rail.full, alpha)


def share_of(alpha: float, rails: Sequence[Guardrail], arms: int = 1) -> float:
    """Each guardrail's part of the chance of a false alarm by any of them, for any arm."""
    return alpha / max(1, len(rails) * arms)
