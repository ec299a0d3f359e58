"""A customer's web socket: authorise, replay, then forward both ways. The database decides what is forwarded."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import redis
import structlog
from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError

from support import rating, receive
from support.models import Channel, Conversation, Message, Owner
from support.receive import Receipt
from support.threads import run_in_db_thread
from support.transports import limits
from support.transports.web import catchup, events, frames, sessions

log = structlog.get_logger(__name__)
REPLAY_PAGE = 200
TRY_AGAIN_LATER = 1013
CLOSE_CODES = {"expired": 4401, "forbidden": 4403, "rate_limited": 4429}


class ChatConsumer(AsyncWebsocketConsumer):
    """One open widget. ``_seq`` is the last message this socket has shown; messages pass in order, once."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one socket. While Redis is away it is closed at once with 1013, and the widget comes back.

        Closed, not refused: to a browser a refused handshake may mean a token that is no good any more.
        """
        try:
            await super().__call__(scope, receive, send)
        except redis.RedisError as error:
            log.warning("socket_without_redis", error=type(error).__name__)
            if not hasattr(self, "_group"):
                await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Hand an event to its method. Unlike the library's, it closes no connection: this loop never opens one."""
        handler = getattr(self, get_handler_name(message), None)
        if handler is None:
            raise ValueError(f"no handler for {message['type']}")
        await handler(message)

    async def connect(self) -> None:
        """Let in who has a token. An expired session is told so once open: browsers hide why a handshake failed."""
        query = parse_qs(self.scope["query_string"].decode("ascii", "replace"))
        self._seq = _after(query.get("after", ["0"])[0])
        self._ready = False
        try:
            self._session = sessions.read(query.get("token", [""])[0])
        except sessions.SessionError as error:
            if error.code == "expired":
                await self._refuse(error.code, str(error))
            else:
                await self.close()
            return
        wait = await run_in_db_thread(
            limits.retry_after, "handshake", settings.RATE_HANDSHAKES_PER_ADDRESS, self.scope["address"]
        )
        if wait:
            await self._refuse("rate_limited", "Trop de connexions.", retry_after=wait)
            return
        await self.accept()
        self._group = events.conversation_group(self._session.conversation)
        await self.channel_layer.group_add(self._group, self.channel_name)
        catchup.watch(self._session.conversation, self)
        await self._replay()
        await self._greet()

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        if hasattr(self, "_group"):
            catchup.forget(self._session.conversation, self)
            await self.channel_layer.group_discard(self._group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A frame from the browser; anything wrong with it is answered, and the socket stays open."""
        try:
            frame = frames.parse(text_data, bytes_data)
        except frames.BadFrame as error:
            await self._error(error.code, str(error))
            return
        match frame:
            case frames.Send():
                await self._take(frame)
            case frames.Read():
                await run_in_db_thread(receive.mark_read, self._session.conversation, frame.seq)
            case frames.Rate():
                await self._rate(frame)
            case frames.Typing():
                await run_in_db_thread(
                    events.publish, (self._group, {"type": "typing", "author": "customer", "on": True})
                )

    async def relay(self, message: dict[str, Any]) -> None:
        """An event published by any process. Messages pass in order; a gap is filled from the database first."""
        seq = message["seq"]
        if not self._ready or (seq and seq <= self._seq):
            return
        if seq > self._seq + 1:
            await self._replay()
            return
        self._seq = max(self._seq, seq)
        await self.send(message["text"])

    async def catch_up(self) -> None:
        """The database holds something this socket was not told of."""
        if self._ready:
            await self._replay()

    async def _take(self, frame: frames.Send) -> None:
        try:
            receipt = await run_in_db_thread(self._store, frame)
        except DatabaseError:
            log.exception("not_stored")
            await self._error("rate_limited", "Le message n'a pas pu être enregistré.", retry_after=5)
            return
        if isinstance(receipt, int):
            await self._error("rate_limited", "Trop de messages d'un coup.", retry_after=receipt)
            return
        if not receipt.fresh:
            await self.send(events.encode(events.message_event(receipt.message)))
        elif receipt.message.seq == self._seq + 1:
            self._seq = receipt.message.seq
            await self.send(events.encode(events.message_event(receipt.message)))
        elif receipt.message.seq > self._seq:
            await self._replay()

    async def _rate(self, frame: frames.Rate) -> None:
        """Keep a score; the thanks come as a message. The same limits hold as for messages."""
        if wait := await run_in_db_thread(self._seconds_to_wait):
            await self._error("rate_limited", "Trop de messages d'un coup.", retry_after=wait)
        elif not await run_in_db_thread(rating.rate, self._session.conversation, frame.score, frame.comment):
            await self._error("bad_message", "Il n'y a pas d'aide à noter, ou elle l'est déjà.")

    def _store(self, frame: frames.Send) -> Receipt | int:
        """The stored message, or the seconds to wait before another. Runs in a database thread."""
        if wait := self._seconds_to_wait():
            return wait
        return receive.receive(
            receive.Inbound(
                brand=self._session.brand,
                channel=Channel.WEB,
                address=self._session.address,
                text=frame.text,
                client_id=frame.client_id,
                conversation=self._session.conversation,
            )
        )

    def _seconds_to_wait(self) -> int:
        return limits.retry_after(
            "send", settings.RATE_SEND_PER_SESSION, self._session.conversation.hex
        ) or limits.retry_after("send-address", settings.RATE_SEND_PER_ADDRESS, self.scope["address"])

    async def _replay(self) -> None:
        while page := await run_in_db_thread(_page, self._session.conversation, self._seq):
            for message in page:
                if message.seq > self._seq:
                    self._seq = message.seq
                    await self.send(events.encode(events.message_event(message)))
            if len(page) < REPLAY_PAGE:
                break

    async def _greet(self) -> None:
        conversation = str(self._session.conversation)
        self._ready = True
        await self._replay()  # what was stored between the first replay and here
        await self.send(events.encode({"type": "ready", "conversation": conversation, "seq": self._seq}))
        if handoff := await run_in_db_thread(_handoff, self._session.conversation):
            await self.send(events.encode(handoff))

    async def _error(self, code: str, detail: str, **more: Any) -> None:
        await self.send(events.encode({"type": "error", "code": code, "detail": detail, **more}))

    async def _refuse(self, code: str, detail: str, **more: Any) -> None:
        await self.accept()
        await self._error(code, detail, **more)
        await self.close(CLOSE_CODES[code])


def _after(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page(conversation: Any, after: int) -> list[Message]:
    return list(Message.objects.filter(conversation=conversation, seq__gt=after).order_by("seq")[:REPLAY_PAGE])


def _handoff(conversation: Any) -> dict[str, Any] | None:
    from support import places

    row = Conversation.objects.filter(id=conversation, owner__in=[Owner.QUEUE, Owner.AGENT]).first()
    if row is None:
        return None
    if row.owner == Owner.AGENT:
        return {"type": "handoff", "status": "joined"}
    return {"type": "handoff", "status": "waiting", "position": places.queue_position(row) or 1}
