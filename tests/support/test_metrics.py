"""``/metrics`` shows the backlog as the database has it, and what every process of the machine has counted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from support.insight import backlog
from support.insight.watch import ROOMS, Watch, room_of
from support.models import Channel, Message
from tests.support.journeys import write

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    backlog.forget()


def shown(client: Client) -> dict[str, float]:
    lines = client.get("/metrics").content.decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


@pytest.mark.django_db(transaction=True)
def test_an_empty_house_has_no_backlog(client: Client) -> None:
    page = shown(client)
    assert page["akwaba_backlog_up"] == 1
    assert page["akwaba_unanswered_conversations"] == page["akwaba_oldest_unanswered_seconds"] == 0
    assert page['akwaba_deliveries{state="queued"}'] == 0


@pytest.mark.django_db(transaction=True)
def test_a_message_not_answered_yet_is_backlog(client: Client) -> None:
    write("slt", Channel.WEB, "visitor:1")
    page = shown(client)
    assert page["akwaba_unanswered_conversations"] == 1
    assert page["akwaba_oldest_unanswered_seconds"] > 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["queued", "held", "unknown", "failed"])
def test_messages_that_did_not_get_through_are_counted_by_state(client: Client, state: str) -> None:
    message = write("slt")
    Message.objects.filter(pk=message.pk).update(delivery=state)
    assert shown(client)[f'akwaba_deliveries{{state="{state}"}}'] == 1


@pytest.mark.django_db(transaction=True)
def test_the_page_names_nobody(client: Client) -> None:
    write("je m'appelle Awa, 07 00 11 22 33", address="+2250700000001")
    page = client.get("/metrics").content.decode()
    assert "0700000001" not in page and "Awa" not in page


def test_processes_of_one_machine_are_added_up(tmp_path: Path) -> None:
    code = (
        "import django; django.setup(); from support.insight import metrics; metrics.turn_done(0.02);"
        "import sys; sys.stdout.write(metrics.generate_latest(metrics.registry()).decode())"
    )
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(3):
        run = [sys.executable, "-c", code]
        last = subprocess.run(run, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout
    assert 'akwaba_turns_total{outcome="done"} 3.0' in last
    assert "akwaba_turn_seconds_count 3.0" in last


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("/webhooks/whatsapp/", "whatsapp_inbound"),
        ("/webhooks/whatsapp/status/", "whatsapp_status"),
        ("/", "page"),
        ("/wp-login.php", "other"),
        ("/healthy-looking-nonsense", "probe"),
    ],
)
def test_a_path_has_one_of_a_few_labels(path: str, room: str) -> None:
    assert room_of(path) == room


def test_strangers_cannot_make_labels_without_end() -> None:
    rooms = {room_of(f"/{n}/") for n in range(100)} | {room for _, room in ROOMS}
    assert len(rooms) < 15


async def test_a_request_is_logged_without_its_query_string(caplog: pytest.LogCaptureFixture) -> None:
    async def answers(_scope: object, _receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]

    async def nothing(*_: object) -> dict[str, str]:
        return {"type": "http.request"}

    caplog.set_level("INFO")
    scope = {"type": "http", "method": "GET", "path": "/api/v1/sessions", "query_string": b"token=hush-hush"}
    await Watch(answers)(scope, nothing, nothing)
    assert "/api/v1/sessions" in caplog.text and "hush-hush" not in caplog.text
