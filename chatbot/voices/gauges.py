"""The figures a router steers by, kept by one process for itself."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from chatbot.voices.ports import Tier

WEIGHT = 0.2  # of the newest sample in the moving average
STALE_SECONDS = 300.0  # an average this old tells nothing: the deployment counts as never seen and is tried again
STICKY_SECONDS = 6 * 3600.0  # a longer pause opens a new session
HOUR = 3600.0
MOST = 20_000  # conversations remembered


def blend(average: float | None, sample: float) -> float:
    """The moving average with one more sample."""
    return sample if average is None else average + WEIGHT * (sample - average)


class LocalGauges:
    """Implements ``ports.Gauges`` for one process and all its threads. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._words: dict[str, tuple[float, float]] = {}  # deployment → average, when last observed
        self._calls: dict[tuple[str, int], tuple[int, int]] = {}  # brand and hour → premium calls, all calls
        self._tiers: OrderedDict[str, tuple[Tier, float]] = OrderedDict()

    def first_words(self, deployment: str) -> float | None:
        """Moving average in seconds, of successes only; None: never seen, or too long ago to tell anything."""
        average, at = self._words.get(deployment, (None, 0.0))
        return None if average is None or self._clock() - at > STALE_SECONDS else average

    def observe_first_words(self, deployment: str, seconds: float) -> None:
        """One success more."""
        with self._lock:
            self._words[deployment] = (blend(self.first_words(deployment), seconds), self._clock())

    def premium_share(self, brand: str) -> tuple[float, int]:
        """Share of premium among this hour's calls of a brand, and how many calls those are."""
        premium, calls = self._calls.get((brand, int(self._clock() // HOUR)), (0, 0))
        return (premium / calls if calls else 0.0), calls

    def count_call(self, brand: str, tier: Tier) -> None:
        """One call more in this hour."""
        hour = int(self._clock() // HOUR)
        with self._lock:
            premium, calls = self._calls.get((brand, hour), (0, 0))
            self._calls = {key: count for key, count in self._calls.items() if key[1] == hour}
            self._calls[brand, hour] = premium + (tier == "premium"), calls + 1

    def sticky(self, conversation: str) -> Tier | None:
        """The tier this conversation was last given, None when new or long ago."""
        tier, at = self._tiers.get(conversation, (None, 0.0))
        return tier if self._clock() - at <= STICKY_SECONDS else None

    def stick(self, conversation: str, tier: Tier) -> None:
        """Remember it; the conversations longest unheard of are forgotten first."""
        with self._lock:
            self._tiers[conversation] = (tier, self._clock())
            self._tiers.move_to_end(conversation)
            while len(self._tiers) > MOST:
                self._tiers.popitem(last=False)
