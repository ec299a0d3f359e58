"""What Prometheus may know. Processes of one machine share PROMETHEUS_MULTIPROC_DIR; without it each tells its own."""

from __future__ import annotations

import os
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from support.insight.backlog import Backlog

HTTP_SECONDS = Histogram(
    "akwaba_http_request_seconds",
    "Time to answer a request.",
    ["method", "room", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)
SOCKETS = Gauge("akwaba_sockets_open", "Web sockets open now.", multiprocess_mode="livesum")
TURNS = Counter("akwaba_turns_total", "Turns taken.", ["outcome"])
TURN_SECONDS = Histogram(
    "akwaba_turn_seconds",
    "Time of a turn, from taking the lease to letting it go.",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
FIRST_WORDS_SECONDS = Histogram(
    "akwaba_first_words_seconds",
    "Time from storing a customer's message to the first words of the reply.",
    buckets=(0.01, 0.02, 0.04, 0.06, 0.1, 0.25, 0.5, 1, 2, 5, 10),
)
TASK_SECONDS = Histogram(
    "akwaba_task_seconds",
    "Time of a background task.",
    ["task", "outcome"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.5, 1, 5, 30),
)
VOICE_CALLS = Counter("akwaba_voice_calls_total", "Calls to remote voices, as they ended.", ["tier", "outcome"])
VOICE_COST = Counter("akwaba_voice_cost_usd_total", "What remote voices cost, in US dollars.", ["tier"])
VOICE_VERDICTS = Counter("akwaba_voice_refusals_total", "Drafts the guard refused, by reason.", ["tier", "reason"])


def voice_call(tier: str, outcome: str, dollars: Decimal) -> None:
    """Count one call. ``outcome``: "ok" or a fault's kind."""
    VOICE_CALLS.labels(tier, outcome).inc()
    VOICE_COST.labels(tier).inc(float(dollars))


def voice_refused(tier: str, reason: str) -> None:
    """Count one draft that the guard refused."""
    VOICE_VERDICTS.labels(tier, reason).inc()


def turn_done(seconds: float, outcome: str = "done") -> None:
    """Count one turn. ``outcome``: ``done``, ``failed``, ``interrupted`` or ``lost_lease``."""
    TURNS.labels(outcome).inc()
    TURN_SECONDS.observe(seconds)


def registry() -> CollectorRegistry:
    """Everything to show: this machine's processes together, and the backlog as the database has it now."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return together
    return REGISTRY


def page() -> bytes:
    """The whole page in Prometheus' text format."""
    backlog = CollectorRegistry()
    backlog.register(Backlog())
    return generate_latest(registry()) + generate_latest(backlog)


def metrics(_request: HttpRequest) -> HttpResponse:
    """``/metrics``. A proxy must keep it from the public: the counts are the company's business."""
    return HttpResponse(page(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
