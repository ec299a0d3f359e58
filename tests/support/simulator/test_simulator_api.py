"""The stand-in for Twilio's API answers the real client as Twilio would. It runs in the running house."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from twilio.rest import Client

from support import clock
from support.models import SimulatedMessage
from support.simulator import phones
from support.transports.whatsapp import client
from support.transports.whatsapp.client import SendError, find, send
from tests.house import House

pytestmark = pytest.mark.django_db(transaction=True)
AWA = "+2250700000001"
ATTEMPT = uuid.UUID("6f8a7b10-1111-4222-8333-444455556666")


@pytest.fixture(autouse=True)
def provider(house: House, settings: Any) -> Iterator[House]:
    """Our own client, pointed at the house's stand-in; Awa's window is open."""
    settings.PUBLIC_URL = house.url
    settings.TWILIO_API_BASE = f"{house.url}/simulator/twilio"
    phones.phone(AWA)
    phones.settle(phones.write(AWA, "bonjour").sid, "sent")
    yield house
    if clock.now() - datetime.now(UTC) > timedelta(seconds=1):
        clock.reset()
        time.sleep(2 * clock.CACHE_SECONDS)


def move(by: timedelta) -> None:
    """Move the simulated clock, and let the house's processes look at it again."""
    clock.move(by)
    time.sleep(2 * clock.CACHE_SECONDS)


def failure(to: str = AWA, body: str = "bonjour", template: str = "") -> SendError:
    with pytest.raises(SendError) as failed:
        send(to, body, ATTEMPT, template)
    return failed.value


def test_a_message_is_taken_kept_and_found_again() -> None:
    before = datetime.now(UTC)
    accepted = send(AWA, "Bonjour Awa", ATTEMPT)
    row = SimulatedMessage.objects.get(sid=accepted.external_id)
    assert (accepted.status, row.body, row.phone_id) == ("queued", "Bonjour Awa", AWA)
    assert row.callback == f"/webhooks/whatsapp/status/?attempt={ATTEMPT}"
    assert [each.external_id for each in find(AWA, "Bonjour Awa", before)] == [accepted.external_id]
    assert find(AWA, "autre chose", before) == []
    assert client._client().messages(accepted.external_id).fetch().body == "Bonjour Awa"


def test_the_list_is_filtered_and_paged_as_the_client_asks() -> None:
    for number in range(5):
        send(AWA, f"message {number}", ATTEMPT)
    twilio: Client = client._client()
    assert [each.body for each in twilio.messages.list(to=f"whatsapp:{AWA}", page_size=2)][:2] == [
        "message 4",
        "message 3",
    ]
    assert len(twilio.messages.list(to=f"whatsapp:{AWA}", page_size=2)) == 5
    assert [each.direction for each in twilio.messages.list(from_=f"whatsapp:{AWA}")] == ["inbound"]
    now = datetime.now(UTC)
    assert len(twilio.messages.list(to=f"whatsapp:{AWA}", date_sent_after=now - timedelta(minutes=5))) == 5
    assert twilio.messages.list(to=f"whatsapp:{AWA}", date_sent_after=now + timedelta(minutes=5)) == []
    assert twilio.messages.list(to=f"whatsapp:{AWA}", date_sent_before=now - timedelta(minutes=5)) == []
    assert len(twilio.messages.list(date_sent=now.date())) == 6


@pytest.mark.parametrize(
    ("to", "body", "code"),
    [
        pytest.param("+33", "bonjour", "21211", id="no number"),
        pytest.param(AWA, "x" * 1601, "21617", id="too long"),
        pytest.param(AWA, " ", "21619", id="nothing to say"),
    ],
)
def test_it_refuses_what_twilio_refuses(to: str, body: str, code: str) -> None:
    error = failure(to, body)
    assert (error.code, error.permanent) == (code, True)


def test_1600_characters_are_taken() -> None:
    assert send(AWA, "x" * 1600, ATTEMPT).status == "queued"


def test_after_stop_nothing_is_taken_until_start() -> None:
    phones.write(AWA, " stop ")
    assert failure().opted_out
    assert failure(template="HX" + "0" * 32).opted_out
    phones.write(AWA, "START")
    assert send(AWA, "bonjour", ATTEMPT).status == "queued"


@pytest.mark.parametrize(("seconds", "open_"), [(-2, True), (1, False)])
def test_free_text_passes_for_24_hours_of_the_simulated_clock(seconds: int, open_: bool) -> None:
    move(timedelta(hours=24, seconds=seconds))
    if open_:
        assert send(AWA, "bonjour", ATTEMPT).status == "queued"
    else:
        assert failure().closed_window


def test_a_template_passes_at_any_time_in_its_own_words() -> None:
    move(timedelta(days=30))
    sid = send(AWA, "nos mots", ATTEMPT, "HX" + "0" * 32).external_id
    assert SimulatedMessage.objects.get(sid=sid).body not in ("", "nos mots")
    assert failure(template="HX" + "9" * 32).code == "21655"


def test_someone_who_never_wrote_has_no_open_window() -> None:
    assert failure("+2250700000003").closed_window


@pytest.mark.parametrize(("code", "in_doubt", "permanent"), [("63018", False, False), ("20500", True, False)])
def test_the_next_send_fails_as_the_page_asked_and_the_one_after_passes(
    code: str, in_doubt: bool, permanent: bool
) -> None:
    phones.fail_next(AWA, code)
    error = failure()
    assert (error.code, error.in_doubt, error.permanent) == (code, in_doubt, permanent)
    assert send(AWA, "bonjour", ATTEMPT).status == "queued"


def test_wrong_credentials_are_refused(settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = "f" * 32
    assert failure().code == "20003"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 21604),
        ({"To": "whatsapp:+2250700000001"}, 21603),
        ({"To": "whatsapp:+2250700000001", "From": "whatsapp:+2250700000002"}, 63007),
        ({"To": "+2250700000001", "From": "whatsapp:+2252522018730"}, 21211),
    ],
)
def test_missing_parameters_are_named_by_their_code(provider: House, settings: Any, fields: Any, code: int) -> None:
    answer = _post(settings, fields)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("callback", ["http://elsewhere.example/x", "http://127.0.0.1:1/x", "file:///etc/passwd", "x"])
def test_it_never_promises_to_call_another_server(provider: House, settings: Any, callback: str) -> None:
    fields = {"To": f"whatsapp:{AWA}", "From": "whatsapp:+2252522018730", "Body": "x", "StatusCallback": callback}
    answer = _post(settings, fields)
    assert (answer.status_code, answer.json()["code"]) == (400, 21609)


@pytest.mark.parametrize("query", ["Page=x", "DateSent=hier%00", "PageSize=-1", "PageSize=99999", "DateSent=hier"])
def test_a_malformed_filter_is_refused(provider: House, settings: Any, query: str) -> None:
    answer = httpx.get(f"{_address(settings)}?{query}", auth=_credentials(settings), trust_env=False)
    assert answer.status_code == 400


def test_no_credentials_no_resource(settings: Any) -> None:
    for headers in (
        {},
        {"Authorization": "Basic !"},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic " + base64.b64encode(b"a:b").decode()},
    ):
        answer = httpx.get(_address(settings), headers=headers, trust_env=False)
        assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def _address(settings: Any) -> str:
    return f"{settings.TWILIO_API_BASE}/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Messages.json"


def _credentials(settings: Any) -> tuple[str, str]:
    return settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN


def _post(settings: Any, fields: dict[str, str]) -> httpx.Response:
    return httpx.post(_address(settings), data=fields, auth=_credentials(settings), trust_env=False)
