"""A process that has another INDEX_KEY than the database says so and does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import AsyncClient

from support import db, minds, redis_client
from support.celery import load_the_mind
from support.insight.signs import WORKER_SEEN
from support.keys import door, mark
from support.management.commands import serve
from support.models import Identity, IndexKey
from support.privacy import audit
from tests.house import free_port
from tests.support.journeys import BRAND, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _door() -> Iterator[None]:
    yield
    IndexKey.objects.all().delete()
    door.look()


def test_the_first_start_on_an_empty_database_remembers_the_key_and_gives_nothing_away(settings: Any) -> None:
    mark.require()
    row = IndexKey.objects.get()
    assert len(row.fingerprint) == 32 and settings.INDEX_KEY not in row.fingerprint
    mark.require()
    settings.INDEX_KEY = "another"
    with pytest.raises(mark.WrongKey, match="keys renew"):
        mark.require()
    assert IndexKey.objects.get().fingerprint == row.fingerprint


@pytest.mark.parametrize("sign", ["an address", "an act"])
def test_on_a_database_that_remembers_none_what_is_written_must_agree(sign: str, settings: Any) -> None:
    with db.write():
        _ = write("slt") if sign == "an address" else audit.record(None, "take", "conversation:1")
    right, settings.INDEX_KEY = settings.INDEX_KEY, "another"
    with pytest.raises(mark.WrongKey):
        mark.require()
    assert not IndexKey.objects.exists()
    settings.INDEX_KEY = right
    mark.require()
    assert IndexKey.objects.get().fingerprint == mark.fingerprint(right)


def test_who_became_a_stranger_before_the_key_was_remembered_does_not_stop_the_house(settings: Any) -> None:
    settings.INDEX_KEY, today = "one of long ago", settings.INDEX_KEY
    write("slt")
    settings.INDEX_KEY = today
    write("slt")
    assert Identity.objects.count() == 2
    mark.require()


async def test_the_web_answers_only_how_it_is(async_client: AsyncClient, settings: Any, asking: Any) -> None:
    from asgiref.sync import sync_to_async

    redis_client.connection().set(WORKER_SEEN, "now", ex=30)
    minds.ready(BRAND)  # reading the brand may take longer than a check is given
    await sync_to_async(mark.require)()
    assert (await async_client.get("/ready")).status_code == 200
    settings.INDEX_KEY = "another"
    answer = await async_client.get("/ready")
    assert answer.status_code == 503 and answer.json()["checks"]["index_key"] == "another key"
    assert await asking("/") == 503 and await asking("/health") == 200


@pytest.fixture
def asking() -> Any:
    """Asks the application of the web processes, as Daphne does; returns the status."""
    from asgiref.testing import ApplicationCommunicator

    from support.asgi import application

    async def ask(path: str) -> int:
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
        }
        asked = ApplicationCommunicator(application, scope)
        await asked.send_input({"type": "http.request", "body": b""})
        return int((await asked.receive_output(timeout=10))["status"])

    return ask


def test_worker_serve_and_check_name_it_and_end(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "all_programs", lambda *_: pytest.fail("something was started"))
    mark.require()
    settings.INDEX_KEY = "another"
    with pytest.raises(SystemExit, match="INDEX_KEY is not the key"):
        load_the_mind()
    with pytest.raises(CommandError, match="INDEX_KEY is not the key"):
        call_command("serve", port=free_port())
    assert [each.id for each in run_checks(databases=["default"])] == ["support.E001"]


def test_check_remembers_nothing_and_finds_nothing_wrong_where_nothing_is() -> None:
    assert run_checks(databases=["default"]) == [] and not IndexKey.objects.exists()
    User.objects.create_user("awa")
    assert run_checks(databases=["default"]) == []
