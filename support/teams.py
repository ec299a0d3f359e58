"""A case goes to a team's queue, and opens to everybody when nobody of the team comes; each told and on record."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from support import clock, db, escalate, hours, notices
from support.escalate import EscalationError
from support.handing import note_checked, require_open_case, write_note
from support.models import Conversation, Escalation, NoticeKind, Owner, Status, Team
from support.privacy import audit
from support.staff import name
from support.team import present
from support.transports.web import events


def give(conversation_id: uuid.UUID, by: User, team: Team, note: str, *, may_assign: bool) -> None:
    """Back to the queue, for ``team``, with a note. One gives one's own; ``may_assign``: anybody's. EscalationError."""
    note = note_checked(note)
    with db.write():
        conversation = escalate.locked(conversation_id)
        case = _open_case(conversation, team)
        before = conversation.agent if conversation.owner == Owner.AGENT else None
        if before != by and not may_assign:
            raise EscalationError("Vous ne pouvez confier que vos propres conversations.")
        if before is None and case.team_id == team.pk and case.team_freed_at is None:
            raise EscalationError(f"Cette conversation attend déjà l'équipe {team}.")
        if before is None:
            escalate.new_stint(case, None)  # from here it waits for others; the note stands at this moment
        else:
            escalate.let_go(conversation, case)
        write_note(case, by, note)
        if before is not None and before != by:
            notices.tell([before], NoticeKind.TRANSFER, conversation_id, f"Confiée à l'équipe {team} par {name(by)}.")
        _belongs_to(case, team, by, f"{name(by)} : {note}" if note else f"Confiée par {name(by)}.")


def send(conversation_id: uuid.UUID, by: User, team: Team) -> None:
    """Make a case the team's, whoever has it, who keeps it; nothing when it is already. For rules. EscalationError."""
    with db.write():
        case = _open_case(escalate.locked(conversation_id), team)
        if case.team_id != team.pk:
            _belongs_to(case, team, by, by.get_username())


def free_unattended() -> int:
    """Open to everybody the cases whose team has not been there for its patience; returns how many. For the sweeper."""
    now, freed = clock.now(), 0
    waiting = _waiting().exclude(team__in=Team.objects.filter(members__in=present()))
    for case in list(waiting.select_related("team", "conversation").prefetch_related("stints")):
        if not _is_over(case, now):
            continue
        with db.write():
            escalate.locked(case.conversation_id)
            if _waiting().filter(id=case.id, team=case.team, team_since=case.team_since).update(team_freed_at=now):
                audit.record(None, "team_freed", f"conversation:{case.conversation_id}", {"team": str(case.team)})
                _tell(case.conversation_id)
                freed += 1
    return freed


def members_wanted(case: Escalation) -> Collection[int] | None:
    """Who alone may be given the case unasked; None for anybody. Reads ``team__members`` as prefetched."""
    if case.team is None or case.team_freed_at is not None:
        return None
    return {user.pk for user in case.team.members.all()}


def _belongs_to(case: Escalation, team: Team, by: User, said: str) -> None:
    case.team, case.team_since, case.team_freed_at = team, clock.now(), None
    case.save(update_fields=["team", "team_since", "team_freed_at"])
    there = [user for user in present().filter(teams=team) if user.pk != by.pk]
    notices.tell(there, NoticeKind.TEAM, case.conversation_id, f"Équipe {team}. {said}")
    audit.record(by, "team", f"conversation:{case.conversation_id}", {"team": team.name})
    _tell(case.conversation_id)


def _open_case(conversation: Conversation, team: Team) -> Escalation:
    case = require_open_case(conversation)
    if conversation.brand != team.brand:
        raise EscalationError("Cette équipe n'est pas de la même marque.")
    return case


def _waiting() -> QuerySet[Escalation]:
    return Escalation.objects.filter(
        closed_at__isnull=True,
        status=Status.OPEN,
        conversation__owner=Owner.QUEUE,
        team__isnull=False,
        team_freed_at__isnull=True,
    )


def _is_over(case: Escalation, now: datetime) -> bool:
    """A case that comes back to the queue waits for its team anew."""
    team, since = case.team, case.team_since
    if team is None or since is None:
        return False
    since = max([since, *(stint.began_at for stint in case.stints.all() if stint.ended_at is None)])
    return hours.timetable(case.conversation.brand).add(since, timedelta(minutes=team.patience)) <= now


def _tell(conversation_id: uuid.UUID) -> None:
    transaction.on_commit(lambda: events.publish(events.changed(conversation_id)))
