"""Who is at work, for the header of every console page and for giving a case to somebody: read and set as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from support import clock, hours, house_words, staff, team
from support.console import roles
from support.models import Availability, Team, TeamMember
from support.problems import document
from support.transports.web.events import isoformat


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """{availability, members: [{id, name, availability, label, here, load, capacity, me}], teams, off_duty_until}."""
    user = request.user
    if not isinstance(user, User) or not roles.may_see(user):
        return document(403, "Votre rôle ne permet pas cette action.", code="forbidden")
    own = TeamMember.objects.filter(user=user).values_list("availability", flat=True).first()
    members = [_shown(member, user) for member in team.members()] if roles.may_act(user) else []
    until = off_duty_until(settings.BRAND, clock.now())
    return JsonResponse(
        {
            "availability": own or Availability.AVAILABLE,
            "members": members,
            "teams": _teams(members),
            "off_duty": not house_words.on_duty(settings.BRAND, clock.now()),
            "off_duty_until": isoformat(until) if until else None,
        }
    )


@require_POST
def set_availability(request: HttpRequest) -> HttpResponse:
    """Note what the user says of themselves."""
    user = request.user
    if not isinstance(user, User) or not roles.may_act(user):
        return document(403, "Votre rôle ne permet pas cette action.", code="forbidden")
    try:
        body = json.loads(request.body)
        availability = Availability(body["availability"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return document(422, "Choisissez disponible, occupé ou absent.", code="unusable")
    team.say(user, availability)
    return HttpResponse(status=204)


def off_duty_until(brand: str, now: datetime) -> datetime | None:
    """When advisers answer again; None while they do, or when they never will."""
    opening = hours.next_opening(brand, now)
    return opening if opening and opening > now else None


def _teams(members: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each with what it is for, and how many of it are at their desk. Two queries."""
    there = {one["id"] for one in members if one["here"] and one["availability"] == Availability.AVAILABLE}
    return [
        {
            "id": each.pk,
            "name": each.name,
            "description": each.description,
            "here": sum(user.pk in there for user in each.members.all()),
        }
        for each in Team.objects.filter(brand=settings.BRAND).prefetch_related("members")
    ]


def _shown(member: team.Member, me: User) -> dict[str, Any]:
    return {
        "id": member.user.pk,
        "name": staff.name(member.user),
        "availability": member.availability,
        "label": Availability(member.availability).label if member.here else "Hors ligne",
        "here": member.here,
        "load": member.load,
        "capacity": member.capacity,
        "me": member.user.pk == me.pk,
    }
