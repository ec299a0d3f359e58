"""Labels on a conversation: put on, taken off, and made by those who may."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse, JsonResponse

from chatbot.anonymise.secrets import mask_secrets
from support import db, labelling
from support.console import actions
from support.console.masking import phones
from support.models import Conversation, Label
from support.owning import locked
from support.privacy import audit
from support.problems import document

CREATE = "support.add_label"
LONGEST = 40
COLOURS = {
    "grey": "gris", "blue": "bleu", "green": "vert", "amber": "orange", "red": "rouge", "violet": "violet",
}  # fmt: skip


@actions.action
def change(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """``{"add": id}``, ``{"remove": id}`` or ``{"create": name, "colour": …}``; answers with the labels it has now."""
    row = Conversation.objects.only("id", "brand").get(id=conversation)
    if "create" in body:
        if not user.has_perm(CREATE):
            return document(403, "Votre rôle ne permet pas de créer une étiquette.", code="forbidden")
        name, colour = _name(body), _colour(body)
        with db.write():
            locked(conversation)  # before the audit trail's lock, like everywhere
            label, fresh = Label.objects.get_or_create(brand=row.brand, name=name, defaults={"colour": colour})
            if fresh:
                audit.record(user, "label_created", f"label:{label.pk}", {"name": label.name})
            labelling.put(conversation, user, label)
    elif "add" in body:
        labelling.put(conversation, user, _label(row, body["add"]))
    elif "remove" in body:
        labelling.take_off(conversation, user, _label(row, body["remove"]))
    else:
        raise actions.Unusable("« add », « remove » ou « create » est attendu.")
    return JsonResponse({"labels": of(row)})


def of(conversation: Conversation) -> list[dict[str, Any]]:
    """The labels it has. One query."""
    return [as_json(label) for label in conversation.labels.all()]


def choices(brand: str, user: User) -> dict[str, Any]:
    """The brand's labels, and what may be made. One query."""
    return {
        "labels": [as_json(label) for label in Label.objects.filter(brand=brand)],
        "colours": [{"value": value, "label": label} for value, label in COLOURS.items()],
        "may_create": user.has_perm(CREATE),
    }


def as_json(label: Label) -> dict[str, Any]:
    """One label; a colour that has no class shows as grey."""
    return {"id": label.pk, "name": label.name, "colour": label.colour if label.colour in COLOURS else "grey"}


def _label(conversation: Conversation, number: object) -> Label:
    found = Label.objects.filter(brand=conversation.brand, pk=number).first() if isinstance(number, int) else None
    if found is None:
        raise actions.Unusable("Cette étiquette n'existe pas (ou plus).")
    return found


def _name(body: Mapping[str, Any]) -> str:
    name = " ".join(str(body["create"]).replace("\x00", "").split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise actions.Unusable(f"Un nom de 1 à {LONGEST} caractères est attendu.")
    if phones(name) or mask_secrets(name) != name:
        raise actions.Unusable("Une étiquette se lit partout : sans numéro de téléphone ni code.")
    return name


def _colour(body: Mapping[str, Any]) -> str:
    colour = str(body.get("colour", "grey"))
    if colour not in COLOURS:
        raise actions.Unusable("Cette couleur n'existe pas.")
    return colour
