"""The work that waits, counted in the database when Prometheus asks: no process can forget to keep these true."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from support.models import Conversation, Delivery, Escalation, Message

log = structlog.get_logger(__name__)
FRESH_SECONDS = 2.0  # however often the page is asked for, the database is not asked more often than this
WATCHED = (Delivery.QUEUED, Delivery.HELD, Delivery.SENDING, Delivery.UNKNOWN, Delivery.FAILED)


@dataclass(frozen=True, slots=True)
class Counts:
    """A moment's backlog. ``deliveries`` maps state → messages; ages in seconds, 0 when nothing waits."""

    unanswered: int
    oldest_seconds: float
    deliveries: dict[str, int]
    escalations: int
    untaken: int


def count(now: datetime) -> Counts:
    """Ask the database. Raises DatabaseError."""
    waiting = Conversation.objects.filter(waiting_since__isnull=False)
    waiting_totals = waiting.aggregate(n=Count("id"), oldest=Min("waiting_since"))
    oldest = waiting_totals["oldest"] or now
    outgoing = Message.objects.filter(delivery__in=WATCHED).order_by().values_list("delivery").annotate(n=Count("id"))
    escalations = Escalation.objects.filter(closed_at__isnull=True)
    return Counts(
        unanswered=waiting_totals["n"],
        oldest_seconds=max(0.0, (now - oldest).total_seconds()),
        deliveries={**dict.fromkeys(map(str, WATCHED), 0), **{str(state): n for state, n in outgoing}},
        escalations=escalations.count(),
        untaken=escalations.filter(assignee__isnull=True).count(),
    )


class Backlog(Collector):
    """Gauges for Prometheus; ``akwaba_backlog_up`` is 0, and the others absent, while the database is away."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The gauges as of at most FRESH_SECONDS ago."""
        try:
            counts = _recent()
        except DatabaseError as error:
            log.warning("backlog_uncounted", error=type(error).__name__)
            yield GaugeMetricFamily("akwaba_backlog_up", "Whether the database could be asked.", value=0)
            return
        yield GaugeMetricFamily("akwaba_backlog_up", "Whether the database could be asked.", value=1)
        yield GaugeMetricFamily("akwaba_unanswered_conversations", "Conversations not answered yet.", counts.unanswered)
        yield GaugeMetricFamily("akwaba_oldest_unanswered_seconds", "Age of the oldest of them.", counts.oldest_seconds)
        yield GaugeMetricFamily("akwaba_escalations_open", "Conversations in a person's care.", counts.escalations)
        yield GaugeMetricFamily("akwaba_escalations_untaken", "Those nobody has taken.", counts.untaken)
        deliveries = GaugeMetricFamily("akwaba_deliveries", "Messages by state of delivery.", labels=["state"])
        for state, number in counts.deliveries.items():
            deliveries.add_metric([state], number)
        yield deliveries


_lock = threading.Lock()
_last: tuple[float, Counts] | None = None


def _recent() -> Counts:
    global _last
    with _lock:
        if _last is None or time.monotonic() - _last[0] > FRESH_SECONDS:
            _last = (time.monotonic(), count(timezone.now()))
        return _last[1]


def forget() -> None:
    """Ask the database anew at the next page."""
    global _last
    _last = None
