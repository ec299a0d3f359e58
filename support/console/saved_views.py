"""A person's own views of the queue. They are how one looks at work, not an act on it, so the audit knows none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpResponse, JsonResponse

from support import db
from support.console import doors
from support.console.actions import Unusable
from support.escalate import EscalationError
from support.models import SavedView

MOST = 30
FILTERS = {"who", "status", "waiting", "brand", "channel", "kind", "pair", "label", "team", "agent", "due"}


def of(user: User) -> list[dict[str, Any]]:
    """The user's views, in their order."""
    views = SavedView.objects.filter(user=user)
    return [{"id": view.pk, "name": view.name, "filters": view.filters, "first": view.opens_first} for view in views]


@doors.changes_own
def create(user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Keep ``filters`` under a ``name``."""
    name, filters = _name(body), _filters(body)
    with db.write():
        User.objects.select_for_update().get(pk=user.pk)  # one at a time, so that the limit holds
        count = SavedView.objects.filter(user=user).count()
        if count >= MOST:
            raise EscalationError(f"Vous avez déjà {MOST} vues : supprimez-en une.")
        _refuse_twin(user, name)
        SavedView.objects.create(user=user, name=name, filters=filters, position=count)
    return _views(user, 201)


@doors.changes_own
def change(user: User, body: Mapping[str, Any], view: int) -> HttpResponse:
    """Give a view another ``name``, other ``filters``, or have the queue open with it (``first``)."""
    with db.write():
        row = _own(user, view)
        if "name" in body:
            row.name = _name(body)
            _refuse_twin(user, row.name, besides=view)
        if "filters" in body:
            row.filters = _filters(body)
        if "first" in body:
            SavedView.objects.filter(user=user, opens_first=True).update(opens_first=False)
            row.opens_first = body["first"] is True
        try:
            row.save()
        except IntegrityError:
            raise EscalationError("Cette vue vient d'être changée ailleurs. Rechargez la page.") from None
    return _views(user)


@doors.changes_own
def delete(user: User, body: Mapping[str, Any], view: int) -> HttpResponse:
    """Forget a view."""
    with db.write():
        _own(user, view).delete()
    return _views(user)


@doors.changes_own
def order(user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Put the views in the order of ``ids``; ids that are not the user's are passed over."""
    ids = body.get("ids")
    if not isinstance(ids, list) or not all(isinstance(each, int) for each in ids):
        raise Unusable("« ids » doit être une liste de vues.")
    with db.write():
        views = {view.pk: view for view in SavedView.objects.filter(user=user)}
        for place, view in enumerate(views[each] for each in dict.fromkeys(ids) if each in views):
            view.position = place
            view.save(update_fields=["position"])
    return _views(user)


def _views(user: User, status: int = 200) -> HttpResponse:
    return JsonResponse({"views": of(user)}, status=status)


def _own(user: User, view: int) -> SavedView:
    row = SavedView.objects.select_for_update().filter(user=user, pk=view).first()
    if row is None:
        raise EscalationError("Cette vue n'existe plus.")
    return row


def _refuse_twin(user: User, name: str, besides: int = 0) -> None:
    if SavedView.objects.filter(user=user, name=name).exclude(pk=besides).exists():
        raise EscalationError("Vous avez déjà une vue de ce nom.")


def _name(body: Mapping[str, Any]) -> str:
    name = body.get("name")
    if not isinstance(name, str) or not (name := " ".join(name.replace("\x00", "").split())) or len(name) > 40:
        raise Unusable("Le nom doit avoir de 1 à 40 caractères.")
    return name


def _filters(body: Mapping[str, Any]) -> dict[str, str]:
    filters = body.get("filters")
    if not isinstance(filters, dict) or not filters.keys() <= FILTERS:
        raise Unusable("Ces filtres ne sont pas ceux de la file.")
    if not all(isinstance(value, str) and len(value) <= 60 and "\x00" not in value for value in filters.values()):
        raise Unusable("Un filtre est un texte court.")
    return filters
