"""Variables of ready replies, filled from the case. What the case does not know stays as a gap that blocks sending."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.contrib.auth.models import User

from chatbot import brand as brands
from chatbot.dialogue.state import StateError, from_json
from chatbot.figures import francs
from support.models import Claim, Conversation

NAMES = ("client", "dossier", "reference", "montant", "statut", "agent", "marque")
_VARIABLE = re.compile(rf"\{{({'|'.join(NAMES)})\}}")
_GAP = re.compile(rf"\[(?:{'|'.join(NAMES)}) \?\]")


def filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its variables filled; « [montant ?] » where nothing is known."""
    return _VARIABLE.sub(lambda found: values.get(found[1]) or gap(found[1]), text)


def gap(name: str) -> str:
    """What stands for a fact that the agent must fill in."""
    return f"[{name} ?]"


def gap_in(text: str) -> str:
    """The first gap left in ``text``, "" when there is none."""
    found = _GAP.search(text)
    return found.group() if found else ""


def unknown_in(text: str) -> list[str]:
    """Words in braces that are no variable."""
    return [name for name in re.findall(r"\{([^{}]*)\}", text) if name not in NAMES]


def of(conversation: Conversation, agent: User) -> dict[str, str]:
    """What is known of the case: of the customer's newest claim, else of what the assistant is still gathering."""
    claim = Claim.objects.filter(customer_id=conversation.customer_id).order_by("-filed_at").first()
    slots = {name: slot.get("value") for name, slot in claim.slots.items()} if claim else _gathered(conversation)
    brand = brands.load(conversation.brand)
    words = brand.settings.get("status_words", {})
    amount = slots.get("amount_fcfa")
    return {
        "client": conversation.customer.display_name,
        "dossier": claim.number if claim else "",
        "reference": str(slots.get("easytransfert_id") or ""),
        "montant": francs(amount) if isinstance(amount, int) else "",
        "statut": str(words.get(claim.status, "")) if claim and isinstance(words, Mapping) else "",
        "agent": agent.first_name or agent.get_username(),
        "marque": brand.name,
    }


def _gathered(conversation: Conversation) -> dict[str, object]:
    try:
        cases = from_json(conversation.state).cases
    except StateError:
        return {}
    return {name: slot.value for case in cases for name, slot in case.slots.items()}
