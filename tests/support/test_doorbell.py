"""A ring reaches the worker, and costs one trip to Redis together with the events of its message."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

import pytest

from support import doorbell, redis_client
from support.celery import app

CONVERSATION = uuid.UUID("01890000-0000-7000-8000-000000000001")
OF_THE_SENDER = ("correlation_id", "delivery_tag", "reply_to")


def newest(queue: str) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(redis_client.connection().lindex(f"akwaba:{queue}", 0) or b"{}")
    return message


@pytest.mark.parametrize(("task", "queue"), [(doorbell.TAKE_TURN, "turns"), (doorbell.SEND_REPLIES, "delivery")])
def test_a_ring_is_the_message_that_celery_itself_would_send(task: str, queue: str) -> None:
    """Pins our own envelope against the installed Celery and kombu."""
    app.send_task(task, (str(CONVERSATION),), ignore_result=True)
    theirs = newest(queue)
    redis_client.tell(doorbell.ring(task, CONVERSATION))
    ours = newest(queue)
    assert redis_client.connection().llen(f"akwaba:{queue}") == 2
    for message in (theirs, ours):
        assert message["headers"]["id"] == message["headers"]["root_id"] == message["properties"]["correlation_id"]
        for name in OF_THE_SENDER:
            message["properties"].pop(name)
        del message["headers"]["id"], message["headers"]["root_id"]
    assert ours == theirs


def test_kombu_reads_a_ring_as_a_task_with_its_conversation() -> None:
    doorbell.ring_turn(CONVERSATION, wait=2)
    with app.connection() as connection, connection.SimpleQueue("turns") as queue:
        message = queue.get(timeout=5)
        message.ack()
    assert message.payload[0] == [str(CONVERSATION)]
    assert message.headers["task"] == doorbell.TAKE_TURN
    assert datetime.fromisoformat(message.headers["eta"]).tzinfo is not None


def test_each_ring_is_a_task_of_its_own() -> None:
    doorbell.ring_turn(CONVERSATION)
    first = newest("turns")["headers"]["id"]
    doorbell.ring_turn(CONVERSATION)
    assert newest("turns")["headers"]["id"] != first
