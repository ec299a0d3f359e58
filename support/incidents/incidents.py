"""Incidents: declared with one click, said by the assistant to whoever is hit, and told to all when fixed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from chatbot.guard import Guard, sentences
from chatbot.plan import make_plan
from chatbot.turn import Mind
from chatbot.types import IncidentNotice, Move
from support import clock, doorbell, recent
from support.db import write
from support.models import Claim, Conversation, Escalation, Incident, IncidentCase, Label
from support.privacy import audit
from support.recent import Recent


class NotTaken(Exception):
    """What was asked cannot be done; the text is French."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What an operations lead says of a trouble of many. Empty fields: any of it."""

    brand: str
    name: str
    began_at: datetime
    kind: str = ""
    from_operator: str = ""
    to_operator: str = ""
    notice: str = ""
    label: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


def notices(brand: str) -> tuple[IncidentNotice, ...]:
    """What the assistant has to say of open incidents."""
    return _recent.of(brand)


def declare(said: Declaration, user: User, mind: Mind) -> Incident:
    """Open an incident: the assistant says the notice, and who was hit already is found. Raises NotTaken."""
    if not said.name.strip():
        raise NotTaken("Donnez un nom à l'incident.")
    if fault := fault_in(said.notice, mind):
        raise NotTaken(fault)
    with write():
        label = Label.objects.get_or_create(brand=said.brand, name=said.label[:40])[0] if said.label else None
        incident = Incident.objects.create(
            brand=said.brand,
            name=said.name.strip()[:80],
            kind=said.kind,
            from_operator=said.from_operator,
            to_operator=said.to_operator,
            notice=said.notice.strip(),
            label=label,
            began_at=said.began_at,
            opened_at=clock.now(),
            opened_by=user,
            figures=said.figures,
        )
        hit = _find_hit(incident)
        audit.record(user, "incident_opened", f"incident:{incident.id}", {"hit": hit})
    recent.forget()
    return incident


def fix(incident_id: uuid.UUID, closing: str, user: User, mind: Mind) -> int:
    """Close an incident; everybody hit is told ``closing`` (nobody when empty). Returns how many. Raises NotTaken."""
    if fault := fault_in(closing, mind):
        raise NotTaken(fault)
    with write():
        incident = Incident.objects.select_for_update().get(id=incident_id)
        if incident.fixed_at:
            raise NotTaken("Cet incident est déjà clos.")
        _find_hit(incident)
        incident.fixed_at, incident.fixed_by, incident.closing = clock.now(), user, closing.strip()
        incident.save(update_fields=["fixed_at", "fixed_by", "closing"])
        told = incident.cases.count() if incident.closing else 0
        audit.record(user, "incident_fixed", f"incident:{incident.id}", {"told": told})
        if told:
            transaction.on_commit(lambda: doorbell.ring_incident(incident.id))
    recent.forget()
    return told


def note_told(conversation: Conversation, incident: str) -> None:
    """The assistant told a customer of an incident. For use inside a turn's commit."""
    known = Incident.objects.filter(id=incident).first()
    if known is None:
        return
    now = clock.now()
    case, _ = IncidentCase.objects.get_or_create(incident=known, conversation=conversation, defaults={"at": now})
    if case.noticed_at is None:
        case.noticed_at = now
        case.save(update_fields=["noticed_at"])
    if known.label:
        known.label.conversations.add(conversation)


def fault_in(text: str, mind: Mind) -> str:
    """Why the guard would not let the house say ``text``, in French; "" when it may be said, or is empty."""
    text = text.strip()
    if not text:
        return ""
    if len(text) > 500:
        return "Le message dépasse 500 caractères."
    plan = make_plan([Move("answer.incident", {}, text, "incident@0")], "neu", {}, {}, {})
    guard = Guard(mind.watch, plan, "whatsapp", lexis=mind.lexis)
    reasons = [guard.check(sentence).reason for sentence in sentences(text)] + [guard.finish().reason]
    refused = next((reason for reason in reasons if reason != "passed"), "")
    return f"L'assistant ne peut pas dire cela ({refused})." if refused else ""


def hit(incident: Incident) -> QuerySet[Conversation]:
    """Conversations with a claim or a case of the incident's kind and operators since it began."""
    named = {name: getattr(incident, name) for name in ("kind", "from_operator", "to_operator")}
    same = {name: value for name, value in named.items() if value}
    claims = Claim.objects.filter(filed_at__gte=incident.began_at, conversation__brand=incident.brand, **same)
    cases = Escalation.objects.filter(opened_at__gte=incident.began_at, conversation__brand=incident.brand, **same)
    return Conversation.objects.filter(
        Q(id__in=claims.values("conversation_id")) | Q(id__in=cases.values("conversation_id"))
    )


def _find_hit(incident: Incident) -> int:
    """Note, and label, whoever is hit and not noted yet; returns how many are hit in all."""
    now = clock.now()
    conversations = list(hit(incident).only("id"))
    IncidentCase.objects.bulk_create(
        [IncidentCase(incident=incident, conversation=one, at=now) for one in conversations], ignore_conflicts=True
    )
    if incident.label:
        incident.label.conversations.add(*conversations)
    return incident.cases.count()


def _open_notices(brand: str) -> tuple[IncidentNotice, ...]:
    rows = Incident.objects.filter(brand=brand, fixed_at__isnull=True).exclude(notice="").order_by("opened_at")
    return tuple(IncidentNotice(str(row.id), row.notice, row.kind, row.from_operator, row.to_operator) for row in rows)


_recent: Recent[tuple[IncidentNotice, ...]] = Recent(_open_notices, ())
