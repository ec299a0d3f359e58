"""Celery's entry point for a worker that speaks slowly, started by a benchmark in place of the worker of ``serve``."""

from __future__ import annotations

import django
from celery.signals import worker_init

from support.celery import app

__all__ = ["app"]


def _install(**_: object) -> None:
    django.setup()
    from support.bench.workers import slow_mind

    slow_mind.install()


worker_init.connect(_install, weak=False)
