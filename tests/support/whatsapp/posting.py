"""Posts to the webhooks as Twilio makes them, through either of their doors."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import httpx
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import QueryDict
from twilio.request_validator import RequestValidator

from support.transports.whatsapp.door import WebhookDoor

INBOUND, STATUS = "/webhooks/whatsapp/", "/webhooks/whatsapp/status/"
DJANGO: Any = get_asgi_application()
DOORS = {"django": DJANGO, "door": WebhookDoor(DJANGO)}
Fields = Mapping[str, str | Sequence[str]]


def message(**changed: str | Sequence[str]) -> dict[str, str | Sequence[str]]:
    """A text message, with a MessageSid of its own."""
    return {
        "MessageSid": f"SM{uuid.uuid4().hex}",
        "AccountSid": "AC" + "0" * 32,
        "From": "whatsapp:+2250700000001",
        "To": "whatsapp:+2252522018730",
        "Body": "bonjour",
        "NumMedia": "0",
        "ProfileName": "Awa",
    } | changed


def signed(path: str, body: str, query: str = "") -> str:
    """Twilio's signature of a form post to our public address."""
    url = settings.PUBLIC_URL + path + (f"?{query}" if query else "")
    return RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature(url, QueryDict(body))


def post(
    fields: Fields | bytes, path: str = INBOUND, *, query: str = "", door: str = "door", **headers: str
) -> httpx.Response:
    """One post, signed unless ``headers`` bring another X_Twilio_Signature."""
    return post_all([fields], path, query=query, door=door, **headers)[0]


def post_all(
    many: Sequence[Fields | bytes], path: str = INBOUND, *, query: str = "", door: str = "door", **headers: str
) -> list[httpx.Response]:
    """Posts at the same time."""

    async def one(client: httpx.AsyncClient, fields: Fields | bytes) -> httpx.Response:
        body = fields if isinstance(fields, bytes) else urlencode(fields, doseq=True).encode()
        given = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
        if "x_twilio_signature" not in headers:
            given["x-twilio-signature"] = signed(path, body.decode("latin-1"), query)
        given |= {name.replace("_", "-"): value for name, value in headers.items() if value}
        url = path + (f"?{query}" if query else "")
        return await client.post(
            url, content=body, headers=[(name.encode(), value.encode()) for name, value in given.items()]
        )

    async def everyone() -> list[httpx.Response]:
        transport = httpx.ASGITransport(DOORS[door])
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await asyncio.gather(*(one(client, fields) for fields in many))

    return asyncio.run(everyone())
