"""What to do next for one outgoing message, given every attempt so far. Pure: no database, no provider, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from support.delivery.states import whole
from support.models.conversation import Attempt, Delivery

RETRY_SECONDS = (2, 5, 15, 60, 180)  # after the first, second … failed try; then the part has failed for good
DOUBT_SECONDS = 15  # how long a provider may take to list a message it has accepted


@dataclass(frozen=True, slots=True)
class Send:
    """Hand ``part`` to the provider as try ``number``."""

    part: int
    number: int


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Ask the provider what became of an attempt whose end we did not see."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do for ``seconds``."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Settled:
    """Every part is with the provider, or one has failed for good."""


Step = Send | Reconcile | Wait | Settled


def next_step(parts: int, attempts: Sequence[Attempt], now: datetime) -> Step:
    """The next step for a message of ``parts`` parts, sent strictly in order."""
    last = latest(attempts)
    for part in range(parts):
        if (attempt := last.get(part)) is None:
            return Send(part, 1)
        match attempt.state:
            case Delivery.SENDING | Delivery.UNKNOWN:
                ripe = attempt.started_at + timedelta(seconds=DOUBT_SECONDS)
                return Reconcile(attempt) if now >= ripe else Wait((ripe - now).total_seconds())
            case Delivery.FAILED:
                if is_final(attempt):
                    return Settled()
                due = (attempt.settled_at or now) + timedelta(seconds=RETRY_SECONDS[attempt.number - 1])
                return Send(part, attempt.number + 1) if now >= due else Wait((due - now).total_seconds())
    return Settled()


def is_final(attempt: Attempt) -> bool:
    """Whether a failed attempt is the last for its part."""
    return attempt.permanent or attempt.number > len(RETRY_SECONDS)


def latest(attempts: Iterable[Attempt]) -> dict[int, Attempt]:
    """The newest attempt of each part."""
    return {attempt.part: attempt for attempt in sorted(attempts, key=lambda attempt: attempt.number)}


def state_of(parts: int, attempts: Iterable[Attempt]) -> Delivery:
    """The delivery state of a message, which is a function of its attempts alone."""
    last = latest(attempts)
    states = [
        Delivery.QUEUED if attempt.state == Delivery.FAILED and not is_final(attempt) else Delivery(attempt.state)
        for attempt in last.values()
    ]
    if len(last) < parts and Delivery.FAILED not in states:
        states.append(Delivery.QUEUED)
    return whole(states)
