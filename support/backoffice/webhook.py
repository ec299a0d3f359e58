"""Sends the outbox to the back office: signed, with a deadline, again and again with growing pauses, then given up."""

from __future__ import annotations

import hashlib
import hmac
import random
import time
import uuid
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
import redis
import structlog
from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from support import clock, db, redis_client
from support.backoffice.webhook_target import LOOPBACK, fault
from support.models import Claim, Forwarded, OutgoingEvent, OutgoingState

log = structlog.get_logger(__name__)
FIRST_PAUSE = 5.0  # seconds; doubled after each failure
LONGEST_PAUSE = 3600.0
WORK_SECONDS = 60.0  # how long one worker goes on before another may
ONE_AT_A_TIME = "akwaba:back-office:sending"  # a slow back office must not hold every worker


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Akwaba-Signature: ``v1=`` and the hex HMAC-SHA256 of ``timestamp.body`` under ``secret``."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"v1={digest}"


def drain() -> int:
    """Send what is due, oldest first; returns how many notices were taken. One worker at a time."""
    if fault(settings.BACKOFFICE_WEBHOOK_URL, settings.BACKOFFICE_WEBHOOK_SECRET) or not (token := _begin()):
        return 0
    taken, until = 0, time.monotonic() + WORK_SECONDS
    try:
        while time.monotonic() < until and (event := _claim_next()) is not None:
            taken += _settle(event, *_call(event))
    finally:
        _end(token)
    return taken


def pause(attempts: int) -> float:
    """Seconds until the next try after ``attempts`` failures, spread so that many do not come back together."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts - 1, 20))
    return longest * random.uniform(0.5, 1.0)


def retry(event: OutgoingEvent) -> bool:
    """Take up a notice that was given up, its age counted anew; False when it was not given up."""
    now = timezone.now()
    dead = OutgoingEvent.objects.filter(id=event.id, state=OutgoingState.DEAD)
    with db.write():
        return dead.update(state=OutgoingState.PENDING, since=now, next_at=now, attempts=0) > 0


def _begin() -> str:
    """The right to send for a minute and a bit; empty when another has it, or Redis is away."""
    token = uuid.uuid4().hex
    longest = int(WORK_SECONDS + 4 * settings.BACKOFFICE_WEBHOOK_SECONDS)
    try:
        return token if redis_client.connection().set(ONE_AT_A_TIME, token, nx=True, ex=longest) else ""
    except redis.RedisError:
        return ""


def _end(token: str) -> None:
    try:
        if redis_client.connection().get(ONE_AT_A_TIME) == token.encode():
            redis_client.connection().delete(ONE_AT_A_TIME)
    except redis.RedisError:
        log.warning("sending_not_ended")  # it expires


def _claim_next() -> OutgoingEvent | None:
    """The oldest notice that is due and not behind an earlier one of its claim, ours until the call must be over."""
    now = timezone.now()
    pending = OutgoingEvent.objects.filter(state=OutgoingState.PENDING)
    earlier = pending.filter(claim=OuterRef("claim"), id__lt=OuterRef("id"))
    due = pending.filter(~Exists(earlier), next_at__lte=now).order_by("next_at", "id")
    for event in due[:20]:
        ours_until = now + timedelta(seconds=4 * settings.BACKOFFICE_WEBHOOK_SECONDS + 5)
        with db.write():
            mine = pending.filter(id=event.id, next_at=event.next_at)
            if mine.update(next_at=ours_until, attempts=F("attempts") + 1):
                event.attempts += 1
                return event
    return None


def _call(event: OutgoingEvent) -> tuple[int, str, float]:
    """One POST: HTTP status (0: none), what to show of it, and the pause the back office asked for in seconds."""
    body, timestamp = event.body.encode(), str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Akwaba",
        "X-Akwaba-Event": event.name,
        "X-Akwaba-Delivery": str(event.id),
        "X-Akwaba-Timestamp": timestamp,
        "X-Akwaba-Signature": sign(settings.BACKOFFICE_WEBHOOK_SECRET, timestamp, body),
    }
    url = settings.BACKOFFICE_WEBHOOK_URL
    with httpx.Client(
        timeout=settings.BACKOFFICE_WEBHOOK_SECONDS,
        follow_redirects=False,
        trust_env=urlsplit(url).hostname not in LOOPBACK,  # no proxy stands before ourselves
    ) as client:
        try:
            with client.stream("POST", url, content=body, headers=headers) as answer:  # its body is not read
                return answer.status_code, f"HTTP {answer.status_code}", _asked_pause(answer)
        except httpx.HTTPError as error:
            return 0, type(error).__name__, 0.0


def _asked_pause(answer: httpx.Response) -> float:
    written = answer.headers.get("Retry-After", "")
    return min(LONGEST_PAUSE, float(written)) if written.isascii() and written.isdigit() else 0.0


def _settle(event: OutgoingEvent, status: int, outcome: str, asked: float) -> bool:
    """Write down what came of a call; whether the notice was taken."""
    now = timezone.now()
    mine = OutgoingEvent.objects.filter(id=event.id, state=OutgoingState.PENDING)
    taken = 200 <= status < 300
    with db.write():
        if taken:
            mine.update(state=OutgoingState.DELIVERED, delivered_at=now, outcome=outcome)
            unsent = Claim.objects.filter(id=event.claim_id, forwarded_at__isnull=True)
            unsent.update(forwarded_at=clock.now(), forwarded_by=Forwarded.WEBHOOK)
        elif status == 410 or _is_too_old(event, now):
            mine.update(state=OutgoingState.DEAD, outcome=outcome)
        else:
            mine.update(next_at=now + timedelta(seconds=max(asked, pause(event.attempts))), outcome=outcome)
    level = log.info if taken else log.warning
    level("back_office_told", event_id=str(event.id), outcome=outcome, attempts=event.attempts)
    return taken


def _is_too_old(event: OutgoingEvent, now: datetime) -> bool:
    return now - event.since >= timedelta(hours=settings.BACKOFFICE_WEBHOOK_MAX_HOURS)
