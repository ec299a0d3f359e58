"""What the page shows: every phone, and the conversation of the one in hand."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from support import clock
from support.models import SimulatedMessage, SimulatedPhone
from support.simulator import phones
from support.simulator.provider import WINDOW

SHOWN = 200
ARRIVED = Q(from_phone=True) | Q(status__in=["delivered", "read"])
UNSEEN = Q(messages__from_phone=False, messages__seen=False, messages__status__in=["delivered", "read"])


def of(number: str) -> dict[str, Any]:
    """The page's whole state with phone ``number`` in hand; ``revision`` changes when anything but the time does."""
    everyone = phones.everyone()
    now = clock.now()
    unread = dict(
        SimulatedPhone.objects.annotate(unread=Count("messages", filter=UNSEEN)).values_list("number", "unread")
    )
    shown = {
        "phone": number,
        "phones": [_phone(each, unread.get(each.number, 0), now) for each in everyone],
        "messages": _messages(number),
        "ahead": round((now - timezone.now()).total_seconds() / 60),
    }
    revision = hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]
    return {**shown, "revision": revision, "now": now.isoformat()}


def _messages(number: str) -> list[dict[str, Any]]:
    rows = SimulatedMessage.objects.filter(ARRIVED, phone=number).order_by("-created_at", "-sid")[:SHOWN]
    return [_message(row) for row in reversed(rows)]


def _message(row: SimulatedMessage) -> dict[str, Any]:
    return {
        "sid": row.sid,
        "mine": row.from_phone,
        "text": row.body,
        "media": [each["sid"] for each in row.media if "sid" in each],
        "files": [each["url"] for each in row.media if "url" in each],
        "status": row.status,
        "template": bool(row.template),
        "at": row.at.isoformat(),
    }


def _phone(phone: SimulatedPhone, unread: int, now: datetime) -> dict[str, Any]:
    last = phone.messages.filter(ARRIVED).order_by("-created_at").first()
    written = phone.messages.filter(from_phone=True).order_by("-at").first()
    left = written.at + WINDOW - now if written else timedelta()
    waiting = phone.messages.filter(from_phone=False, status__in=["queued", "sent"]).count()
    failed = phone.messages.filter(from_phone=False, status="undelivered").order_by("-created_at").first()
    return {
        "number": phone.number,
        "name": phone.name,
        "online": phone.online,
        "receipts": phone.receipts,
        "opted_out": phone.opted_out,
        "fail_next": phone.fail_next,
        "unread": unread,
        "waiting": waiting,
        "failed": failed.error_code if failed else "",
        "last": (last.body or "Photo")[:60] if last else "",
        "last_at": last.at.isoformat() if last else "",
        "window_minutes": max(0, round(left.total_seconds() / 60)),
    }
