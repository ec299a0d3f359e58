"""How the simulator's messages move: what a phone wrote goes to the server, what it was sent arrives, step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from django.db.models import Q

from support.models import SimulatedMessage
from support.simulator import phones, webhooks
from support.threads import run_in_db_thread

MAX_MOVES = 40
UNFINISHED = Q(status__in=["queued", "sent"]) | Q(status="delivered", seen=True, phone__receipts=True)


async def send(sid: str) -> bool:
    """Hand what a phone wrote to the server, once more if need be; the server knows a repeat by its sid."""
    row = await run_in_db_thread(SimulatedMessage.objects.select_related("phone").get, sid=sid)
    taken = await asyncio.to_thread(webhooks.announce, row)
    await run_in_db_thread(phones.settle, sid, "sent" if taken else "failed")
    return taken


async def move() -> None:
    """Take every message on its way as far as its phone's switches let it, each step reported before the next.

    A step that the server does not hear of is taken again at the next call.
    """
    for row in await run_in_db_thread(_on_their_way):
        for status in _steps(row):
            code = row.error_code if status == "undelivered" else ""
            if not await asyncio.to_thread(webhooks.report, row, status, code):
                return
            await run_in_db_thread(phones.settle, row.sid, status, row.error_code)


def _on_their_way() -> list[SimulatedMessage]:
    rows = SimulatedMessage.objects.select_related("phone").filter(UNFINISHED, from_phone=False)
    moving = (row for row in rows.order_by("created_at") if any(_steps(row)))
    return [row for row, _ in zip(moving, range(MAX_MOVES), strict=False)]


def _steps(row: SimulatedMessage) -> Iterator[str]:
    """The states still ahead of a message, as things stand now."""
    if row.status == "queued":
        yield "sent"
    if row.status in ("queued", "sent") and row.error_code:
        yield "undelivered"
        return
    if not row.phone.online:
        return
    if row.status in ("queued", "sent"):
        yield "delivered"
    if row.seen and row.phone.receipts:
        yield "read"
