"""Times Celery's tasks, and lets a worker that stands alone in its container be scraped on METRICS_PORT."""

from __future__ import annotations

import time
from typing import Any

import structlog
from celery import Task
from celery.signals import task_postrun, task_prerun, worker_ready
from django.conf import settings
from prometheus_client import start_http_server

from support.insight import metrics

log = structlog.get_logger(__name__)


def connect() -> None:
    """Listen to Celery's signals; called once, when the app is ready."""
    task_prerun.connect(_started, dispatch_uid="akwaba.insight")
    task_postrun.connect(_ended, dispatch_uid="akwaba.insight")
    worker_ready.connect(_serve, dispatch_uid="akwaba.insight")


def _started(task: Task[Any, Any], **_: Any) -> None:
    task.request.update(started=time.perf_counter())


def _ended(task: Task[Any, Any], state: str | None = None, **_: Any) -> None:
    if (started := task.request.get("started")) is not None:
        name = task.name.rpartition(".")[2]
        metrics.TASK_SECONDS.labels(name, (state or "unknown").lower()).observe(time.perf_counter() - started)


def _serve(**_: Any) -> None:
    if settings.METRICS_PORT:
        start_http_server(settings.METRICS_PORT, registry=metrics.registry())
        log.info("metrics_served", port=settings.METRICS_PORT)
