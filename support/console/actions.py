"""What an agent does to a case, as POST with a JSON body. ``escalate`` is the writer; here is its door."""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from support import escalate
from support.console import reveal as revealing
from support.console import roles, selectors, transcript
from support.models import Conversation
from support.problems import document

Action = Callable[[uuid.UUID, User, Mapping[str, Any]], HttpResponse]


class Unusable(Exception):
    """The body of a request cannot be used; the text is French."""


def action(act: Action) -> Callable[..., HttpResponse]:
    """The door of every action: staff, permission, a conversation that exists, a JSON object; else a problem."""

    @functools.wraps(act)
    def view(request: HttpRequest, conversation: uuid.UUID) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return document(401, "Votre session a expiré. Reconnectez-vous.", code="signed_out")
        if not roles.may_act(user):
            return document(403, "Votre rôle ne permet pas cette action.", code="forbidden")
        if not Conversation.objects.filter(id=conversation).exists():
            return document(404, "Cette conversation n'existe pas.", code="not_found")
        try:
            return act(conversation, user, _body(request))
        except Unusable as error:
            return document(422, str(error), code="unusable")
        except escalate.EscalationError as error:
            return document(409, str(error), code="conflict", agent=_owner(conversation))

    return require_POST(view)


@action
def take(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Make the user the owner; 409 when somebody else is."""
    escalate.take(conversation, user)
    return HttpResponse(status=204)


@action
def reply(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Send ``text``; the same ``client_id`` again is answered with the first message."""
    message = escalate.reply(conversation, user, _text(body), _client_id(body))
    return JsonResponse(transcript.as_json(message, message.conversation, whole_numbers=False), status=201)


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
    """Record that the user wants to see whole numbers, and give the token that shows them."""
    return JsonResponse({"token": revealing.grant(user, conversation), "seconds": revealing.LASTS_SECONDS})


def _body(request: HttpRequest) -> Mapping[str, Any]:
    if not request.body:
        return {}
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Unusable("Le corps de la requête n'est pas du JSON.") from None
    if not isinstance(body, dict):
        raise Unusable("Un objet JSON est attendu.")
    return body


def _text(body: Mapping[str, Any]) -> str:
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


def _client_id(body: Mapping[str, Any]) -> uuid.UUID:
    try:
        return uuid.UUID(str(body.get("client_id")))
    except ValueError:
        raise Unusable("« client_id » doit être un UUID.") from None


def text_of(body: Mapping[str, Any]) -> str:
    """The words of a body, for other actions. Raises Unusable."""
    return _text(body)


def client_id_of(body: Mapping[str, Any]) -> uuid.UUID:
    """The identifier that makes a repeat harmless, for other actions. Raises Unusable."""
    return _client_id(body)


def _owner(conversation: uuid.UUID) -> dict[str, Any] | None:
    row = Conversation.objects.select_related("agent").get(id=conversation)
    return selectors.agent_of(row)
