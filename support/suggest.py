"""What the assistant would say now, for the agent who has the conversation: a draft. Nothing is stored, nothing filed.

The turn runs on a copy of the state, with the template voice and no other: nothing leaves the house and no web process
loads a model of language.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.contrib.auth.models import User

from support import clock, db, escalate
from support.models import Author, Conversation, Message
from support.privacy import audit

if TYPE_CHECKING:
    from chatbot import types

CASE_NUMBER = "AK-000-0000"  # stands for the number of a claim that a suggestion does not file
GAP = "[dossier ?]"
NOTHING_ASKED = "Le client n'attend pas de réponse : il n'y a rien à suggérer."
NOTHING_TO_SAY = "L'assistant n'aurait rien répondu à ce message."


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A draft, and what the agent must know before sending it."""

    text: str
    warnings: tuple[str, ...] = ()


def suggest(conversation_id: uuid.UUID, agent: User) -> Suggestion:
    """What the assistant would answer to the messages without an answer. Raises EscalationError."""
    with db.write():
        conversation = escalate.owned(conversation_id, agent)
        asked = unanswered(conversation)
        if not asked:
            raise escalate.EscalationError(NOTHING_ASKED)
        audit.record(agent, "suggest", f"conversation:{conversation_id}", {"messages": len(asked)})
    found = _suggestion(_think(conversation, asked))
    if not found.text:
        raise escalate.EscalationError(NOTHING_TO_SAY)
    return found


def used(conversation_id: uuid.UUID, agent: User, *, edited: bool) -> None:
    """Note that a suggestion went into a reply, as it was or changed: how good they are shows in the audit trail."""
    with db.write():
        audit.record(agent, "suggestion_used", f"conversation:{conversation_id}", {"edited": edited})


def unanswered(conversation: Conversation) -> list[Message]:
    """The customer's messages after the last word of an agent or of the assistant, oldest first."""
    said = conversation.messages.filter(author__in=[Author.AGENT, Author.BOT]).order_by("-seq")
    last = said.values_list("seq", flat=True).first() or 0
    return list(conversation.messages.filter(author=Author.CUSTOMER, seq__gt=last).order_by("seq"))


def _think(conversation: Conversation, asked: Iterable[Message]) -> list[types.Event]:
    from chatbot.turn import take_turn
    from support import desk, minds, turn_media

    surroundings = replace(desk.at(conversation, clock.now()), listening=False, new_case_number=lambda: CASE_NUMBER)
    incoming = [turn_media.incoming(message) for message in asked]
    state: Mapping[str, object] = conversation.state
    return list(take_turn(minds.with_template(conversation.brand), state, incoming, surroundings))


def _suggestion(happened: Iterable[types.Event]) -> Suggestion:
    from chatbot import types

    events = list(happened)
    text = "\n\n".join(event.text for event in events if isinstance(event, types.Reply))
    warnings = {
        types.ClaimFiled: "L'assistant aurait ouvert un dossier ; il ne l'est pas.",
        types.ClaimChanged: "L'assistant aurait corrigé le dossier ; il ne l'est pas.",
        types.HandoffAsked: "L'assistant aurait appelé un conseiller : c'est vous.",
    }
    told = [warnings[type(event)] for event in events if type(event) in warnings]
    return Suggestion(text.replace(CASE_NUMBER, GAP), tuple(dict.fromkeys(told)))
