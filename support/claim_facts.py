"""What reports and the radar count claims by, kept beside the encrypted slots: operators and amount name nobody."""

from __future__ import annotations

from support.models import Claim

FIELDS = ("from_operator", "to_operator", "amount_fcfa")


def index(claim: Claim) -> None:
    """Set ``FIELDS`` of an unsaved or changed claim from its slots."""
    claim.from_operator, claim.to_operator = _text(claim, "from_operator"), _text(claim, "to_operator")
    amount = claim.slots.get("amount_fcfa", {}).get("value")
    claim.amount_fcfa = amount if isinstance(amount, int) and amount >= 0 else None


def _text(claim: Claim, slot: str) -> str:
    return str(claim.slots.get(slot, {}).get("value", ""))[:20]
