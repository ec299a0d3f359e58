"""The door of a correction: a fact of a filed claim, or of what the assistant is still collecting."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse

from chatbot.dialogue.state import StateError, from_json
from support import collected
from support.backoffice import by_agent
from support.backoffice.corrections import CorrectionError, recognisers
from support.console import actions, roles
from support.models import Claim, Conversation, Owner


@actions.action
def correct(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """``{"claim": number, "slot", "value"}`` or ``{"case": place, "slot", "value"}``; read like a customer's."""
    row = Conversation.objects.get(id=conversation)
    slot, written = _text(body, "slot"), _text(body, "value")
    any_owner = roles.may_assign(user)
    try:
        if "claim" in body:
            claim = Claim.objects.filter(number=_text(body, "claim"), customer_id=row.customer_id).first()
            if claim is None:
                raise actions.Unusable("Ce dossier n'est pas de ce client.")
            value = _read(row.brand, claim.kind, slot, written)
            by_agent.correct(conversation, claim.number, slot, value, user, any_owner=any_owner)
        else:
            place = _place(body)
            value = _read(row.brand, _kind(row, place), slot, written)
            collected.set_collected(conversation, user, place, slot, value, any_owner=any_owner)
    except CorrectionError as error:
        raise actions.Unusable(str(error)) from error
    return HttpResponse(status=204)


def may_edit(user: User, conversation: Conversation) -> bool:
    """Whether ``user`` may correct facts here: the case is theirs, or they may give cases."""
    owns = conversation.owner == Owner.AGENT and conversation.agent_id == user.pk
    return (owns and roles.may_act(user)) or roles.may_assign(user)


def _read(brand: str, kind: str, slot: str, written: str) -> str | int:
    return recognisers(brand).read(kind, {slot: written})[slot]


def _kind(row: Conversation, place: int) -> str:
    try:
        cases = from_json(row.state).cases
    except StateError:
        cases = ()
    if place >= len(cases):
        raise actions.Unusable("Ce dossier n'est plus en cours : rechargez la fiche.")
    return cases[place].kind


def _place(body: Mapping[str, Any]) -> int:
    place = body.get("case")
    if not isinstance(place, int) or isinstance(place, bool) or place < 0:
        raise actions.Unusable("« claim » ou « case » est attendu.")
    return place


def _text(body: Mapping[str, Any], name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not text.strip() or "\x00" in text:
        raise actions.Unusable("Écrivez une valeur.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise actions.Unusable("La valeur contient un caractère qui n'existe pas.") from None
    return text
