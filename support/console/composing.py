"""The composer's own addresses: what it may insert and attach, and taking back what was said too soon."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from support import db, escalate, files, suggest, undo
from support.console import macros, ready, retrying, variables
from support.console.actions import Unusable, action, client_id_of, replied, turned_away, usable_text, uuid_of
from support.file_links import public
from support.models import CannedReply, Conversation
from support.privacy import audit
from support.problems import document

_one_at_a_time = ThreadPoolExecutor(1, thread_name_prefix="suggest")


@action
def take_back(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Undo a reply that has not left; its words go back into the composer."""
    return JsonResponse(undo.as_json(undo.undo(conversation, user, client_id_of(body))))


@action
def cancel(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Cancel a reply held until the customer writes."""
    escalate.withdraw(conversation, user, uuid_of(body, "message"))
    return HttpResponse(status=204)


@action
def again(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Say again what of a failed reply did not reach the provider, as a new message, once."""
    return replied(retrying.again(conversation, user, uuid_of(body, "message")))


@action
def insertable(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Ready replies with their variables filled, and the names of the macros."""
    case = Conversation.objects.select_related("customer").get(id=conversation)
    known = variables.of(case, user)
    replies = [{**each, "text": variables.filled(each["text"], known)} for each in ready.replies(case.brand, user)]
    offered = [{"name": name, "steps": _told(steps)} for name, steps in ready.macros(case.brand).items()]
    return JsonResponse({"replies": replies, "macros": offered})


@action
def keep_reply(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Keep a text as the user's own ready reply, in place of their own of the same shortcut."""
    shortcut, text = str(body.get("shortcut", "")).strip().lower(), usable_text(body)
    if not (shortcut.isascii() and shortcut.replace("-", "").replace("_", "").isalnum() and len(shortcut) <= 30):
        raise Unusable("Le raccourci : des lettres sans accent, des chiffres et des tirets, 30 au plus.")
    brand = Conversation.objects.get(id=conversation).brand
    if fault := ready.fault(brand, text):
        raise Unusable(fault)
    with db.write():
        kept, _ = CannedReply.objects.update_or_create(
            brand=brand,
            shortcut=shortcut,
            owner=user,
            defaults={"text": text, "title": " ".join(text.split())[:80]},
        )
        audit.record(user, "canned_own", f"canned:{kept.pk}")
    return HttpResponse(status=204)


@action
def drop_reply(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Forget a ready reply of the user's own."""
    with db.write():
        for kept in CannedReply.objects.filter(owner=user, shortcut=str(body.get("shortcut", ""))):
            audit.record(user, "canned_drop", f"canned:{kept.pk}")
            kept.delete()
    return HttpResponse(status=204)


@action
def run_macro(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Run the macro called ``name``; a reply with a gap comes back to be completed, and nothing is done."""
    name = str(body.get("name", ""))
    steps = ready.macros(Conversation.objects.get(id=conversation).brand).get(name)
    if steps is None:
        raise Unusable("Cette macro n'existe pas.")
    text = usable_text(body) if body.get("text") else ""
    try:
        done = macros.run(conversation, user, steps, client_id_of(body), text)
    except macros.GapError as missing:
        return document(422, str(missing), code="gap", text=missing.text)
    except macros.MacroError as error:
        raise Unusable(str(error)) from error
    return JsonResponse({"done": done})


async def suggestion(request: HttpRequest, conversation: uuid.UUID) -> HttpResponse:
    """What the assistant would say now; a draft for the agent, never sent by itself.

    In a thread of its own: thinking must hold up neither sockets nor other requests.
    """

    def think() -> HttpResponse:
        close_old_connections()
        try:
            return _suggestion(request, conversation)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_one_at_a_time, think)


@action
def _suggestion(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    proposed = suggest.suggest(conversation, user)
    return JsonResponse({"text": proposed.text, "warnings": list(proposed.warnings)})


@require_POST
def attach(request: HttpRequest, conversation: uuid.UUID) -> HttpResponse:
    """Take one file, sent as a form's « file »."""
    if (refusal := turned_away(request, conversation)) is not None:
        return refusal
    sent = request.FILES.get("file")
    if sent is None:
        return document(422, "Aucun fichier n'est arrivé.", code="unusable")
    if (sent.size or 0) > files.MAX_BYTES:
        return document(413, "Ce fichier dépasse 8 Mo.", code="too_large")
    try:
        kept = files.store(conversation, cast("User", request.user), sent.name or "", sent.read())
    except files.FileError as error:
        return document(422, str(error), code="unusable")
    except escalate.EscalationError as error:
        return document(409, str(error), code="conflict")
    return JsonResponse(public([files.attachment(kept)])[0] | {"file": kept.id.hex}, status=201)


@action
def detach(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Delete a file that was not sent."""
    files.discard(conversation, user, uuid_of(body, "file"))
    return HttpResponse(status=204)


def _told(steps: Mapping[str, Any]) -> list[str]:
    """What a macro does, step by step, for the person about to run it."""
    told = [f"étiquette « {label} »" for label in steps.get("labels", [])]
    status = {"pending": "en attente du client", "resolved": "terminer"}.get(steps.get("status", ""))
    if steps.get("status") == "snoozed":
        status = f"veille {steps.get('snooze_hours', 1):g} h"
    priority = macros.priority_word(steps)
    return [
        each
        for each in ("réponse" if "reply" in steps else "", *told, priority, status, "note" if "note" in steps else "")
        if each
    ]
