"""What the case page shows beside the transcript: who, why, what is known, what may be done."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from chatbot.dialogue.state import StateError, from_json
from support import undo
from support.console import (
    correcting,
    duplicates,
    facts,
    handoff_card,
    labels,
    merging,
    order,
    passing,
    relations,
    roles,
    selectors,
    window,
    words,
)
from support.console.masking import mask_number, mask_phones
from support.inviting import WINDOW
from support.models import Channel, Claim, Conversation, Escalation, Owner
from support.transports.web.events import isoformat

CLAIMS_SHOWN = 10
Json = dict[str, Any]


def card(conversation_id: uuid.UUID, user: User, *, whole_numbers: bool) -> Json | None:
    """The case as ``user`` may see it; None when there is no such conversation. 17 queries at most."""
    conversation = (
        Conversation.objects.select_related("identity__merged", "customer", "agent").filter(id=conversation_id).first()
    )
    if conversation is None:
        return None
    exchange = selectors.exchanges_of([conversation.id])[conversation.id]
    claims, cases = _claims(conversation), _open_cases(conversation)
    escalation = conversation.escalations.filter(closed_at__isnull=True).select_related("team").first()
    held = [*(claim.slots for claim in claims), *(slots for _, _, slots in cases)]
    drawn = facts.Card.of(conversation, held, whole_numbers=whole_numbers)
    return {
        "id": str(conversation.id),
        "channel": conversation.channel,
        "channel_label": conversation.get_channel_display(),
        "owner": conversation.owner,
        "owner_label": _owner(conversation, escalation),
        "agent": selectors.agent_of(conversation),
        "mine": conversation.owner == Owner.AGENT and conversation.agent_id == user.pk,
        "may_act": roles.may_act(user),
        "may_assign": roles.may_assign(user),
        "hold": passing.held(conversation, escalation),
        "unanswered": exchange.unanswered,
        "customer": _customer(conversation, whole_numbers=whole_numbers),
        "contact": merging.shown(conversation, user),
        "escalation": _escalation(escalation, exchange, held, whole_numbers=whole_numbers),
        "order": order.of(conversation),
        "window": _window_end(conversation),
        "invitation": window.invitation(conversation, user),
        "pending": undo.shown(conversation.id, user),
        "claims": [_claim(claim, conversation, drawn) for claim in claims],
        "collecting": [_collecting(conversation, *case, drawn) for case in cases],
        "may_edit": correcting.may_edit(user, conversation),
        "labels": labels.of(conversation),
        "others": relations.of(conversation),
        "duplicates": duplicates.of(conversation, held),
    }


def _owner(conversation: Conversation, standing: Escalation | None) -> str:
    """Who answers, and for which team it waits."""
    waits_for = standing.team if standing and conversation.owner == Owner.QUEUE else None
    return f"File · {waits_for}" if waits_for else conversation.get_owner_display()


def _customer(conversation: Conversation, *, whole_numbers: bool) -> Json:
    number = conversation.identity.value if conversation.channel == Channel.WHATSAPP else ""
    stopped = conversation.identity.opted_out_at
    return {
        "name": selectors.customer_name(conversation),
        "number": number if whole_numbers else mask_number(number) if number else "",
        "whole": whole_numbers,
        "since": isoformat(conversation.customer.created_at),
        "stopped": isoformat(stopped) if stopped else None,
    }


def _escalation(
    escalation: Escalation | None,
    exchange: selectors.Exchange,
    held: Sequence[handoff_card.Facts],
    *,
    whole_numbers: bool,
) -> Json | None:
    if escalation is None:
        return None
    answered = exchange.replied_at is not None and exchange.replied_at >= escalation.opened_at
    return {
        "reason": escalation.get_reason_display(),
        "priority": escalation.priority,
        "priority_label": escalation.get_priority_display(),
        "summary": escalation.summary if whole_numbers else mask_phones(escalation.summary),
        "facts": handoff_card.lines(escalation, whole_numbers=whole_numbers, told=held),
        "opened": isoformat(escalation.opened_at),
        "due": None if answered else isoformat(escalation.due_at),
        "status": escalation.status,
        "status_label": escalation.get_status_display(),
        "until": isoformat(escalation.snoozed_until) if escalation.snoozed_until else None,
    }


def _window_end(conversation: Conversation) -> str | None:
    """When WhatsApp stops taking free words; None where no such rule holds. Never written: closed since the epoch."""
    if conversation.channel != Channel.WHATSAPP:
        return None
    since = conversation.window_from
    return isoformat((since or conversation.created_at - WINDOW - timedelta(seconds=1)) + WINDOW)


def _claims(conversation: Conversation) -> list[Claim]:
    claims = Claim.objects.filter(customer_id=conversation.customer_id).prefetch_related("events")
    return list(claims.order_by("-filed_at")[:CLAIMS_SHOWN])


def _claim(claim: Claim, conversation: Conversation, drawn: facts.Card) -> Json:
    return {
        "number": claim.number,
        "kind": words.claim_kind(conversation.brand, claim.kind),
        "status": claim.status,
        "status_label": claim.get_status_display(),
        "filed": isoformat(claim.filed_at),
        "elsewhere": str(claim.conversation_id) if claim.conversation_id != conversation.id else None,
        "slots": drawn.claim(claim),
        "note": mask_phones(claim.note),
        "events": [{"label": words.happened(event), "at": isoformat(event.at)} for event in claim.events.all()],
    }


def _open_cases(conversation: Conversation) -> list[tuple[int, str, dict[str, Json]]]:
    """Place, kind and facts of what is being collected. A state that cannot be read any more holds nothing."""
    try:
        state = from_json(conversation.state)
    except StateError:
        return []
    return [
        (
            place,
            case.kind,
            {
                name: {"value": slot.value, "source": slot.source, "at": isoformat(slot.at), "validity": slot.validity}
                for name, slot in case.slots.items()
            },
        )
        for place, case in enumerate(state.cases)
        if case.phase == "open" and case.slots
    ]


def _collecting(conversation: Conversation, place: int, kind: str, slots: dict[str, Json], drawn: facts.Card) -> Json:
    """One case that the assistant is still gathering."""
    flow = words.flow(conversation.brand, kind)
    missing = [name for name in flow.missing(slots) if name not in slots] if flow else []
    return {
        "case": place,
        "kind": words.claim_kind(conversation.brand, kind),
        "slots": drawn.collecting(kind, slots),
        "lacking": drawn.collecting(kind, {name: {} for name in missing}),
    }
