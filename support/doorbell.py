"""Ringing for work after a commit. A ring that fails costs a few seconds: the sweeper finds the rows."""

from __future__ import annotations

import uuid

import structlog
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def ring_turn(conversation: uuid.UUID, wait: float = 0.0) -> None:
    """Ask a worker to answer ``conversation``, ``wait`` seconds from now."""
    from support.tasks import take_turn

    _ring(take_turn, conversation, wait)


def ring_delivery(conversation: uuid.UUID, wait: float = 0.0) -> None:
    """Ask a worker to send what stands in the outbox of ``conversation``."""
    from support.tasks import send_replies

    _ring(send_replies, conversation, wait)


def _ring(task, conversation: uuid.UUID, wait: float) -> None:  # type: ignore[no-untyped-def]
    try:
        task.apply_async((str(conversation),), countdown=wait or None)
    except (OperationalError, OSError) as error:
        log.warning("doorbell_failed", task=task.name, error=type(error).__name__)
