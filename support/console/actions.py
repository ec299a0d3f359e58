"""What an agent does to a case, as POST with a JSON body. ``escalate`` is the writer; here is its door."""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from support import escalate, files, suggest, undo
from support.console import appetite, roles, selectors, transcript, variables, window
from support.console import reveal as revealing
from support.models import Conversation, Message, PendingReply
from support.problems import document

Action = Callable[[uuid.UUID, User, Mapping[str, Any]], HttpResponse]


class Unusable(Exception):
    """The body of a request cannot be used; the text is French."""


def action(act: Action) -> Callable[..., HttpResponse]:
    """The door of every action: staff, permission, a conversation that exists, a JSON object; else a problem."""

    @functools.wraps(act)
    def view(request: HttpRequest, conversation: uuid.UUID) -> HttpResponse:
        if (refusal := turned_away(request, conversation)) is not None:
            return refusal
        try:
            return act(conversation, cast("User", request.user), body_of(request))
        except Unusable as error:
            return document(422, str(error), code="unusable")
        except escalate.EscalationError as error:
            return document(409, str(error), code="conflict", agent=_owner(conversation))

    return require_POST(view)


def turned_away(request: HttpRequest, conversation: uuid.UUID) -> HttpResponse | None:
    """The problem for who may not act on a case, or on one that is not there; None for a member of staff who may."""
    if not isinstance(request.user, User):
        return document(401, "Votre session a expiré. Reconnectez-vous.", code="signed_out")
    if not roles.may_act(request.user):
        return document(403, "Votre rôle ne permet pas cette action.", code="forbidden")
    if not Conversation.objects.filter(id=conversation).exists():
        return document(404, "Cette conversation n'existe pas.", code="not_found")
    return None


@action
def take(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Make the user the owner; 409 when somebody else is."""
    escalate.take(conversation, user)
    return HttpResponse(status=204)


@action
def reply(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Send ``text`` and ``files``, soon (202) or at once (201). The same ``client_id`` again is the first reply.

    Outside WhatsApp's window ``template`` names the one that invites the customer to write; it may go alone.
    """
    attached = files.of(conversation, body.get("files", ()))
    text = "" if (attached or body.get("template")) and not body.get("text") else usable_text(body)
    template = window.chosen(conversation, user, client_id_of(body), body.get("template"))
    if gap := variables.gap_in(text):
        raise Unusable(f"Complétez {gap} avant d'envoyer.")
    held = undo.hold(conversation, user, text, client_id_of(body), attached, template=template)
    if body.get("suggestion") in ("as_is", "edited"):
        suggest.used(conversation, user, edited=body["suggestion"] == "edited")
    return replied(held)


def replied(held: Message | PendingReply) -> HttpResponse:
    """The answer to a reply: what waits to leave, or the message."""
    if isinstance(held, PendingReply):
        return JsonResponse({"pending": undo.as_json(held)}, status=202)
    return JsonResponse(transcript.as_json(held, held.conversation, whole_numbers=False), status=201)


@action
def hand_back(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Give the conversation back to the assistant."""
    escalate.hand_back(conversation, user)
    return HttpResponse(status=204)


@action
def close(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """End the case."""
    escalate.close(conversation, user)
    return HttpResponse(status=204)


@action
def keep(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Hold the case longer, while the user reads or writes."""
    escalate.keep(conversation, user)
    return HttpResponse(status=204)


@action
def reveal(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Record that the user wants to see whole numbers and why, and give the token that shows them."""
    if not roles.may_reveal(user):
        return document(403, "Votre rôle ne permet pas de voir les numéros entiers.", code="forbidden")
    if (why := revealing.why(body)) is None:
        raise Unusable("Dites pourquoi vous affichez les numéros.")
    if seconds := appetite.wait(user, appetite.REVEALS, conversation):
        return document(429, appetite.TOO_MANY, code="too_many", retry_after=seconds)
    return JsonResponse({"token": revealing.grant(user, conversation, why), "seconds": revealing.LASTS_SECONDS})


def body_of(request: HttpRequest) -> Mapping[str, Any]:
    """A request's JSON object; an empty one without a body. Raises Unusable."""
    if not request.body:
        return {}
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Unusable("Le corps de la requête n'est pas du JSON.") from None
    if not isinstance(body, dict):
        raise Unusable("Un objet JSON est attendu.")
    return body


def usable_text(body: Mapping[str, Any]) -> str:
    """The text of a message. Raises Unusable."""
    text = body.get("text")
    if not isinstance(text, str) or not text.replace("\x00", "").strip():
        raise Unusable("Le message est vide.")
    if len(text) > escalate.MAX_REPLY_CHARACTERS:
        raise Unusable(f"Le message dépasse {escalate.MAX_REPLY_CHARACTERS} caractères.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unusable("Le message contient un caractère qui n'existe pas.") from None
    return text


def client_id_of(body: Mapping[str, Any]) -> uuid.UUID:
    """The page's own name for what it sends. Raises Unusable."""
    return uuid_of(body, "client_id")


def uuid_of(body: Mapping[str, Any], name: str) -> uuid.UUID:
    """The identifier called ``name``. Raises Unusable."""
    try:
        return uuid.UUID(str(body.get(name)))
    except ValueError:
        raise Unusable(f"« {name} » doit être un UUID.") from None


def _owner(conversation: uuid.UUID) -> dict[str, Any] | None:
    row = Conversation.objects.select_related("agent").get(id=conversation)
    return selectors.agent_of(row)
