"""Notices to the back office: signed, in order, tried again, given up at last. A real client, a real server."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from support import redis_client, tasks
from support.backoffice import outbox, webhook, webhook_target
from support.models import Claim, OutgoingEvent, OutgoingState
from tests.house import free_port
from tests.support.backoffice.conftest import Filed
from tests.support.backoffice.office_stand_in import OfficeStandIn
from tests.support.journeys import rings, say
from tests.support.test_receive import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "un secret"
COMPLAINT = "g envoyé 20000 de wave vers orange c pas arrivé EFB.31570264 T7A2N5TSAD33EUPVJ"


@pytest.fixture
def listening(settings) -> Iterator[OfficeStandIn]:
    """A back office that takes everything, until told otherwise."""
    with OfficeStandIn() as server:
        settings.BACKOFFICE_WEBHOOK_URL = server.url
        settings.BACKOFFICE_WEBHOOK_SECRET = SECRET
        settings.BACKOFFICE_WEBHOOK_SECONDS = 0.5
        yield server


def tell(claim: Claim, name: str = "claim.filed") -> OutgoingEvent:
    with transaction.atomic():
        outbox.write(claim, name)
    return OutgoingEvent.objects.latest("id")


def make_due() -> None:
    OutgoingEvent.objects.update(next_at=timezone.now())


def test_a_claim_filed_by_a_customer_is_told_signed_and_counts_as_forwarded(listening: OfficeStandIn) -> None:
    say(COMPLAINT)
    claim = Claim.objects.get()
    assert claim.forwarded_at is None
    assert ("support.tasks.tell_back_office", str(claim.id)) in rings("housekeeping")
    tasks.tell_back_office(str(claim.id))
    ((path, headers, body),) = listening.seen
    signed = hmac.new(SECRET.encode(), headers["X-Akwaba-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert (path, headers["X-Akwaba-Signature"]) == ("/hooks/claims", f"v1={signed}")
    notice = json.loads(body)
    assert (notice["event"], notice["claim"]["number"]) == ("claim.filed", claim.number)
    assert notice["id"] == headers["X-Akwaba-Delivery"]
    assert notice["claim"]["slots"]["easytransfert_id"]["value"] == "EFB.31570264"
    claim.refresh_from_db()
    assert (claim.forwarded_by, claim.forwarded_at is not None) == ("webhook", True)


def test_a_correction_is_told_with_what_changed(listening: OfficeStandIn) -> None:
    say(COMPLAINT)
    say("pardon c'est efb 31482095")
    webhook.drain()
    filed, corrected = (json.loads(body) for _, _, body in listening.seen)
    assert (filed["event"], corrected["event"]) == ("claim.filed", "claim.corrected")
    assert corrected["changed"] == ["easytransfert_id"]
    assert corrected["claim"]["slots"]["easytransfert_id"]["value"] == "EFB.31482095"


def test_what_is_rolled_back_is_not_told(listening: OfficeStandIn, filed: Filed) -> None:
    claim = filed()
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.write(claim, "claim.filed")
        raise RuntimeError
    assert OutgoingEvent.objects.count() == 0


def test_with_nobody_to_tell_nothing_is_written(filed: Filed) -> None:
    outbox.write(filed(), "claim.filed")
    assert OutgoingEvent.objects.count() == 0
    assert webhook.drain() == 0


def test_the_outbox_holds_no_clear_text(listening: OfficeStandIn, filed: Filed) -> None:
    from django.db import connection

    tell(filed())
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM support_outgoingevent")
        assert "EFB.31570264" not in cursor.fetchone()[0]


FAILURES = {"500": 500, "503": 503, "404": 404, "429": 429, "redirect": 302, "permanent redirect": 308, "timeout": 0}


@pytest.mark.parametrize("status", FAILURES.values(), ids=FAILURES)
def test_a_failure_is_tried_again_later_and_leads_nowhere_else(
    listening: OfficeStandIn, filed: Filed, status: int
) -> None:
    event = tell(filed())
    listening.script.append(status)
    assert webhook.drain() == 0
    assert webhook.drain() == 0, "not before the pause"
    event.refresh_from_db()
    assert (event.state, event.attempts) == (OutgoingState.PENDING, 1)
    assert event.next_at > timezone.now() + timedelta(seconds=1)
    assert event.outcome == (f"HTTP {status}" if status else "ReadTimeout")
    assert len(listening.seen) == 1
    make_due()
    assert webhook.drain() == 1
    event.refresh_from_db()
    assert (event.state, event.attempts) == (OutgoingState.DELIVERED, 2)
    assert {path for path, _, _ in listening.seen} == {"/hooks/claims"}
    first, second = (headers["X-Akwaba-Delivery"] for _, headers, _ in listening.seen)
    assert first == second, "who got it twice can tell"


def test_nobody_listening_is_a_failure_like_another(listening: OfficeStandIn, filed: Filed, settings) -> None:
    settings.BACKOFFICE_WEBHOOK_URL = f"http://127.0.0.1:{free_port()}/"
    event = tell(filed())
    webhook.drain()
    event.refresh_from_db()
    assert (event.state, event.outcome) == (OutgoingState.PENDING, "ConnectError")


def test_gone_is_gone(listening: OfficeStandIn, filed: Filed) -> None:
    event = tell(filed())
    listening.script.append(410)
    webhook.drain()
    event.refresh_from_db()
    assert (event.state, event.outcome) == (OutgoingState.DEAD, "HTTP 410")
    assert Claim.objects.get().forwarded_at is None


def test_what_nobody_takes_for_days_is_given_up_and_can_be_taken_up_again(
    listening: OfficeStandIn, filed: Filed
) -> None:
    event = tell(filed())
    OutgoingEvent.objects.update(since=F("since") - timedelta(hours=73))
    listening.script.append(500)
    webhook.drain()
    event.refresh_from_db()
    assert event.state == OutgoingState.DEAD
    make_due()
    assert webhook.drain() == 0
    assert webhook.retry(event)
    assert not webhook.retry(event)
    assert webhook.drain() == 1


def test_pauses_grow_and_are_spread() -> None:
    for attempts, longest in ((1, 5), (2, 10), (5, 80), (60, 3600)):
        pauses = {webhook.pause(attempts) for _ in range(50)}
        assert longest / 2 <= min(pauses) < max(pauses) <= longest


def test_the_pause_they_ask_for_is_kept(listening: OfficeStandIn, filed: Filed) -> None:
    event = tell(filed())
    listening.script.append(429)
    listening.retry_after = "600"
    webhook.drain()
    event.refresh_from_db()
    assert timedelta(seconds=590) < event.next_at - timezone.now() <= timedelta(seconds=600)


def test_a_claims_notices_keep_their_order_and_hold_up_no_other_claim(listening: OfficeStandIn, filed: Filed) -> None:
    first = filed()
    tell(first)
    listening.script.append(500)
    webhook.drain()
    tell(first, "claim.corrected")
    tell(filed("AK-000-0001", address="visitor:2"))
    webhook.drain()
    assert [json.loads(body)["claim"]["number"] for _, _, body in listening.seen] == [first.number, "AK-000-0001"]
    make_due()
    webhook.drain()
    names = [json.loads(body)["event"] for _, _, body in listening.seen[2:]]
    assert names == ["claim.filed", "claim.corrected"]


def test_ten_workers_at_once_tell_each_notice_once(listening: OfficeStandIn, filed: Filed) -> None:
    for n in range(5):
        tell(filed(f"AK-000-000{n}", address=f"visitor:{n}"))
    in_parallel(10, lambda _: webhook.drain())
    webhook.drain()
    assert len({headers["X-Akwaba-Delivery"] for _, headers, _ in listening.seen}) == len(listening.seen) == 5


def test_a_worker_killed_in_the_call_is_followed_by_another(listening: OfficeStandIn, filed: Filed) -> None:
    event = tell(filed())
    assert webhook._claim_next() is not None
    assert webhook.drain() == 0, "the first may still be at it"
    redis_client.connection().flushall()
    make_due()
    OutgoingEvent.objects.update(created_at=F("created_at") - timedelta(minutes=1))
    tasks.sweep()
    assert rings("housekeeping") == [("support.tasks.tell_back_office", str(event.claim_id))]
    assert webhook.drain() == 1


@pytest.mark.parametrize(
    ("url", "secret", "good"),
    [
        ("https://back.example.org/hook", "s", True),
        ("http://127.0.0.1:9000/hook", "s", True),
        ("http://localhost/hook", "s", True),
        ("http://[::1]:80/", "s", True),
        ("https://back.example.org/hook", "", False),
        ("http://back.example.org/hook", "s", False),
        ("http://10.0.0.5/hook", "s", False),
        ("http://127.0.0.1.example.org/", "s", False),
        ("ftp://back.example.org/", "s", False),
        ("https://user:pass@back.example.org/", "s", False),
        ("https:///hook", "s", False),
        ("https://[::1/hook", "s", False),
        ("https://back.example.org:99999/", "s", False),
        ("", "s", False),
    ],
)
def test_only_tls_or_this_machine_is_called(url: str, secret: str, good: bool) -> None:
    assert (webhook_target.fault(url, secret) == "") == good


def test_settings_refuse_another_target() -> None:
    env = {**os.environ, "BACKOFFICE_WEBHOOK_URL": "http://back.example.org/", "BACKOFFICE_WEBHOOK_SECRET": "s"}
    found = subprocess.run(
        [sys.executable, "-c", "import support.settings"],
        cwd=Path(__file__).resolve().parents[3], env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode != 0
    assert "BACKOFFICE_WEBHOOK_URL: http:// is for this machine alone" in found.stderr
