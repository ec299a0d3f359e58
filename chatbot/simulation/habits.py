"""What one customer is like: how they begin, how they answer, and what gets in the way."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from chatbot.simulation.phrases import Hand

OPENINGS = {"story": 5, "greeting": 2, "some": 5, "all": 3, "picture": 1, "voice": 1, "facts": 1}
MANNERS = {"all": 4, "drip": 4, "numbered": 2, "lines": 3, "burst": 2}
# What may happen on the way, and how likely it is.
STUNTS = {
    "fees": 0.15, "aside": 0.08, "where": 0.08, "wrong_thing": 0.08, "split": 0.12, "picture": 0.12, "unreadable": 0.04,
    "hour": 0.06, "days": 0.06, "cancel": 0.05, "person": 0.03, "angry": 0.03, "impatient": 0.06, "slip": 0.15,
    "slip_later": 0.06, "lose": 0.04, "second": 0.08, "same": 0.08, "status": 0.15, "thanks": 0.7, "repeat": 0.05,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Habits:
    """``stunts`` are things that happen on the way, by the names of ``STUNTS``."""

    hand: Hand
    opening: str
    manner: str
    stunts: frozenset[str]
    patience: int = 3  # answers that bring nothing before they give up

    @classmethod
    def draw(cls, rng: Random) -> Habits:
        """One customer."""
        stunts = {name for name, share in STUNTS.items() if rng.random() < share}
        if "lose" in stunts:
            stunts -= {"slip", "slip_later", "second", "cancel"}
        if "slip" in stunts:
            stunts.discard("slip_later")
        return cls(
            hand=Hand.draw(rng),
            opening=rng.choices(tuple(OPENINGS), tuple(OPENINGS.values()))[0],
            manner=rng.choices(tuple(MANNERS), tuple(MANNERS.values()))[0],
            stunts=frozenset(stunts),
        )
