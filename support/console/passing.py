"""How a case changes hands from its page, as POST with a JSON body; and what the page shows of who holds it."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.utils import timezone

from support import clock, handing, instructions, staff, teams
from support.console import roles
from support.console.actions import Unusable, action
from support.console.masking import mask_phones
from support.models import Conversation, Escalation, Note, Owner, Stint, Team
from support.problems import document
from support.transports.web.events import isoformat

_FILE = Path(__file__).with_name("passing.toml")


@cache
def take_over_reasons() -> Mapping[str, str]:
    """Code → French, for the list of the page; only the code is kept, in the audit chain."""
    table: dict[str, str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["take_over"]
    return table


@action
def give(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Give the case to the colleague ``to`` or a ``team``, with a ``note``: one's own, or with the right, anybody's."""
    if "team" in body:
        teams.give(conversation, user, team_of(body), _note(body), may_assign=roles.may_assign(user))
        return HttpResponse(status=204)
    handing.give(conversation, user, _colleague(body), _note(body), may_assign=roles.may_assign(user))
    return HttpResponse(status=204)


@action
def put_back(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Put one's case back into the queue with a ``note`` for the next."""
    handing.put_back(conversation, user, _note(body))
    return HttpResponse(status=204)


@action
def take_over(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Take the case from a colleague, for one of the listed reasons."""
    if not roles.may_assign(user):
        return document(403, "Votre rôle ne permet pas de reprendre la conversation d'un collègue.", code="forbidden")
    reason = body.get("reason")
    if not isinstance(reason, str) or reason not in take_over_reasons():
        raise Unusable("Dites pourquoi vous reprenez cette conversation.")
    handing.take_over(conversation, user, reason)
    return HttpResponse(status=204)


@action
def instruct(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Give the conversation back to the assistant and tell it what to do."""
    instruction, words, note = body.get("instruction"), body.get("words", ""), body.get("note", "")
    if not isinstance(instruction, str) or not isinstance(words, str) or not isinstance(note, str):
        raise Unusable("Choisissez une consigne.")
    instructions.hand_back(
        conversation, user, instruction, _encodable(words), alone=body.get("alone") is True, note=_encodable(note)
    )
    return HttpResponse(status=204)


def held(conversation: Conversation, escalation: Escalation | None) -> dict[str, Any] | None:
    """Until when the case is kept for whoever has it, on the clock of the page, and the note it came with."""
    if conversation.owner != Owner.AGENT or escalation is None or escalation.lease_until is None:
        return None
    ahead = timedelta(seconds=round((clock.now() - timezone.now()).total_seconds()))  # leases run on the real clock
    return {"until": isoformat(escalation.lease_until + ahead), "note": _note_it_came_with(escalation)}


def _note_it_came_with(escalation: Escalation) -> dict[str, str] | None:
    """The note written as the case last changed hands: into the queue, or to who has it now."""
    began = (
        Stint.objects.filter(escalation=escalation).order_by("-began_at", "-id").values_list("began_at", flat=True)[:2]
    )
    notes = Note.objects.filter(conversation=escalation.conversation_id, at__in=list(began))
    note = notes.select_related("author").order_by("-at").first()
    if note is None:
        return None
    return {"author": staff.name(note.author) if note.author else "", "text": mask_phones(note.text)}


def _colleague(body: Mapping[str, Any]) -> User:
    identity = body.get("to")
    if not isinstance(identity, int) or isinstance(identity, bool) or not 0 < identity < 2**31:
        raise Unusable("Choisissez à qui confier la conversation.")
    user = User.objects.filter(pk=identity).first()
    if user is None or not roles.may_act(user):
        raise Unusable("Cette personne ne peut pas prendre de conversation.")
    return user


def team_of(body: Mapping[str, Any]) -> Team:
    """The team that ``body`` names. Raises Unusable."""
    identity = body["team"]
    whole = isinstance(identity, int) and not isinstance(identity, bool) and 0 < identity < 2**31
    team = Team.objects.filter(pk=identity).first() if whole else None
    if team is None:
        raise Unusable("Cette équipe n'existe plus.")
    return team


def _note(body: Mapping[str, Any]) -> str:
    note = body.get("note", "")
    if not isinstance(note, str):
        raise Unusable("La note doit être un texte.")
    return _encodable(note)


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unusable("Le texte contient un caractère qui n'existe pas.") from None
    return text
