"""A scripted server on loopback that speaks the widget's contract: a test chooses every frame and every failure."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

STATIC = Path(__file__).resolve().parents[2] / "static"
# What a careful host site allows: no inline script, no inline style, nothing from elsewhere.
STRICT_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'"
)

Frame = dict[str, Any]
Answer = Callable[["StandIn", Frame, web.WebSocketResponse], Awaitable[None]]


async def store_it(server: StandIn, frame: Frame, socket: web.WebSocketResponse) -> None:
    """The honest answer to a send: one row per client_id, however often it is sent."""
    for row in server.rows:
        if row.get("client_id") == frame["client_id"]:
            await socket.send_json(row)
            return
    await server.broadcast(server.row(frame["text"], "customer", client_id=frame["client_id"]))


async def say_nothing(server: StandIn, frame: Frame, socket: web.WebSocketResponse) -> None:
    """A line that looks open and is dead."""


def refuse(code: str, **more: Any) -> Answer:
    """An answer that is the contract's error frame."""

    async def answer(server: StandIn, frame: Frame, socket: web.WebSocketResponse) -> None:
        await socket.send_json({"type": "error", "code": code, "detail": code, **more})

    return answer


@web.middleware
async def _any_origin(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        response.headers.update({"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "content-type"})
    return response


async def _preflight(request: web.Request) -> web.Response:
    return web.Response(status=204)


class StandIn:
    """Runs in its own thread; every public method may be called from the test's thread."""

    def __init__(self) -> None:
        self.rows: list[Frame] = []
        self.heard: list[Frame] = []
        self.connections: list[Frame] = []  # the query of each accepted handshake
        self.sessions: list[Frame] = []  # the body of each POST
        self.pages: dict[str, str] = {}
        self.csp = STRICT_CSP
        self.conversation = str(uuid.uuid4())
        self.token = "first"
        self.token_lasts = timedelta(hours=1)
        self.up = True
        self.answer: Answer = store_it
        self._news = threading.Condition()
        self._sockets: set[web.WebSocketResponse] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    # The test's side -------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def say(self, text: str, author: str = "bot", **more: Any) -> Frame:
        """Stores a message and sends it to every socket."""
        row = self.row(text, author, **more)
        self._run(self.broadcast(row))
        return row

    def push(self, *frames: Frame | str) -> None:
        """Sends frames as they are, stored nowhere."""
        for frame in frames:
            self._run(self.broadcast(frame))

    def sends(self, count: int = 0) -> list[Frame]:
        """The send frames heard so far; waits until there are at least ``count``."""
        with self._news:
            assert self._news.wait_for(lambda: len(self._sends()) >= count, 10), f"never heard {count} messages"
        return self._sends()

    def _sends(self) -> list[Frame]:
        return [frame for frame in self.heard if frame["type"] == "send"]

    def cut(self) -> None:
        """Breaks every line without a goodbye, as a network does."""
        self._run(self._cut())

    def go_down(self) -> None:
        """From now on nothing is answered until `come_back`."""
        self.up = False
        self.cut()

    def come_back(self) -> None:
        self.up = True

    def new_conversation(self) -> None:
        """The old token is worth nothing; the next session opens another conversation."""
        self.rows = []
        self.token, self.conversation = uuid.uuid4().hex, str(uuid.uuid4())

    def row(self, text: str, author: str, at: str | None = None, **more: Any) -> Frame:
        """A stored message, as the contract spells it."""
        row: Frame = {
            "type": "message",
            "seq": len(self.rows) + 1,
            "id": str(uuid.uuid4()),
            "author": author,
            "text": text,
            "at": at or datetime.now(UTC).isoformat(),
            **more,
        }
        self.rows.append(row)
        return row

    # The server's side -----------------------------------------------------------------------------------------

    async def broadcast(self, frame: Frame | str) -> None:
        for socket in list(self._sockets):
            await (socket.send_str(frame) if isinstance(frame, str) else socket.send_json(frame))

    async def _session(self, request: web.Request) -> web.Response:
        if not self.up:
            return web.Response(status=503)
        self.sessions.append(await request.json())
        expires = datetime.now(UTC) + self.token_lasts
        return web.json_response(
            {"token": self.token, "conversation": self.conversation, "expires_at": expires.isoformat()}
        )

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        if not self.up:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections.append(dict(request.query))
        if request.query["token"] != self.token:
            await socket.send_json({"type": "error", "code": "expired", "detail": "expired"})
            await socket.close()
            return socket
        for row in self.rows:
            if row["seq"] > int(request.query["after"]):
                await socket.send_json(row)
        await socket.send_json({"type": "ready", "conversation": self.conversation, "seq": len(self.rows)})
        self._sockets.add(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._hear(message.json(), socket)
        finally:
            self._sockets.discard(socket)
        return socket

    async def _hear(self, frame: Frame, socket: web.WebSocketResponse) -> None:
        if frame["type"] == "send":
            await self.answer(self, frame, socket)
        with self._news:  # only now: what a test says next comes after the answer
            self.heard.append(frame)
            self._news.notify_all()

    async def _page(self, request: web.Request) -> web.Response:
        page = self.pages.get(request.path)
        if page is None:
            return web.Response(status=404)
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": self.csp})

    async def _cut(self) -> None:
        for socket in list(self._sockets):
            transport = socket._req.transport if socket._req else None
            if transport:
                transport.abort()
            self._sockets.discard(socket)

    async def _start(self) -> None:
        app = web.Application(middlewares=[_any_origin])
        app.router.add_post("/api/v1/sessions", self._session)
        app.router.add_options("/api/v1/sessions", _preflight)
        app.router.add_get("/ws/chat/", self._chat)
        app.router.add_static("/static/", STATIC)
        app.router.add_get("/{path:.*}", self._page)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        await self._cut()
        await self._runner.cleanup()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def __enter__(self) -> StandIn:
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(TimeoutError):
            self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
