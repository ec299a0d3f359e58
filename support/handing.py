"""A case goes from hand to hand: given to a colleague, put back, taken over, returned by who leaves; all or nothing."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_out
from django.utils import timezone

from chatbot.anonymise.secrets import mask_secrets
from support import db, escalate, notices, team
from support.escalate import EscalationError
from support.models import Conversation, Escalation, Note, NoticeKind, Owner, Status, TeamMember
from support.owning import open_case
from support.privacy import audit
from support.staff import name

NOTE_CHARACTERS = 2_000


def assign(conversation_id: uuid.UUID, to: User) -> bool:
    """Give a waiting case to ``to``, who is to react soon. False when it waits no more, or they have no room."""
    with db.write():
        conversation = escalate.locked(conversation_id)
        escalation = open_case(conversation)
        if conversation.owner != Owner.QUEUE or escalation is None or escalation.status != Status.OPEN:
            return False
        if (member := team.has_room(to)) is None:
            return False
        escalate.hold(conversation, escalation, to, settings.ASSIGNED_LEASE_SECONDS)
        member.assigned_at = timezone.now()
        member.save(update_fields=["assigned_at"])
        notices.tell([to], NoticeKind.ASSIGNED, conversation_id, escalation.get_reason_display())
        audit.record(None, "assign", f"conversation:{conversation_id}", {"to": to.pk})
    return True


def give(conversation_id: uuid.UUID, by: User, to: User, note: str, *, may_assign: bool) -> None:
    """Make ``to`` the owner, with a note for them. One gives one's own; ``may_assign``: anybody's. EscalationError."""
    note = note_checked(note)
    with db.write():
        conversation = escalate.locked(conversation_id)
        before = conversation.agent if conversation.owner == Owner.AGENT else None
        if before != by and not may_assign:
            raise EscalationError("Vous ne pouvez confier que vos propres conversations.")
        if before == to:
            raise EscalationError(f"Cette conversation est déjà avec {name(to)}.")
        if not team.is_here(to):
            raise EscalationError(f"{name(to)} n'est pas là : la conversation n'aurait personne.")
        escalation = require_open_case(conversation)
        escalate.hold(conversation, escalation, to)
        TeamMember.objects.filter(user=to).update(assigned_at=timezone.now())
        write_note(escalation, by, note, to)
        notices.tell([to], NoticeKind.TRANSFER, conversation_id, _said(by, note))
        if before is not None and before != by:
            notices.tell([before], NoticeKind.TRANSFER, conversation_id, f"Confiée à {name(to)} par {name(by)}.")
        details = {"from": before.pk if before else None, "to": to.pk}
        audit.record(by, "transfer", f"conversation:{conversation_id}", details)


def put_back(conversation_id: uuid.UUID, by: User, note: str) -> None:
    """Back to the queue with a note for whoever takes it next. Raises EscalationError unless ``by`` has it."""
    note = note_checked(note)
    with db.write():
        conversation = escalate.locked(conversation_id)
        escalate.require_owner(conversation, by)
        escalation = require_open_case(conversation)
        escalate.let_go(conversation, escalation)
        write_note(escalation, by, note)
        audit.record(by, "put_back", f"conversation:{conversation_id}")


def take_over(conversation_id: uuid.UUID, by: User, reason: str) -> None:
    """Take a case from the colleague who has it, who is told at once. ``reason`` is a code. Raises EscalationError."""
    with db.write():
        conversation = escalate.locked(conversation_id)
        before = conversation.agent
        if conversation.owner != Owner.AGENT or before is None or before == by:
            raise EscalationError("Cette conversation n'est pas avec un collègue : prenez-la simplement.")
        escalate.hold(conversation, require_open_case(conversation), by)
        notices.tell([before], NoticeKind.TRANSFER, conversation_id, f"Reprise par {name(by)}.")
        audit.record(by, "take_over", f"conversation:{conversation_id}", {"from": before.pk, "reason": reason})


def return_all(user: User, by: User | None = None) -> int:
    """Back to the queue with everything that ``user`` has: they signed out, or ``by`` closed their account."""
    held = list(Conversation.objects.filter(owner=Owner.AGENT, agent=user).values_list("id", flat=True))
    return sum(_return(conversation_id, user, by) for conversation_id in held)


def connect() -> None:
    """Listen for members who sign out; called once, when the app is ready."""
    user_logged_out.connect(_signed_out, dispatch_uid="support.handing")


def _signed_out(sender: object, user: User | None, **_: object) -> None:
    if user is not None and TeamMember.objects.filter(user=user).exists():
        team.leave(user)
        return_all(user)


def _return(conversation_id: uuid.UUID, user: User, by: User | None) -> bool:
    with db.write():
        conversation = escalate.locked(conversation_id)
        escalation = open_case(conversation)
        if conversation.owner != Owner.AGENT or conversation.agent_id != user.pk or escalation is None:
            return False
        escalate.let_go(conversation, escalation)
        target = f"conversation:{conversation_id}"
        audit.record(by, "released", target, {"agent": user.pk}) if by else audit.record(user, "signed_out", target)
    return True


def require_open_case(conversation: Conversation) -> Escalation:
    """The case that stands open. Raises EscalationError where nobody was asked for."""
    if (escalation := open_case(conversation)) is None:
        raise EscalationError("Personne n'est demandé dans cette conversation : prenez-la d'abord.")
    return escalation


def write_note(escalation: Escalation, by: User, note: str, to: User | None = None) -> None:
    """The note stands at the very moment the case changed hands, which is how the next owner's page finds it."""
    if not note:
        return
    began = escalation.stints.get(ended_at__isnull=True).began_at
    row = Note.objects.create(conversation_id=escalation.conversation_id, author=by, text=note, at=began)
    if to is not None:
        row.mentions.add(to)


def note_checked(note: str) -> str:
    """The note without what no database takes, and without secrets. Raises EscalationError for one too long."""
    note = mask_secrets(note.replace("\x00", "").strip())
    if len(note) > NOTE_CHARACTERS:
        raise EscalationError(f"La note dépasse {NOTE_CHARACTERS} caractères.")
    return note


def _said(by: User, note: str) -> str:
    return f"{name(by)} : {note}" if note else f"Confiée par {name(by)}."
