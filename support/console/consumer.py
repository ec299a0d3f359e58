"""The console's web socket: the queue or one case, kept fresh by doorbells and a look every few seconds."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from support import clock
from support.console import gate, viewers
from support.console.attendance import Attendance
from support.console.following import CaseView, QueueView
from support.threads import run_in_db_thread
from support.transports.web import events

log = structlog.get_logger(__name__)
REFRESH_SECONDS = 5.0  # heals what a lost event would have told
GATHER_SECONDS = 0.1  # many doorbells at once are one look
TYPING_SECONDS = 1.0  # at most one "is writing" a second
MAX_FRAME = 4096
CLOSED_UNAUTHORISED = 4401
CLOSED_NOT_FOUND = 4404


class ConsoleConsumer(AsyncWebsocketConsumer):
    """One open page of the console. ``?case=<uuid>`` follows a case; without it, the queue."""

    async def connect(self) -> None:
        """Let staff in. Refusals are told on an open socket: browsers hide why a handshake failed."""
        self._groups: list[str] = []
        self._watch: asyncio.Task[None] | None = None
        if not gate.same_origin(self.scope):
            await self.close()
            return
        await self.accept()
        self._bell = asyncio.Event()
        self._typed_at = 0.0
        user = await run_in_db_thread(gate.entitled_user, self.scope)
        case = _case(self.scope["query_string"])
        if user is None or case == "":
            await self.close(CLOSED_UNAUTHORISED if user is None else CLOSED_NOT_FOUND)
            return
        self._case = uuid.UUID(case) if case else None
        self._view = CaseView(self._case, user) if self._case else QueueView(user)
        self._attendance = await run_in_db_thread(Attendance, user, self._case)
        of_case = [events.conversation_group(self._case), viewers.group(self._case)] if self._case else []
        self._groups = [events.CONSOLE_GROUP, *of_case]
        for group in self._groups:
            await self.channel_layer.group_add(group, self.channel_name)
        self._watch = asyncio.create_task(self._keep_fresh())

    async def disconnect(self, code: int) -> None:
        """Stop looking, leave the groups."""
        if self._watch:
            self._watch.cancel()
            await run_in_db_thread(self._attendance.leave)
        for group in self._groups:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A frame of the page: typing, older, reveal. Anything else is answered, and the socket stays open."""
        match _parse(text_data):
            case {"type": "typing", "on": bool(on)} if isinstance(self._view, CaseView):
                await self._tell_typing(self._view, on)
            case {"type": "older"} if isinstance(self._view, CaseView):
                await run_in_db_thread(self._view.reach_back)
                self._bell.set()
            case {"type": "reveal", "token": str(token)} if isinstance(self._view, CaseView):
                self._view.token = token
                self._bell.set()
            case _:
                await self._send({"type": "error", "code": "bad_message", "detail": "Trame inconnue."})

    async def relay(self, message: Mapping[str, Any]) -> None:
        """An event published by any process: words being spoken pass on at once, all else says "look"."""
        event = json.loads(message["text"])
        match event["type"]:
            case "delta" if isinstance(self._view, CaseView):
                await self._send(self._view.spoken(event["reply"], event["text"]))
            case "typing":
                if event["author"] == "customer":
                    await self.send(message["text"])
            case "viewers":
                for frame in await run_in_db_thread(self._attendance.others):
                    await self._send(frame)
            case "changed" if self._case and event["conversation"] != str(self._case):
                self._view.counts_changed = True
                self._bell.set()
            case _:
                self._bell.set()

    async def _keep_fresh(self) -> None:
        checked_at = time.monotonic()
        while True:
            if time.monotonic() - checked_at >= gate.CHECK_SECONDS:
                checked_at = time.monotonic()
                if await self._no_longer_entitled():
                    await self.close(CLOSED_UNAUTHORISED)
                    return
            await self._look()
            await asyncio.sleep(GATHER_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), REFRESH_SECONDS)

    async def _look(self) -> None:
        """Send what changed, then the time: a page that hears no time knows that it shows old news."""
        self._bell.clear()
        try:
            frames = await run_in_db_thread(self._news)
        except DatabaseError as error:
            log.warning("console_look_failed", error=type(error).__name__)
            return
        if frames is None:
            await self.close(CLOSED_NOT_FOUND)
            return
        for frame in (*frames, *self._others):
            await self._send(frame)
        await self._send({"type": "time", "now": events.isoformat(clock.now())})

    def _news(self) -> list[dict[str, Any]] | None:
        """What is new on the page; and whoever reads it is there. Runs in a database thread."""
        self._others = self._attendance.beat()
        return self._view.news()

    async def _no_longer_entitled(self) -> bool:
        try:
            return await run_in_db_thread(gate.entitled_user, self.scope) is None
        except DatabaseError:
            return False  # asked again in a moment

    async def _tell_typing(self, view: CaseView, on: bool) -> None:
        """Tell colleagues that a person writes; the customer only of the person who has the conversation."""
        if on and time.monotonic() - self._typed_at < TYPING_SECONDS:
            return
        self._typed_at = time.monotonic()
        await run_in_db_thread(self._attendance.writes, on)
        if not view.mine:
            return
        typing = {"type": "typing", "author": "agent", "on": on}
        await self.channel_layer.group_send(events.conversation_group(view.conversation), events.relay(typing))

    async def _send(self, frame: Mapping[str, Any]) -> None:
        await self.send(events.encode(frame))


def _case(query_string: bytes) -> str | None:
    """The case asked for; None for the queue, "" for something that is no identifier."""
    values = parse_qs(query_string.decode("ascii", "replace")).get("case")
    if not values:
        return None
    try:
        return str(uuid.UUID(values[0]))
    except ValueError:
        return ""


def _parse(text: str | None) -> object:
    if text is None or len(text) > MAX_FRAME:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
