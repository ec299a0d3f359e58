"""The breaker of one deployment as a value that changes by rules, and a set of them for one process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

FAILURES = 5  # consecutive ones that open it
OPEN_SECONDS = (30.0, 60.0, 120.0)  # the first opening, the second in a row, every later one
PROBE_SECONDS = 60.0  # a probe not heard of for as long as a whole turn may last had an owner who died

Phase = Literal["closed", "open", "half-open"]
Cause = Literal["", "failures", "denied"]


@dataclass(frozen=True, slots=True)
class Breaker:
    """Seconds of one clock throughout. ``openings`` counts those in a row, 0 where it is closed.

    No call lives as long as the shortest opening, so whoever reports while it is half-open is the probe.
    """

    failures: int = 0
    openings: int = 0
    until: float = 0.0  # open till then
    probe: float = 0.0  # a probe is out, at most till then
    throttled: float = 0.0  # its server asked to be left alone till then
    since: float = 0.0  # when the first of the openings in a row began
    cause: Cause = ""

    def phase(self, now: float) -> Phase:
        """Where it stands."""
        if not self.openings:
            return "closed"
        return "open" if now < self.until else "half-open"

    def ready(self, now: float) -> bool:
        """Whether ``permit`` would say yes."""
        phase = self.phase(now)
        return now >= self.throttled and (phase == "closed" or (phase == "half-open" and now >= self.probe))

    def permit(self, now: float) -> tuple[Breaker, bool]:
        """Whether it may be asked; the yes in half-open takes the only place."""
        if not self.ready(now):
            return self, False
        return (replace(self, probe=now + PROBE_SECONDS) if self.openings else self), True

    def success(self, now: float) -> Breaker:
        """Closed, with nothing against it. While open it is late news of a call begun before."""
        return self if self.phase(now) == "open" else Breaker(throttled=self.throttled)

    def failure(self, now: float) -> Breaker:
        """One more; the fifth in a row, or the probe's, opens it. While open it is late news."""
        phase = self.phase(now)
        if phase == "closed" and self.failures + 1 < FAILURES:
            return replace(self, failures=self.failures + 1)
        return self if phase == "open" else self._opened(now, "failures")

    def cancelled(self) -> Breaker:
        """Neither: the probe's place is free again."""
        return replace(self, probe=0.0)

    def open_at_once(self, now: float) -> Breaker:
        """Its server knows us or the model no more: asking again soon is no use."""
        return self if self.phase(now) == "open" else self._opened(now, "denied")

    def throttle(self, now: float, seconds: float) -> Breaker:
        """Left alone for ``seconds``; no failure, and a probe that was told so gives its place back."""
        return replace(self, throttled=max(self.throttled, now + seconds), probe=0.0)

    def _opened(self, now: float, cause: Cause) -> Breaker:
        seconds = OPEN_SECONDS[min(self.openings, len(OPEN_SECONDS) - 1)]
        since = self.since if self.openings else now
        return Breaker(0, self.openings + 1, now + seconds, 0.0, self.throttled, since, cause)


class LocalBreakers:
    """Implements ``ports.Breakers`` for one process and all its threads.

    ``clock`` gives seconds, never backwards. ``opened`` is told of each opening, and why.
    """

    def __init__(self, clock: Callable[[], float], opened: Callable[[str, Cause], None] = lambda *_: None) -> None:
        self._clock = clock
        self._opened = opened
        self._lock = threading.Lock()
        self._all: dict[str, Breaker] = {}

    def permit(self, deployment: str) -> bool:
        """Whether it may be asked now; in half-open only one caller gets a yes."""
        with self._lock:
            self._all[deployment], yes = self._get(deployment).permit(self._clock())
        return yes

    def ready(self, deployment: str) -> bool:
        """Whether ``permit`` would say yes; takes no place."""
        return self._get(deployment).ready(self._clock())

    def success(self, deployment: str) -> None:
        """It answered to the end."""
        self._change(deployment, lambda breaker, now: breaker.success(now))

    def failure(self, deployment: str) -> None:
        """It failed in a way that counts."""
        self._change(deployment, lambda breaker, now: breaker.failure(now))

    def cancelled(self, deployment: str) -> None:
        """We ended it, or it told us nothing about itself."""
        self._change(deployment, lambda breaker, now: breaker.cancelled())

    def open_at_once(self, deployment: str) -> None:
        """It denied us."""
        self._change(deployment, lambda breaker, now: breaker.open_at_once(now))

    def throttle(self, deployment: str, seconds: float) -> None:
        """It asked to be left alone."""
        self._change(deployment, lambda breaker, now: breaker.throttle(now, seconds))

    def states(self) -> Mapping[str, Breaker]:
        """Every breaker that was ever used, by deployment."""
        with self._lock:
            return dict(self._all)

    def now(self) -> float:
        """The present of its clock, for reading ``states``."""
        return self._clock()

    def _get(self, deployment: str) -> Breaker:
        return self._all.get(deployment, Breaker())

    def _change(self, deployment: str, rule: Callable[[Breaker, float], Breaker]) -> None:
        with self._lock:
            before = self._get(deployment)
            after = self._all[deployment] = rule(before, self._clock())
        if after.openings > before.openings:
            self._opened(deployment, after.cause)
