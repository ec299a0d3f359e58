"""Which arm a customer hears. Asked at every call of a voice: it costs a hash, and a query every few seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chatbot.experiments.arms import canary, place, split
from support.models import Experiment, ExperimentKind, ExperimentStatus
from support.privacy.fields import blind_index
from support.recent import Recent

Arm = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Running:
    """A running experiment, as far as drawing arms needs it. ``changes`` are (since, step, per cent), oldest first."""

    name: str
    kind: str
    salt: str
    arms: tuple[Mapping[str, object], ...]
    changes: tuple[tuple[datetime, int, int], ...]

    @classmethod
    def of(cls, row: Experiment) -> Running:
        """From its row, started before."""
        changes = tuple((datetime.fromisoformat(at), step, share) for at, step, share in row.history)
        return cls(row.name, row.kind, row.salt, tuple(row.arms), changes)

    def arm(self, customer: str, share: int) -> int | None:
        """Index of the arm of ``customer`` while ``share`` per cent are reached; None for who is not part of it."""
        where = place(self.salt, customer)
        if self.kind == ExperimentKind.CANARY:
            return canary(where, share / 100)
        return split(where, share / 100, self.weights)

    @property
    def weights(self) -> Sequence[float]:
        """Of the arms of an A/B."""
        return [float(str(arm["weight"])) for arm in self.arms]

    def at(self, when: datetime) -> tuple[int, int] | None:
        """Step and per cent at an instant; None before the start."""
        known = [(step, share) for since, step, share in self.changes if since <= when]
        return known[-1] if known else None


def arm_for(brand: str, customer: str) -> Arm:
    """``{"experiment", "arm", "adapter", "tier"}`` of a customer (their id as text); empty outside any experiment.

    An empty adapter or tier is the usual one. While the database is away: by what ran when it was last seen.
    """
    running = _recent.of(brand)
    index = running.arm(customer, running.changes[-1][2]) if running else None
    if running is None or index is None:
        return {}
    arm = running.arms[index]
    chosen = {"arm": str(arm["name"]), "adapter": str(arm.get("adapter", "")), "tier": str(arm.get("tier", ""))}
    return {"experiment": running.name, **chosen}


def pseudonym(experiment: Experiment, customer: str, key: str = "") -> str:
    """What stands for a customer in this experiment's outcomes, and nowhere else (64 hex digits)."""
    return blind_index(f"experiment:{experiment.salt}", customer, key)


def _running(brand: str) -> Running | None:
    row = Experiment.objects.filter(brand=brand, status=ExperimentStatus.RUNNING).first()
    return Running.of(row) if row else None


_recent: Recent[Running | None] = Recent(_running, None)
