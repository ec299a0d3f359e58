"""The console's web socket, over the real channel layer."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from channels.auth import AuthMiddlewareStack
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from support import escalate
from support.console import board, consumer, gate
from support.console.consumer import ConsoleConsumer
from support.models import Conversation
from support.threads import run_in_db_thread
from support.transports.web import events
from tests.support.journeys import write

application = AuthMiddlewareStack(ConsoleConsumer.as_asgi())
Waiting = Callable[..., Conversation]


def socket(user: User | None, query: str = "", origin: str = "http://testserver") -> WebsocketCommunicator:
    headers = [(b"host", b"testserver"), (b"origin", origin.encode())]
    if user:
        browser = Client()
        browser.force_login(user)
        cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
        headers.append((b"cookie", cookie.encode()))
    return WebsocketCommunicator(application, f"/ws/console/{query}", headers=headers)


async def hear(line: WebsocketCommunicator, *types: str) -> list[dict[str, Any]]:
    """Frames up to the one that completes ``types``, in any order; without the time."""
    heard: list[dict[str, Any]] = []
    while not set(types) <= {frame["type"] for frame in heard}:
        frame = await line.receive_json_from(timeout=5)
        if frame["type"] != "time":
            heard.append(frame)
    return heard


async def opened(line: WebsocketCommunicator) -> WebsocketCommunicator:
    assert (await line.connect(timeout=5))[0]
    return line


async def closing_code(line: WebsocketCommunicator) -> int:
    while (event := await line.receive_output(5))["type"] != "websocket.close":
        pass
    return int(event["code"])


async def test_the_queue_arrives_whole_and_then_as_it_changes(awa: User, waiting: Waiting) -> None:
    line = await opened(await run_in_db_thread(socket, awa))
    assert (await hear(line, "queue"))[0]["rows"] == []
    case = await run_in_db_thread(waiting)
    (arrival,) = await hear(line, "rows")
    assert [row["id"] for row in arrival["rows"]] == [str(case.id)]
    await run_in_db_thread(escalate.take, case.id, awa)
    assert (await hear(line, "rows"))[0]["rows"][0]["agent"]["id"] == awa.pk
    await run_in_db_thread(escalate.close, case.id, awa)
    assert (await hear(line, "rows"))[0]["gone"] == [str(case.id)]
    await line.disconnect()


async def test_an_arrival_whose_event_was_lost_is_shown_all_the_same(
    awa: User, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "RECONCILE_SECONDS", 0.2)
    monkeypatch.setattr(events, "publish", lambda *_: False)
    line = await opened(await run_in_db_thread(socket, awa))
    await hear(line, "queue")
    case = await run_in_db_thread(waiting)
    assert (await hear(line, "rows"))[0]["rows"][0]["id"] == str(case.id)
    await line.disconnect()


async def test_a_case_is_followed_live(awa: User, waiting: Waiting) -> None:
    case = await run_in_db_thread(waiting, "bonjour")
    line = await opened(await run_in_db_thread(socket, awa, f"?case={case.id}"))
    first = await hear(line, "case", "messages", "counts")
    (messages,) = [frame["messages"] for frame in first if frame["type"] == "messages"]
    assert [message["text"] for message in messages] == ["bonjour"]
    await run_in_db_thread(write, "vous êtes là ?")
    (*_, news) = await hear(line, "messages")
    assert [message["text"] for message in news["messages"]] == ["vous êtes là ?"]
    await line.disconnect()


async def test_words_being_spoken_and_the_customers_typing_pass_on_at_once(awa: User, waiting: Waiting) -> None:
    case = await run_in_db_thread(waiting)
    line = await opened(await run_in_db_thread(socket, awa, f"?case={case.id}"))
    await hear(line, "counts")
    group = events.conversation_group(case.id)
    for text in ("Je ", "vois."):
        events.publish((group, {"type": "delta", "reply": "r", "text": text}))
    heard = [*await hear(line, "speaking"), *await hear(line, "speaking")]
    assert heard[-1] == {"type": "speaking", "reply": "r", "text": "Je vois."}
    events.publish((group, {"type": "typing", "author": "customer", "on": True}))
    assert (await hear(line, "typing"))[-1]["author"] == "customer"
    await line.disconnect()


async def test_the_customer_learns_that_the_agent_writes_only_from_the_one_who_has_the_case(
    awa: User, koffi: User, waiting: Waiting
) -> None:
    case = await run_in_db_thread(waiting)
    await run_in_db_thread(escalate.take, case.id, awa)
    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.group_add(events.conversation_group(case.id), name)
    lines = [await opened(await run_in_db_thread(socket, user, f"?case={case.id}")) for user in (koffi, awa)]
    for line in lines:
        await hear(line, "counts")
        for _ in range(3):
            await line.send_json_to({"type": "typing", "on": True})
    await lines[1].send_json_to({"type": "typing", "on": False})
    heard = [await asyncio.wait_for(layer.receive(name), 5) for _ in range(2)]
    assert [json.loads(event["text"]) for event in heard] == [
        {"type": "typing", "author": "agent", "on": True},
        {"type": "typing", "author": "agent", "on": False},
    ]
    for line in lines:
        await line.disconnect()


async def test_whole_numbers_come_with_the_token_and_not_without(awa: User, waiting: Waiting) -> None:
    from support.console import reveal

    case = await run_in_db_thread(waiting, "mon numéro : 0700000012")
    line = await opened(await run_in_db_thread(socket, awa, f"?case={case.id}"))
    assert "0700000012" not in str(await hear(line, "counts"))
    await line.send_json_to({"type": "reveal", "token": "made up"})
    token = await run_in_db_thread(reveal.grant, awa, case.id, reveal.Why("check_file"))
    await line.send_json_to({"type": "reveal", "token": token})
    assert "0700000012" in str(await hear(line, "messages"))
    await line.disconnect()


@pytest.mark.parametrize(
    "frame",
    [
        "{",
        "[]",
        "null",
        '{"type":"typing","on":"yes"}',
        '{"type":"reveal","token":7}',
        '{"type":"x"}',
        "[" * 5000,
        "a" * 5000,
    ],
)
async def test_a_frame_that_says_nothing_is_answered_and_the_line_stays_open(
    frame: str, awa: User, waiting: Waiting
) -> None:
    case = await run_in_db_thread(waiting)
    line = await opened(await run_in_db_thread(socket, awa, f"?case={case.id}"))
    await hear(line, "counts")
    await line.send_to(text_data=frame)
    assert (await hear(line, "error"))[-1]["code"] == "bad_message"
    await line.send_to(bytes_data=b"\x00")
    assert (await hear(line, "error"))[-1]["code"] == "bad_message"
    await line.disconnect()


@pytest.mark.parametrize("who", ["nobody", "newcomer", "customer"])
async def test_the_line_is_refused_to_who_may_not_see_the_queue(who: str, staff: Callable[..., User]) -> None:
    def user() -> User | None:
        return None if who == "nobody" else staff(who, "" if who == "newcomer" else "agent", is_staff=who == "newcomer")

    line = await opened(await run_in_db_thread(socket, await run_in_db_thread(user)))
    assert await closing_code(line) == consumer.CLOSED_UNAUTHORISED


@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver.evil.example", "null", ""])
async def test_a_page_from_elsewhere_is_refused(origin: str, awa: User) -> None:
    line = await run_in_db_thread(socket, awa, "", origin)
    assert (await line.connect(timeout=5))[0] is False


@pytest.mark.parametrize("query", ["?case=12", f"?case={uuid.UUID(int=0)}", "?case=%00"])
async def test_a_case_that_does_not_exist_closes_the_line(query: str, awa: User) -> None:
    line = await opened(await run_in_db_thread(socket, awa, query))
    assert await closing_code(line) == consumer.CLOSED_NOT_FOUND


@pytest.mark.parametrize("loss", ["role", "session", "account"])
async def test_who_loses_the_right_loses_the_line(
    loss: str, awa: User, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "CHECK_SECONDS", 0.0)
    monkeypatch.setattr(consumer, "REFRESH_SECONDS", 0.1)
    line = await opened(await run_in_db_thread(socket, awa))
    await run_in_db_thread(_lose, loss, awa)
    assert await closing_code(line) == consumer.CLOSED_UNAUTHORISED


def _lose(what: str, user: User) -> None:
    from django.contrib.sessions.models import Session

    match what:
        case "role":
            user.groups.clear()
        case "session":
            Session.objects.all().delete()
        case "account":
            User.objects.filter(pk=user.pk).update(is_active=False)
