"""One act on many cases: each is handled on its own, with its own outcome."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse, JsonResponse

from support import clock, escalate, handing, labelling, statuses, teams
from support.console import doors, passing, roles
from support.console.actions import Unusable
from support.console.case_status import status_of
from support.models import Label, Priority

MOST = 200
Act = Callable[[uuid.UUID], object]


@doors.acts
def bulk(user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Do ``act`` to each of ``ids``: take, assign (to or team), label, priority, status, snooze (until), close."""
    act, ids = _act(user, body), _ids(body)
    done, refused = [], []
    for conversation in ids:
        try:
            act(conversation)
        except escalate.EscalationError as error:
            refused.append({"id": str(conversation), "why": str(error)})
        else:
            done.append(str(conversation))
    whys = [each["why"] for each in refused]
    return JsonResponse({"done": done, "refused": refused, "text": summary(len(done), whys)})


def summary(done: int, refusals: list[str]) -> str:
    """ "3 faites, 1 refusée : cette conversation est déjà avec Koffi." """
    made = f"{done} faite{'s' if done > 1 else ''}" if done else "Aucune faite"
    if not refusals:
        return f"{made}."
    whys = " ".join(dict.fromkeys(why[:1].lower() + why[1:] for why in refusals))
    return f"{made}, {len(refusals)} refusée{'s' if len(refusals) > 1 else ''} : {whys}"


def _act(user: User, body: Mapping[str, Any]) -> Act:
    """What is asked, ready to be done to a case. Raises Unusable, or EscalationError where the role does not allow."""
    may_assign = roles.may_assign(user)
    match body.get("act"):
        case "take":
            return lambda case: escalate.take(case, user)
        case "close":
            return lambda case: escalate.close(case, user)
        case "assign":
            return _giving(user, body)
        case "label":
            label = Label.objects.filter(pk=_number(body, "label")).first()
            if label is None:
                raise Unusable("Cette étiquette n'existe plus.")
            return lambda case: labelling.put(case, user, label)
        case "priority":
            priority = _number(body, "priority")
            if priority not in Priority.values:
                raise Unusable("Cette priorité n'existe pas.")
            return lambda case: statuses.set_priority(case, user, Priority(priority))
        case "status" | "snooze":
            status, until = status_of(body, clock.now())
            return lambda case: statuses.set_status(case, user, status, until, of_anybody=may_assign)
    raise Unusable("Cette action n'existe pas.")


def _giving(user: User, body: Mapping[str, Any]) -> Act:
    """To a colleague or to a team, as from the page of a case; of many cases at once only by who may of anybody's."""
    if not roles.may_assign(user):
        raise escalate.EscalationError("Votre rôle ne permet pas de confier une conversation.")
    if "team" in body:
        team = passing.team_of(body)
        return lambda case: teams.give(case, user, team, "", may_assign=True)
    colleague = _colleague(body)
    return lambda case: handing.give(case, user, colleague, "", may_assign=True)


def _colleague(body: Mapping[str, Any]) -> User:
    colleague = User.objects.filter(pk=_number(body, "to")).first()
    if colleague is None or not roles.may_act(colleague):
        raise Unusable("Cette personne ne peut pas recevoir de conversation.")
    return colleague


def _number(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise Unusable(f"« {name} » doit être un nombre.")
    return value


def _ids(body: Mapping[str, Any]) -> list[uuid.UUID]:
    ids = body.get("ids")
    if not isinstance(ids, list) or not 0 < len(ids) <= MOST:
        raise Unusable(f"« ids » doit nommer de 1 à {MOST} conversations.")
    try:
        return list(dict.fromkeys(uuid.UUID(str(each)) for each in ids))
    except ValueError:
        raise Unusable("« ids » doit être une liste d'identifiants.") from None
