"""Processes killed and Redis wiped while customers write: nothing lost, nothing said twice (R1, R2 of the bars).

Scales: R1 kills the worker 5 times (of 200), R2 kills and thereby wipes Redis 3 times (of 3), under a light load.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import websockets
from django.conf import settings
from django.db import connection
from django.db.models import F
from twilio.request_validator import RequestValidator

from support.models import Author, Channel, Conversation, Delivery, Message
from support.supervisor.programs import web_command
from tests.house import ROOT, House, free_port, running_house
from tests.support.whatsapp.twilio_stand_in import TwilioStandIn
from tests.web_client import open_session, visiting

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "a test token"
KILLS = 5
WIPES = 3


@pytest.fixture(scope="module")
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as server:
        yield server


@pytest.fixture(scope="module")
def battered(django_db_setup: None, twilio: TwilioStandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with a Redis of its own, short leases, and a provider that counts."""
    folder = tmp_path_factory.mktemp("battered")
    env = {
        "VAR_DIR": str(folder),
        "REDIS_URL": "",
        "TWILIO_API_BASE": twilio.url,
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_WHATSAPP_FROM": "whatsapp:+2252522018730",
        "QUIET_SECONDS_WHATSAPP": "0.2",
        "SWEEP_AFTER_SECONDS": "2",
        "TURN_LEASE_SECONDS": "3",
        "SEND_LEASE_SECONDS": "3",
    }
    if connection.vendor == "sqlite":
        env["SQLITE_FILE"] = str(settings.DATABASES["default"]["NAME"])
    link_models(folder)
    with running_house(folder / "log", **env) as house:
        yield house


def link_models(folder: Path) -> None:
    """Let the house use the models this test run has trained."""
    models = Path(settings.VAR_DIR) / "models"
    models.mkdir(exist_ok=True)
    (folder / "models").symlink_to(models)


async def post_whatsapp(house: House, number: str, text: str) -> None:
    """A signed webhook, which must be acknowledged."""
    fields = inbound_fields(number, text)
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        response = await client.post(f"{house.url}/webhooks/whatsapp/", data=fields, headers=signed(house, fields))
        assert response.status_code == 200, response.text


def inbound_fields(number: str, text: str) -> dict[str, str]:
    """A customer's message as Twilio posts it."""
    return {
        "MessageSid": f"SM{uuid.uuid4().hex}",
        "AccountSid": "AC" + "1" * 32,
        "From": f"whatsapp:{number}",
        "To": "whatsapp:+2252522018730",
        "Body": text,
        "NumMedia": "0",
    }


def signed(house: House, fields: dict[str, str]) -> dict[str, str]:
    """The signature header, over the public URL."""
    url = f"{house.url}/webhooks/whatsapp/"
    return {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, fields)}


async def write_once(house: House, tokens: list[str], number: int) -> None:
    """Every customer writes one message, on both channels."""
    for index, token in enumerate(tokens):
        await post_whatsapp(house, f"+22507000000{index:02d}", f"les frais pour {1000 + number} ?")
        await send_until_stored(house, token, f"les frais pour {2000 + number} ?")


async def send_until_stored(house: House, token: str, text: str) -> None:
    """As the widget does: the same client_id on every try, until the stored message comes back."""
    client_id = uuid.uuid4()
    for _ in range(60):
        try:
            async with visiting(house.url, token) as visitor:
                await visitor.send(text, client_id)
                await visitor.until(lambda event: event.get("client_id") == str(client_id), 5)
                return
        except (websockets.WebSocketException, OSError, TimeoutError):
            await asyncio.sleep(0.25)
    raise TimeoutError("no socket for a quarter of a minute")


