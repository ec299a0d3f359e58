"""Internal notes: written by staff for each other, with @mentions that ring. Never a message, so never sent."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse

from chatbot.anonymise.secrets import mask_secrets
from support import clock, db, notices, staff
from support.console import actions, roles
from support.console.labels import choices
from support.console.lookups import lookup
from support.console.masking import mask_phones
from support.models import Conversation, Note, NoticeKind
from support.owning import locked
from support.privacy import audit
from support.transports.web import events
from support.transports.web.events import isoformat

EXCERPT = 160
NOTES_SHOWN = 200
_MENTION = re.compile(r"(?<![\w@.])@([\w.+-]{1,150})")


@actions.action
def write(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Keep a note; the same ``client_id`` again is answered with the first."""
    text, client_id = actions.usable_text(body), actions.client_id_of(body)
    with db.write():
        locked(conversation)
        note = Note.objects.filter(conversation=conversation, client_id=client_id).first()
        if note is None:
            note = _keep(conversation, user, mask_secrets(text.replace("\x00", "").strip()), client_id)
    return JsonResponse(as_json(note, whole_numbers=False), status=201)


def _keep(conversation: uuid.UUID, user: User, text: str, client_id: uuid.UUID) -> Note:
    note = Note.objects.create(
        conversation_id=conversation, author=user, text=text, client_id=client_id, at=clock.now()
    )
    mentioned = mentions(text)
    note.mentions.set(mentioned)
    line = " ".join(mask_phones(text).split())
    others = [each for each in mentioned if each.pk != user.pk]
    notices.tell(others, NoticeKind.MENTION, conversation, f"{staff.name(user)} : {line[:EXCERPT]}")
    audit.record(user, "note", f"conversation:{conversation}", {"mentions": len(mentioned)})
    transaction.on_commit(lambda: events.publish(events.changed(conversation)))
    return note


def mentions(text: str) -> list[User]:
    """The members of staff named with @, who may see the case. One query."""
    names = {found.rstrip(".-+").lower() for found in _MENTION.findall(text)}
    if not names:
        return []
    return [user for user in _staff() if user.get_username().lower() in names]


def _staff() -> QuerySet[User]:
    return staff.holders(roles.SEE).order_by("username")


def people() -> list[dict[str, str]]:
    """Who can be mentioned. One query."""
    return [{"username": user.get_username(), "name": staff.name(user)} for user in _staff()]


@lookup
def aids(request: HttpRequest, conversation: Conversation, user: User) -> HttpResponse:
    """What the page offers while one writes: people to mention, labels to choose from."""
    return JsonResponse({"people": people(), **choices(conversation.brand, user)})


def ids(conversation: uuid.UUID) -> list[uuid.UUID]:
    """The newest notes of a conversation, oldest first. One query that decrypts nothing."""
    rows = Note.objects.filter(conversation=conversation).order_by("-at", "-id")
    return list(rows.values_list("id", flat=True)[:NOTES_SHOWN])[::-1]


def shown(wanted: Collection[uuid.UUID], *, whole_numbers: bool) -> list[dict[str, Any]]:
    """These notes, oldest first. Two queries."""
    rows = Note.objects.filter(id__in=wanted).select_related("author").prefetch_related("mentions")
    return [as_json(note, whole_numbers=whole_numbers) for note in rows]


def as_json(note: Note, *, whole_numbers: bool) -> dict[str, Any]:
    """One note."""
    return {
        "id": str(note.id),
        "author": staff.name(note.author) if note.author else "Ancien membre",
        "text": note.text if whole_numbers else mask_phones(note.text),
        "mentions": _usernames(note.mentions.all()),
        "client_id": str(note.client_id) if note.client_id else None,
        "at": isoformat(note.at),
    }


def _usernames(users: Iterable[User]) -> list[str]:
    return [user.get_username() for user in users]
