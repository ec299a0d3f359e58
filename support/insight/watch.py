"""Wraps the ASGI application: times and logs every request, counts open sockets. Query strings never reach the log."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from support.insight import metrics

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = structlog.get_logger(__name__)

ROOMS = (  # the label of a request: few enough for Prometheus whatever paths strangers try
    ("/webhooks/whatsapp/status", "whatsapp_status"),
    ("/webhooks/", "whatsapp_inbound"),
    ("/api/v1/sessions", "sessions"),
    ("/api/", "api"),
    ("/admin/", "admin"),
    ("/simulator/", "simulator"),
    ("/static/", "static"),
    ("/health", "probe"),
    ("/ready", "probe"),
    ("/metrics", "probe"),
    ("/ws/", "socket"),
)
UNLOGGED = frozenset({"static", "probe", "simulator"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Watch:
    """The wrapper; see the module. Requests and sockets pass through unchanged."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or one socket."""
        watcher = {"http": self._request, "websocket": self._socket}.get(scope["type"], self.app)
        await watcher(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, started = 0, time.perf_counter()

        async def noting(event: Event) -> None:
            nonlocal status
            if event["type"] == "http.response.start":
                status = event["status"]
            await send(event)

        try:
            await self.app(scope, receive, noting)
        finally:
            _note(scope, status, time.perf_counter() - started)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        opened = False

        async def noting(event: Event) -> None:
            nonlocal opened
            if event["type"] == "websocket.accept" and not opened:
                opened = True
                metrics.SOCKETS.inc()
            await send(event)

        try:
            await self.app(scope, receive, noting)
        finally:
            if opened:
                metrics.SOCKETS.dec()


def room_of(path: str) -> str:
    """The label for a path, one of a fixed few."""
    return next((room for prefix, room in ROOMS if path.startswith(prefix)), "page" if path == "/" else "other")


def _note(scope: Scope, status: int, seconds: float) -> None:
    """``status`` 0 stands for a request that went away before its answer began."""
    room = room_of(scope["path"])
    method = scope["method"] if scope["method"] in METHODS else "OTHER"
    metrics.HTTP_SECONDS.labels(method, room, str(status)).observe(seconds)
    if room not in UNLOGGED:
        log.info("request", method=method, path=scope["path"], status=status, milliseconds=round(seconds * 1000, 1))
