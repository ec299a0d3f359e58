"""What reports and the radar count claims by, kept beside the encrypted slots: operators and amount name nobody."""

from __future__ import annotations

from chatbot import brand
from chatbot.dialogue.specs import read_flows
from support.models import Claim, Conversation, TurnTrace

TURNS = 20  # looked back through
FIELDS = ("from_operator", "to_operator", "amount_fcfa")


def index(claim: Claim) -> None:
    """Set ``FIELDS`` of an unsaved or changed claim from its slots."""
    claim.from_operator, claim.to_operator = _text(claim, "from_operator"), _text(claim, "to_operator")
    amount = claim.slots.get("amount_fcfa", {}).get("value")
    claim.amount_fcfa = amount if isinstance(amount, int) and amount >= 0 else None


def trouble(conversation: Conversation, kind: str) -> str:
    """What the customer said was wrong: the newest wish that opens a claim of this kind; "" when none is on record."""
    flow = read_flows(brand.load(conversation.brand).flows).get(kind)
    heard = TurnTrace.objects.filter(conversation=conversation).order_by("-id").values_list("intents", flat=True)
    names = (intent["name"] for intents in heard[:TURNS] for intent in intents)
    return next((name for name in names if name in flow.intents), "") if flow else ""


def _text(claim: Claim, slot: str) -> str:
    return str(claim.slots.get(slot, {}).get("value", ""))[:20]
