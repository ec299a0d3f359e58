"""Who looks at a case and who writes in it: seen by colleagues at once, gone by itself, never told to the customer."""

from __future__ import annotations

import time
import uuid

import pytest
import redis
from channels.layers import get_channel_layer
from django.contrib.auth.models import User
from redis.backoff import NoBackoff
from redis.retry import Retry

from support.console import viewers
from support.models import TeamMember
from support.threads import run_in_db_thread
from support.transports.web import events
from tests.support.console.conftest import Waiting
from tests.support.console.test_console_socket import hear, opened, socket

CASE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def names(case: uuid.UUID = CASE) -> list[str]:
    return [f"{one.name}…" if one.writes else one.name for one in viewers.of([case]).get(case, ())]


def test_each_person_is_shown_once_however_many_pages_they_have_open() -> None:
    viewers.look(CASE, "page1", 1, "Awa", writes=True)
    viewers.look(CASE, "page2", 1, "Awa")
    viewers.look(CASE, "page3", 2, "Koffi")
    viewers.look(OTHER, "page4", 3, "Ama")
    assert names() == ["Awa…", "Koffi"]
    assert set(viewers.of([CASE, OTHER, uuid.UUID(int=3)])) == {CASE, OTHER}
    viewers.leave(CASE, "page1")
    assert names() == ["Awa", "Koffi"]


def test_a_page_that_dies_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    viewers.look(CASE, "page1", 1, "Awa", writes=True)
    now = time.time()
    monkeypatch.setattr(viewers.time, "time", lambda: now + viewers.TYPING_LASTS + 1)
    assert names() == ["Awa"]
    monkeypatch.setattr(viewers.time, "time", lambda: now + viewers.LASTS + 1)
    assert names() == []


def test_a_redis_away_shows_nobody_and_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = redis.Redis(unix_socket_path="/nowhere", retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(viewers.redis_client, "connection", lambda: nowhere)
    viewers.look(CASE, "page1", 1, "Awa")
    viewers.leave(CASE, "page1")
    assert viewers.of([CASE]) == {}


async def test_colleagues_see_each_other_come_write_and_go(awa: User, koffi: User, waiting: Waiting) -> None:
    case = await run_in_db_thread(waiting)
    layer = get_channel_layer()
    customer = await layer.new_channel()
    await layer.group_add(events.conversation_group(case.id), customer)
    first = await opened(await run_in_db_thread(socket, awa, f"?case={case.id}"))
    await hear(first, "counts")
    second = await opened(await run_in_db_thread(socket, koffi, f"?case={case.id}"))
    assert (await hear(second, "viewers"))[-1]["viewers"] == [{"name": "Awa", "writes": False}]
    assert (await hear(first, "viewers"))[-1]["viewers"] == [{"name": "Koffi", "writes": False}]
    await second.send_json_to({"type": "typing", "on": True})
    assert (await hear(first, "viewers"))[-1]["viewers"] == [{"name": "Koffi", "writes": True}]
    await second.disconnect()
    assert (await hear(first, "viewers"))[-1]["viewers"] == []
    await first.disconnect()
    assert await run_in_db_thread(lambda: TeamMember.objects.filter(availability="available").count()) == 2
    await layer.send(customer, {"type": "relay", "text": "end"})
    assert (await layer.receive(customer))["text"] == "end", "the customer's socket was told of the staff"
