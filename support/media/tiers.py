"""The vision and speech tiers as media ask for them: which deployments, and where their calls are accounted for.

Whoever sets a worker up says so once (``use``); until then there are none, and pictures and voice stay in the house.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chatbot.voices.accounts import Books
from chatbot.voices.ports import Roster, Tier
from chatbot.voices.remote import Line, line_to


@dataclass(frozen=True, slots=True)
class Tiers:
    """A brand's lines by tier, and the books."""

    roster: Roster | None = None
    books: Books = field(default_factory=Books)

    def lines(self, brand: str, tier: Tier) -> tuple[Line, ...]:
        """Lines to the deployments in use, best first; () without any."""
        return tuple(line_to(one) for one in self.roster.deployments(brand, tier)) if self.roster else ()


_tiers = Tiers()


def use(tiers: Tiers) -> None:
    """From now on, in this process."""
    global _tiers
    _tiers = tiers


def current() -> Tiers:
    """The tiers in use."""
    return _tiers
