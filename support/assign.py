"""Who gets a waiting case: by turns or the least loaded, never somebody away, full, or who has had it already."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from django.db.models import F

from chatbot import brand
from chatbot.brand import BrandError
from support import handing, team, teams
from support.models import Assignment, DeskSettings, Escalation, Message, Owner, Status
from support.team import Member

log = structlog.get_logger(__name__)
AT_ONCE = 100  # cases looked at in one sweep
NEVER = datetime.min.replace(tzinfo=UTC)
WORD = re.compile(r"[a-zà-ÿ']+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a case asks of a person. ``had``: who has had it already. Empty ``kind``, no ``team``: anybody can."""

    kind: str = ""
    language: str = ""
    had: Collection[int] = ()
    team: Collection[int] | None = None


def choose(members: Iterable[Member], wanted: Wanted, how: str) -> Member | None:
    """Who gets the case; None leaves it in the queue. A member without skills or languages noted has them all."""
    fit = [one for one in members if one.present and one.load < one.capacity and _suits(one, wanted)]
    by_turn = min(fit, key=_turn, default=None)
    return (
        min(fit, key=lambda one: (one.load, *_turn(one)), default=None) if how == Assignment.LEAST_LOADED else by_turn
    )


def assign_waiting() -> int:
    """Give waiting cases to people, most urgent first, where the brand's desk works so; returns how many. For the
    sweeper.

    Safe to run twice at once: each case is given under its lock, to somebody who has room under theirs.
    """
    desks = dict(DeskSettings.objects.exclude(assignment=Assignment.MANUAL).values_list("brand", "assignment"))
    if not desks or not (waiting := _waiting(desks)):
        return 0
    here = {one.user.pk: one for one in team.members() if one.present}
    given = 0
    for escalation, wanted in _wishes(waiting):
        chosen = choose(here.values(), wanted, desks[escalation.conversation.brand])
        if chosen is None or not handing.assign(escalation.conversation_id, chosen.user):
            continue
        here = {one.user.pk: one for one in team.members() if one.present}  # loads and turns as they now are
        given += 1
    if given:
        log.info("assigned", cases=given)
    return given


def _turn(member: Member) -> tuple[datetime, int]:
    return member.assigned_at or NEVER, member.user.pk


def _suits(member: Member, wanted: Wanted) -> bool:
    if member.user.pk in wanted.had or (wanted.team is not None and member.user.pk not in wanted.team):
        return False
    skilled = not wanted.kind or not member.skills or wanted.kind in member.skills
    return skilled and (not wanted.language or not member.languages or wanted.language in member.languages)


def _waiting(desks: Mapping[str, str]) -> list[Escalation]:
    rows = Escalation.objects.filter(
        closed_at__isnull=True,
        status=Status.OPEN,
        conversation__owner=Owner.QUEUE,
        conversation__brand__in=desks,
    )
    rows = rows.select_related("conversation", "team").prefetch_related("stints", "team__members")
    return list(rows.order_by("priority", "due_at", "id")[:AT_ONCE])


def _wishes(waiting: list[Escalation]) -> Iterable[tuple[Escalation, Wanted]]:
    heard = _last_words([row.conversation_id for row in waiting])
    for row in waiting:
        had = {stint.agent_id for stint in row.stints.all() if stint.agent_id}
        language = language_of(row.conversation.brand, heard.get(row.conversation_id, ""))
        yield row, Wanted(row.kind, language, had, teams.members_wanted(row))


def _last_words(conversations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """The customer's last message of each, in one query."""
    rows = Message.objects.filter(conversation__in=conversations, seq=F("conversation__inbound_seq"))
    return {row.conversation_id: row.text for row in rows.only("conversation_id", "text")}


def language_of(slug: str, text: str) -> str:
    """ISO 639 code of the language of which ``text`` uses most marks, by ``[languages]`` of brand.toml; "" for none."""
    try:
        table = brand.load(slug).settings.get("languages", {})
    except BrandError:
        return ""
    words = set(WORD.findall(text.lower()))
    marks = table.items() if isinstance(table, Mapping) else ()
    counts = {str(code): len(words & set(map(str, own))) for code, own in marks}
    best = max(counts, key=lambda code: counts[code], default="")
    return best if best and counts[best] else ""