@contextmanager
def second_web_process(house: House) -> Iterator[str]:
    """Another Daphne of the same house; yields its base URL."""
    port = free_port()
    env = {**house.env, "PORT": str(port), "PUBLIC_URL": house.url}
    with subprocess.Popen(web_command("127.0.0.1", port), cwd=ROOT, env=env) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def wait_for(url: str) -> None:
    """Until it answers. Raises TimeoutError."""
    for _ in range(300):
        try:
            if httpx.get(url, timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError(url)


async def test_one_message_posted_twenty_times_on_two_web_processes_is_one_row_one_turn_one_reply(
    battered: House, twilio: TwilioStandIn
) -> None:
    """T4, whole."""
    fields = inbound_fields("+2250700000077", "bonjour")
    headers = signed(battered, fields)
    sent_before = len(twilio.messages)
    with second_web_process(battered) as other:
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            answers = await asyncio.gather(
                *(
                    client.post(
                        f"{(battered.url, other)[number % 2]}/webhooks/whatsapp/",
                        data=fields,
                        headers={**headers, "I-Twilio-Idempotency-Token": str(uuid.uuid4())},
                    )
                    for number in range(20)
                )
            )
    assert {answer.status_code for answer in answers} == {200}
    await drained(30)
    assert await Message.objects.filter(author=Author.CUSTOMER).acount() == 1
    assert await Message.objects.filter(author=Author.BOT).acount() == 1
    assert len(twilio.messages) - sent_before == 1


async def drained(seconds: float) -> float:
    """Wait until everything is answered and sent; returns the seconds it took. Raises TimeoutError."""
    started = time.monotonic()
    waiting = Conversation.objects.filter(inbound_seq__gt=F("handled_seq"))
    unsent = Message.objects.filter(delivery__in=[Delivery.QUEUED, Delivery.SENDING, Delivery.UNKNOWN])
    while await waiting.aexists() or await unsent.aexists():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"{await waiting.acount()} unanswered; unsent: {[m.delivery async for m in unsent]}")
        await asyncio.sleep(0.2)
    return time.monotonic() - started


async def check_nothing_lost_or_doubled(twilio: TwilioStandIn, sent_before: int, writes: int, customers: int) -> None:
    assert await Message.objects.filter(author=Author.CUSTOMER).acount() == writes * customers * 2
    async for conversation in Conversation.objects.select_related("identity"):
        messages = [message async for message in conversation.messages.all()]
        assert [message.seq for message in messages] == list(range(1, len(messages) + 1))
        replies = [message.text for message in messages if message.author == Author.BOT]
        asked = sum(message.author == Author.CUSTOMER for message in messages)
        assert 1 <= len(replies) <= asked, "an answer for every turn, and no turn twice"
        if conversation.channel == Channel.WHATSAPP:
            to = f"whatsapp:{conversation.identity.value}"
            fresh = reversed(twilio.messages[: len(twilio.messages) - sent_before])
            assert [each["body"] for each in fresh if each["to"] == to] == replies, "sent once each, in order"


async def test_a_worker_killed_again_and_again_loses_and_doubles_nothing(
    battered: House, twilio: TwilioStandIn
) -> None:
    chance, sent_before = random.Random(7), len(twilio.messages)
    tokens = [(await open_session(battered.url))["token"] for _ in range(3)]
    for number in range(KILLS):
        await write_once(battered, tokens, number)
        await asyncio.sleep(chance.uniform(0, 0.6))
        killed = battered.kill(" worker --pool")
        while not [pid for pid in battered.children(" worker --pool") if pid != killed]:
            await asyncio.sleep(0.1)
        await asyncio.sleep(chance.uniform(0, 3))
    await drained(90)
    await check_nothing_lost_or_doubled(twilio, sent_before, KILLS, len(tokens))


async def test_a_socket_opened_while_redis_is_away_is_told_to_come_back_and_keeps_its_session(battered: House) -> None:
    token = (await open_session(battered.url))["token"]
    battered.kill("unixsocket")
    for _ in range(100):
        try:
            async with visiting(battered.url, token) as visitor:  # a refused handshake would raise InvalidStatus
                await visitor.until(lambda event: event["type"] == "ready", 5)
                break
        except (websockets.ConnectionClosed, TimeoutError):
            await asyncio.sleep(0.1)
    else:
        pytest.fail("no socket after Redis came back")
    await send_until_stored(battered, token, "toujours là")
    await drained(60)


async def test_redis_wiped_under_load_loses_nothing_and_heals_within_a_minute(
    battered: House, twilio: TwilioStandIn
) -> None:
    sent_before = len(twilio.messages)
    tokens = [(await open_session(battered.url))["token"] for _ in range(3)]
    for number in range(WIPES):
        killed = battered.kill("unixsocket")
        await write_once(battered, tokens, number)
        while not [pid for pid in battered.children("unixsocket") if pid != killed]:
            await asyncio.sleep(0.1)
        assert await drained(60) <= 60
    await check_nothing_lost_or_doubled(twilio, sent_before, WIPES, len(tokens))
