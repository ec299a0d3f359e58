"""Ringing for work after a commit. A ring that fails costs a few seconds: the sweeper finds the rows.

Tasks are rung for by name, so that a web process need not load what they do. A ring is Celery's own task message put on
the list that kombu's Redis transport reads (pinned by a test): through the producer it costs a trip of its own and five
times the processor.
"""

from __future__ import annotations

import base64
import json
import uuid

from django.conf import settings

from support import redis_client
from support.celery import app
from support.redis_client import News

TAKE_TURN = "support.tasks.take_turn"
SEND_REPLIES = "support.tasks.send_replies"
RELEASE_REPLIES = "support.tasks.release_replies"
ANNOUNCE_CHANGES = "support.tasks.announce_changes"
FOLLOW_INSTRUCTION = "support.tasks.follow_instruction"
TELL_BACK_OFFICE = "support.tasks.tell_back_office"
TELL_OF_INCIDENT = "support.tasks.tell_of_incident"
APPLY_RULES = "support.tasks.apply_rules"


def ring_turn(conversation: uuid.UUID, wait: float = 0.0) -> None:
    """Ask a worker to answer ``conversation``, ``wait`` seconds from now."""
    redis_client.tell(ring(TAKE_TURN, conversation, wait))


def ring_delivery(conversation: uuid.UUID, wait: float = 0.0) -> None:
    """Ask a worker to send what stands in the outbox of ``conversation``."""
    redis_client.tell(ring(SEND_REPLIES, conversation, wait))


def ring_release(conversation: uuid.UUID, wait: float = 0.0) -> None:
    """Ask a worker to let go of the replies of ``conversation`` that can no longer be undone."""
    redis_client.tell(ring(RELEASE_REPLIES, conversation, wait))


def ring_announcement(conversation: uuid.UUID, wait: float = 0.0) -> None:
    """Ask a worker to tell the customer of what changed in their claims."""
    redis_client.tell(ring(ANNOUNCE_CHANGES, conversation, wait))


def ring_instruction(conversation: uuid.UUID, wait: float = 0.0) -> None:
    """Ask a worker to do what a person told the assistant to when giving ``conversation`` back."""
    redis_client.tell(ring(FOLLOW_INSTRUCTION, conversation, wait))


def ring_back_office(claim: uuid.UUID, wait: float = 0.0) -> None:
    """Ask a worker to send the notices that stand in the back office's outbox, this claim's among them."""
    redis_client.tell(ring(TELL_BACK_OFFICE, claim, wait))


def ring_incident(incident: uuid.UUID) -> None:
    """Ask a worker to tell all whom an incident hit that it is fixed."""
    redis_client.tell(ring(TELL_OF_INCIDENT, incident))


def ring_rules(conversation: uuid.UUID) -> None:
    """Ask a worker to look at the rules for what happened to a case of ``conversation``."""
    redis_client.tell(ring(APPLY_RULES, conversation))


def ring(task: str, subject: uuid.UUID, wait: float = 0.0) -> News:
    """A ring on its way, to be told together with other news; ``subject`` is what the task is to look at."""
    identity, queue = str(uuid.uuid4()), settings.CELERY_TASK_ROUTES[task]["queue"]
    message = app.amqp.as_task_v2(identity, task, args=(str(subject),), countdown=wait or None, ignore_result=True)
    envelope = {
        "body": base64.b64encode(json.dumps(message.body).encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": message.headers,
        "properties": {
            **message.properties,
            "body_encoding": "base64",
            "delivery_info": {"exchange": "", "routing_key": queue},
            "delivery_mode": 2,
            "delivery_tag": identity,
            "priority": 0,
        },
    }
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    return "LPUSH", f"{prefix}{queue}", json.dumps(envelope).encode()
