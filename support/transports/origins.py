"""Which web pages may open a socket here, and the true address of who does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings

from support.transports.addresses import client_address

Application = Callable[[Any, Any, Any], Awaitable[None]]


class CheckOrigin:
    """ASGI middleware: refuses handshakes from other origins and puts ``address`` into the scope.

    A page of this very host and those of ALLOWED_ORIGINS may connect. A client that sends no Origin is no browser, so
    there is no foreign page to protect from: its token decides.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on, or refuse with 403."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if not is_allowed(headers.get(b"origin", ""), headers.get(b"host", "")):
            denier: Any = WebsocketDenier()
            await denier(scope, receive, send)
            return
        peer = scope.get("client") or ["", 0]
        address = client_address(peer[0], headers.get(b"x-forwarded-for", ""), settings.TRUSTED_PROXIES)
        await self._application({**scope, "address": address}, receive, send)


def is_allowed(origin: str, host: str) -> bool:
    """Whether a page of ``origin`` may talk to ``host`` (both as in the headers)."""
    if not origin:
        return True
    if origin in settings.ALLOWED_ORIGINS or origin == settings.PUBLIC_URL:
        return True
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc != "" and parts.netloc == host
