"""The REST API under /api/v1/. OpenAPI at /api/v1/openapi.json, a page to try it at /api/v1/docs."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from ninja import Field, NinjaAPI, Query, Schema
from ninja.security import HttpBearer

from support import problems, receive
from support.backoffice import api as backoffice_api
from support.backoffice import predict
from support.models import Channel, Message
from support.problems import Problem
from support.threads import run_in_db_thread
from support.transports import limits
from support.transports.addresses import request_address
from support.transports.web import events, sessions
from support.transports.web.frames import MAX_TEXT_CHARACTERS

api = NinjaAPI(title="Akwaba", version="1", urls_namespace="api", docs_url="/docs")
problems.install(api)
api.add_router("", backoffice_api.router)
api.add_router("", predict.router)
PAGE = 200


class SessionIn(Schema):
    """What a site says about its visitor; everything is optional."""

    brand: Annotated[str, Field(max_length=50)] = ""
    identity: Annotated[str, Field(max_length=sessions.MAX_IDENTITY_CHARACTERS)] = ""
    identity_hmac: Annotated[str, Field(max_length=64)] = ""


class SessionOut(Schema):
    """A web session."""

    token: str
    conversation: uuid.UUID
    expires_at: datetime


class MessageIn(Schema):
    """A customer's message; the same ``client_id`` again is answered by the same stored message."""

    client_id: uuid.UUID
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARACTERS, pattern=r"\S")]


class SessionToken(HttpBearer):
    """A web session's token as bearer credentials."""

    async def authenticate(self, request: HttpRequest, token: str) -> sessions.Session:
        """The session, or a 401 or 403 problem."""
        try:
            return sessions.read(token)
        except sessions.SessionError as error:
            raise Problem(401 if error.code == "expired" else 403, str(error), code=error.code) from error


@api.post("/sessions", response={201: SessionOut}, auth=None, tags=["web"])
async def open_session(request: HttpRequest, data: SessionIn) -> tuple[int, SessionOut]:
    """Open a web session. With ``identity`` and its proof, a known person finds their conversation again."""
    await _limit("sessions", settings.RATE_SESSIONS_PER_ADDRESS, request_address(request))
    if data.brand not in ("", settings.BRAND):
        raise Problem(404, "Cette marque n'existe pas.")
    try:
        session, expires_at = await run_in_db_thread(sessions.create, settings.BRAND, data.identity, data.identity_hmac)
    except sessions.SessionError as error:
        raise Problem(403, str(error), code=error.code) from error
    return 201, SessionOut(token=session.token(), conversation=session.conversation, expires_at=expires_at)


@api.get("/conversations/{conversation}/messages", auth=SessionToken(), tags=["web"])
async def messages(
    request: HttpRequest, conversation: uuid.UUID, after: Annotated[int, Query(ge=0, lt=2**31)] = 0
) -> dict[str, Any]:
    """Up to 200 messages after ``after``, oldest first."""
    _own(request, conversation)
    rows = await run_in_db_thread(_messages, conversation, after)
    return {"messages": [events.message_event(row) for row in rows], "more": len(rows) == PAGE}


@api.post("/conversations/{conversation}/messages", response={201: dict}, auth=SessionToken(), tags=["web"])
async def send(request: HttpRequest, conversation: uuid.UUID, data: MessageIn) -> tuple[int, dict[str, Any]]:
    """Send a message without a web socket."""
    session = _own(request, conversation)
    await _limit("send", settings.RATE_SEND_PER_SESSION, conversation.hex)
    await _limit("send-address", settings.RATE_SEND_PER_ADDRESS, request_address(request))
    inbound = receive.Inbound(
        brand=session.brand,
        channel=Channel.WEB,
        address=session.address,
        text=data.text,
        client_id=data.client_id,
        conversation=conversation,
    )
    try:
        receipt = await run_in_db_thread(receive.receive, inbound)
    except DatabaseError as error:
        raise Problem(503, "Le message n'a pas pu être enregistré.", retry_after=5) from error
    return 201, events.message_event(receipt.message)


def _own(request: HttpRequest, conversation: uuid.UUID) -> sessions.Session:
    session: sessions.Session = request.auth  # type: ignore[attr-defined]
    if session.conversation != conversation:
        raise Problem(403, "Cette conversation n'est pas la vôtre.", code="forbidden")
    return session


def _messages(conversation: uuid.UUID, after: int) -> list[Message]:
    return list(Message.objects.filter(conversation=conversation, seq__gt=after).order_by("seq")[:PAGE])


async def _limit(what: str, rate: str, who: str) -> None:
    if wait := await run_in_db_thread(limits.retry_after, what, rate, who):
        raise Problem(429, "Trop de demandes.", retry_after=wait, code="rate_limited")
