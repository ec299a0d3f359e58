"""The web socket against the running house: handshakes, frames, replay after cuts, lost events."""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path

import msgpack
import pytest
import websockets
from channels.layers import get_channel_layer

from support import redis_client
from support.models import Message
from support.transports.web import events
from tests.house import House
from tests.web_client import open_session, visiting

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_message_is_stored_echoed_and_answered_in_streamed_words(house: House) -> None:
    async with visiting(house.url) as visitor:
        answer = await visitor.ask("bonjour")
        deltas = [event for event in visitor.events if event["type"] == "delta"]
    assert deltas
    assert {delta["reply"] for delta in deltas} == {answer["replaces"]}
    assert answer["text"].startswith(deltas[0]["text"].strip()[:10])
    assert [message["seq"] for message in visitor.messages()] == [1, 2]


async def test_the_same_client_id_again_is_answered_by_the_same_row(house: House) -> None:
    async with visiting(house.url) as visitor:
        client_id = await visitor.send("bonjour")
        first = await visitor.until(lambda event: event.get("client_id") == str(client_id))
        await visitor.until(lambda event: event.get("author") == "bot")
        seen = len(visitor.events)
        await visitor.send("bonjour", client_id)
        await visitor.until(lambda event: event in visitor.events[seen:])
    assert [event for event in visitor.events[seen:] if event["type"] == "message"] == [first]
    assert await Message.objects.filter(author="customer").acount() == 1


@pytest.mark.parametrize("tries", [100])
async def test_a_hundred_wrong_handshakes_are_refused(house: House, tries: int) -> None:
    """W1, whole: bad origin, no token, a forged token."""
    token = (await open_session(house.url))["token"]
    wrong = [
        ({"Origin": "https://evil.example"}, f"?token={token}"),
        ({}, ""),
        ({}, "?token="),
        ({}, f"?token={token[:-2]}{'BB' if token.endswith('AA') else 'AA'}"),
        ({"Origin": "null"}, f"?token={token}"),
    ]
    for number in range(tries):
        headers, query = wrong[number % len(wrong)]
        with pytest.raises(websockets.InvalidStatus) as refusal:
            async with websockets.connect(
                f"{house.socket_url}/ws/chat/{query}", additional_headers=headers, proxy=None
            ):
                pass
        assert refusal.value.response.status_code == 403


async def test_a_session_reads_only_its_own_conversation(house: House) -> None:
    async with visiting(house.url) as one, visiting(house.url) as other:
        await one.ask("mon transfert wave vers orange n'est pas arrivé")
        await other.ask("bonjour")
        assert not any(
            "transfert" in message["text"] for message in other.messages() if message["author"] == "customer"
        )


async def test_bad_frames_are_answered_and_the_socket_stays_open(house: House) -> None:
    async with visiting(house.url) as visitor:
        for frame in ("{", "[]", json.dumps({"type": "send"}), b"\x00\xff", "x" * (64 * 1024 + 1)):
            await visitor.socket.send(frame)
        await visitor.until(lambda _: sum(event["type"] == "error" for event in visitor.events) == 5)
        assert [event["code"] for event in visitor.events if event["type"] == "error"][-1] == "too_long"
        assert await visitor.ask("bonjour")


def resident_bytes(pid: int) -> int:
    """Memory a process holds in RAM."""
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * 4096


async def test_a_frame_of_a_hundred_megabytes_is_refused_without_being_kept(house: House) -> None:
    """W2: memory grows by less than 20 MB."""
    [web] = house.children("daphne")
    before = resident_bytes(web)
    async with visiting(house.url) as visitor:
        with pytest.raises(websockets.ConnectionClosed):
            await visitor.socket.send("x" * 100_000_000)
            await visitor.socket.recv()
    assert resident_bytes(web) - before < 20_000_000


@pytest.mark.parametrize("cuts", [40])
async def test_cuts_in_the_middle_of_replies_lose_and_double_nothing(house: House, cuts: int) -> None:
    """W4, at a twenty-fifth of its thousand cuts."""
    session = await open_session(house.url)
    seen: dict[int, str] = {}
    for number in range(cuts):
        after = max(seen, default=0)
        async with visiting(house.url, session["token"], after) as visitor:
            await visitor.until(lambda event: event["type"] == "ready")
            if number % 2 == 0:
                await visitor.send(f"les frais pour {1000 + number} ?")
            await asyncio.sleep((number % 5) * 0.01)
        fresh = [message["seq"] for message in visitor.messages()]
        assert fresh == sorted(set(fresh)), "in order, once each"
        assert all(seq > after for seq in fresh)
        seen |= {message["seq"]: message["id"] for message in visitor.messages()}
    async with visiting(house.url, session["token"], max(seen, default=0)) as visitor:
        await visitor.until(lambda event: event["type"] == "ready")
        await asyncio.sleep(1)
        seen |= {message["seq"]: message["id"] for message in visitor.messages()}
    stored = {message.seq: str(message.id) async for message in Message.objects.all()}
    assert seen == stored
    assert sorted(stored) == list(range(1, len(stored) + 1))


async def test_an_event_lost_on_the_way_is_made_good_from_the_database(house: House) -> None:
    """W5: Redis is flushed of everything, and one message is stored without any event at all."""
    async with visiting(house.url) as visitor:
        answer = await visitor.ask("bonjour")
        await asyncio.to_thread(redis_client.connection().flushall)
        first = await Message.objects.aget(seq=1)
        await Message.objects.acreate(
            conversation_id=first.conversation_id, seq=answer["seq"] + 1, author="agent", text="sans cloche",
            at=first.at, transport="web", delivery="sent",
        )  # fmt: skip
        await visitor.until(lambda event: event.get("text") == "sans cloche", seconds=5)


async def test_a_flood_from_one_session_is_slowed_with_a_time_to_wait(house: House) -> None:
    async with visiting(house.url) as visitor:
        for number in range(45):
            await visitor.send(f"message {number}")
        error = await visitor.until(lambda event: event["type"] == "error")
    assert error["code"] == "rate_limited"
    assert 1 <= error["retry_after"] <= 60


async def test_what_workers_publish_is_what_the_channel_layer_reads(redis_server: None) -> None:
    """Pins our synchronous publishing against the layer's own wire format."""
    layer = get_channel_layer()
    channel = await layer.new_channel()
    group = events.conversation_group(uuid.uuid4())
    await layer.group_add(group, channel)
    event = {"type": "message", "seq": 3, "text": "été 😀"}
    try:
        await asyncio.sleep(0.2)
        assert await asyncio.to_thread(events.publish, (group, event))
        async with asyncio.timeout(5):
            received = await layer.receive(channel)
    finally:
        await layer.flush()
    assert received == msgpack.unpackb(msgpack.packb(events.relay(event)))
    assert json.loads(received["text"]) == event


async def test_a_second_device_sees_what_the_first_writes(house: House) -> None:
    session = await open_session(house.url)
    async with visiting(house.url, session["token"]) as phone, visiting(house.url, session["token"]) as laptop:
        answer = await phone.ask("bonjour")
        assert await laptop.until(lambda event: event.get("id") == answer["id"])


async def test_a_score_for_nothing_is_answered_and_the_socket_stays_open(house: House) -> None:
    async with visiting(house.url) as visitor:
        await visitor.frame({"type": "rate", "score": 4})
        error = await visitor.until(lambda event: event["type"] == "error")
        await visitor.ask("bonjour")
    assert error["code"] == "bad_message"
