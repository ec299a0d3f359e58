"""Ringing for work after a commit. A ring that fails costs a few seconds: the sweeper finds the rows.

Tasks are rung for by name, so that a web process need not load what they do.
"""

from __future__ import annotations

import uuid

import structlog
from kombu.exceptions import OperationalError

from support.celery import app

log = structlog.get_logger(__name__)
TAKE_TURN = "support.tasks.take_turn"
SEND_REPLIES = "support.tasks.send_replies"


def ring_turn(conversation: uuid.UUID, wait: float = 0.0) -> None:
    """Ask a worker to answer ``conversation``, ``wait`` seconds from now."""
    _ring(TAKE_TURN, conversation, wait)


def ring_delivery(conversation: uuid.UUID, wait: float = 0.0) -> None:
    """Ask a worker to send what stands in the outbox of ``conversation``."""
    _ring(SEND_REPLIES, conversation, wait)


def _ring(task: str, conversation: uuid.UUID, wait: float) -> None:
    try:
        app.send_task(task, (str(conversation),), countdown=wait or None)
    except (OperationalError, OSError) as error:
        log.warning("doorbell_failed", task=task, error=type(error).__name__)
