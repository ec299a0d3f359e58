"""The API's list of messages, filtered and paged as Twilio's client asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from support.models import SimulatedMessage
from support.simulator import twilio_json
from support.simulator.provider import Refusal, own_address

MAX_PAGE = 1000
FILTERS = ("To", "From", "DateSent", "DateSent<", "DateSent>")


def page(query: Mapping[str, str], path: str) -> dict[str, Any]:
    """One page, newest first; ``path`` is that of the list itself. Raises Refusal."""
    number, size = _count(query, "Page", 0, 10_000), _count(query, "PageSize", 50, MAX_PAGE) or 50
    rows = list(_matching(query)[number * size : (number + 1) * size + 1])
    kept = {name: query[name] for name in FILTERS if query.get(name)}

    def address(of: int) -> str:
        return f"{path}?{urlencode(kept | {'PageSize': size, 'Page': of})}"

    return {
        "messages": [twilio_json.message(row) for row in rows[:size]],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + min(len(rows), size) - 1,
        "uri": address(number),
        "first_page_uri": address(0),
        "previous_page_uri": address(number - 1) if number else None,
        "next_page_uri": address(number + 1) if len(rows) > size else None,
    }


def _matching(query: Mapping[str, str]) -> QuerySet[SimulatedMessage]:
    rows = SimulatedMessage.objects.order_by("-created_at", "-sid")
    if to := query.get("To"):
        rows = rows.filter(_between(to, inbound=True))
    if sender := query.get("From"):
        rows = rows.filter(_between(sender, inbound=False))
    if at := query.get("DateSent"):
        day = _date(at).replace(hour=0, minute=0, second=0, microsecond=0)
        rows = rows.filter(created_at__gte=day, created_at__lt=day + timedelta(days=1))
    if at := query.get("DateSent>"):
        rows = rows.filter(created_at__gte=_date(at))
    if at := query.get("DateSent<"):
        rows = rows.filter(created_at__lte=_date(at))
    return rows


def _between(address: str, *, inbound: bool) -> Q:
    """Messages whose recipient (``inbound``: of the service, else: whose sender) is ``address``."""
    if address == own_address():
        return Q(from_phone=inbound)
    return Q(phone=address.removeprefix("whatsapp:"), from_phone=not inbound)


def _date(text: str) -> datetime:
    """A date of the API: a day, or a moment of one."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, 20001, f"Invalid date: {text[:40]}") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _count(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= most):
        raise Refusal(400, 20006, f"Invalid {name}: {text[:20]}")
    return int(text)
