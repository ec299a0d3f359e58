"""A web process with a wrong INDEX_KEY answers nobody but who asks how it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, connection

from support.keys import mark

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
PROBES = frozenset({"/health", "/ready", "/metrics"})

log = structlog.get_logger(__name__)
_fault: mark.WrongKey | None = None


def look(*, first: bool = False) -> mark.WrongKey | None:
    """What the database says now; the door goes by it until somebody looks again, as ``/ready`` does.

    A database that is away says nothing, and the door stays as it was.
    """
    global _fault
    before = _fault
    try:
        if first:
            mark.require()
        else:
            mark.is_marked()
        _fault = None
    except mark.WrongKey as fault:
        _fault = fault
        if before is None:
            log.error("index_key_refused", reason=str(fault))
    except (DatabaseError, InterfaceError):
        pass
    finally:
        connection.close()
    return _fault


class KeyDoor:
    """The wrapper: 503 for requests, sockets refused, as long as the key is wrong. Looks once by itself, then goes by
    what was seen last."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._first = asyncio.Lock()
        self._looked = False

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """One request or one socket."""
        if scope.get("path") in PROBES or await self._is_open():
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013})
        else:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"60")]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": b"Service indisponible.\n"})

    async def _is_open(self) -> bool:
        if not self._looked:
            async with self._first:
                if not self._looked:
                    await asyncio.to_thread(look, first=True)
                    self._looked = True
        return _fault is None
