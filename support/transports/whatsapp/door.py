"""The webhooks' own door, in front of Django's handler.

Django's middleware knows browsers: cookies, languages, frames. A webhook needs none of it, and each piece costs a hop
between threads; with the handler itself they take more of the processor than storing the message does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope
from django.http import HttpResponse

from support.transports.whatsapp import webhook
from support.transports.whatsapp.signature import HEADER

SIGNATURE_HEADER = HEADER.lower().encode()


class WebhookDoor:
    """ASGI middleware: answers posts to the webhooks, passes everything else on."""

    def __init__(self, application: Callable[[Any, Any, Any], Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """One request, or one socket to pass on."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in webhook.HANDLERS:
            await self._application(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            return
        query = scope["query_string"].decode("latin-1")
        await _send(await webhook.answer(scope["path"], query, _signature(scope), body), send)


def _signature(scope: HTTPScope) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == SIGNATURE_HEADER), "")


async def _body(receive: ASGIReceiveCallable) -> bytes | None:
    """The whole body, no more of it than shows that it is too large; None when the sender has gone."""
    body = b""
    while len(body) <= webhook.MAX_BODY:
        event = await receive()
        if event["type"] != "http.request":
            return None
        body += event.get("body", b"")
        if not event.get("more_body", False):
            break
    return body


async def _send(response: HttpResponse, send: ASGISendCallable) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]
    headers.append((b"content-length", str(len(response.content)).encode()))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": response.content, "more_body": False})
