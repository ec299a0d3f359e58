"""The console's web socket: the queue or one case, kept fresh by doorbells and a look every few seconds."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from support import clock
from support.console import board, gate, slices, viewers
from support.console.attendance import Attendance
from support.console.following import CaseView, QueueView
from support.threads import run_in_db_thread
from support.transports.web import events

log = structlog.get_logger(__name__)
REFRESH_SECONDS = 5.0  # heals what a lost event would have told
GATHER_SECONDS = 0.1  # many doorbells at once are one look; the queue's board gathers for itself
TIME_SECONDS = 2.0  # at least so long between two tellings of the time
ATTEND_SECONDS = 5.0  # how often a page says that its reader is there
TYPING_SECONDS = 1.0  # at most one "is writing" a second
MAX_FRAME = 4096
CLOSED_UNAUTHORISED = 4401
CLOSED_NOT_FOUND = 4404


class ConsoleConsumer(AsyncWebsocketConsumer):
    """One open page of the console. ``?case=<uuid>`` follows a case; without it, the queue."""

    async def connect(self) -> None:
        """Let staff in. Refusals are told on an open socket: browsers hide why a handshake failed."""
        self._groups: list[str] = []
        self._board: board.Board | None = None
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
        self.case = uuid.UUID(case) if case else None
        self._me, self._stale, self._told_at = user.pk, True, float("-inf")
        self._counts: Mapping[str, Any] = {}
        self._board = board.of_this_process()
        self._view = CaseView(self.case, user) if self.case else QueueView(self._board, user)
        self._attendance = await run_in_db_thread(Attendance, user, self.case)
        self._attended_at = float("-inf")
        self._groups = [events.conversation_group(self.case), viewers.group(self.case)] if self.case else []
        for group in self._groups:
            await self.channel_layer.group_add(group, self.channel_name)
        self._board.follow(self)
        self._watch = asyncio.create_task(self._keep_fresh())

    async def disconnect(self, code: int) -> None:
        """Stop looking, leave the groups. The board first: it must not look on for nobody while a database is busy."""
        if self._board:
            self._board.leave(self)
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
                self._ring()
            case {"type": "reveal", "token": str(token)} if isinstance(self._view, CaseView):
                self._view.token = token
                self._ring()
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
            case "notice":
                if self._me in event["users"]:
                    await self._send({"type": "notice"})
            case _:
                self._ring()

    def wake(self) -> None:
        """The board has changed: news for a page of the queue, counts for that of a case."""
        self._bell.set()

    def _ring(self) -> None:
        self._stale = True
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
            await asyncio.sleep(GATHER_SECONDS if self.case else 0)
            try:
                await asyncio.wait_for(self._bell.wait(), REFRESH_SECONDS)
            except TimeoutError:
                self._stale = True

    async def _look(self) -> None:
        """Send what changed, now and then the time: a page that hears no time knows that it shows old news."""
        self._bell.clear()
        try:
            frames = await self._news()
        except DatabaseError as error:
            log.warning("console_look_failed", error=type(error).__name__)
            return
        if frames is None:
            await self.close(CLOSED_NOT_FOUND)
            return
        for frame in frames:
            for part in slices.of(frame):
                await self.send(part)
        await self._attend()
        if (at := time.monotonic()) - self._told_at >= TIME_SECONDS:
            self._told_at = at
            await self._send({"type": "time", "now": events.isoformat(clock.now())})

    async def _attend(self) -> None:
        """Say now and then that the reader is there, and show which colleagues are at the case."""
        if time.monotonic() - self._attended_at < ATTEND_SECONDS:
            return
        self._attended_at = time.monotonic()
        try:
            frames = await run_in_db_thread(self._attendance.beat)
        except DatabaseError:
            return  # said again in a moment
        for frame in frames:
            await self._send(frame)

    async def _news(self) -> Sequence[str] | None:
        if isinstance(self._view, QueueView):
            return self._view.news()
        frames: list[Mapping[str, Any]] = []
        if self._stale:
            self._stale = False
            try:
                found = await run_in_db_thread(self._view.news)
            except DatabaseError:
                self._stale = True
                raise
            if found is None:
                return None
            frames = [*found]
        return [events.encode(frame) for frame in frames + self._counted()]

    def _counted(self) -> list[Mapping[str, Any]]:
        """How many cases wait, and how many of the user's own have a message without an answer, when that changed."""
        if not (self._board and self._board.loaded):
            return []
        counts = {"type": "counts", "waiting": self._board.waiting, "mine": self._board.asking(self._me)}
        before, self._counts = self._counts, counts
        return [counts] if counts != before else []

    async def _no_longer_entitled(self) -> bool:
        try:
            user = await run_in_db_thread(gate.entitled_user, self.scope)
        except DatabaseError:
            return False  # asked again in a moment
        if user is not None:
            self._view.user = user  # with what they may do now
        return user is None

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
