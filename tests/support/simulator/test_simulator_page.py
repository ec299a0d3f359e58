"""The simulator's page and its calls: only where asked for, only well-formed, only to this server."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from support import clock
from support.models import SimulatedMessage
from support.simulator import gate, phones

pytestmark = pytest.mark.django_db(transaction=True)
AWA = "+2250700000001"
ACTIONS = ("look", "send", "send-again", "switch", "fail", "forget", "clock")
API = "twilio/2010-04-01/Accounts/AC0/Messages.json"


@pytest.fixture(autouse=True)
def _addresses_read() -> None:
    """The addresses are read once in a process, with the simulator on; a test that turns it off must not be first."""
    assert reverse("simulator") == "/simulator/"


@pytest.mark.parametrize("path", ["", "media/ME0/", API])
@pytest.mark.parametrize(
    ("simulator", "base"),
    [
        pytest.param(False, "http://127.0.0.1:8000/simulator/twilio", id="switched off"),
        pytest.param(True, "", id="a real account behind the API"),
        pytest.param(True, "https://api.example.com", id="another stand-in behind the API"),
    ],
)
def test_it_does_not_exist_where_it_is_off_or_where_real_people_would_be_written_to(
    client, settings, path, simulator, base
):
    settings.SIMULATOR, settings.TWILIO_API_BASE = simulator, base
    assert client.get(f"/simulator/{path}").status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_no_action_exists_where_it_is_off(client, settings, action):
    settings.SIMULATOR = False
    assert client.post(f"/simulator/{action}/", {"phone": AWA}).status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_needs_the_pages_token(action):
    assert Client(enforce_csrf_checks=True).post(f"/simulator/{action}/", {"phone": AWA}).status_code == 403


def test_the_page_allows_no_inline_script_or_style(client):
    answer = client.get("/simulator/")
    assert answer.status_code == 200
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    for inline in ("<script>", "<style", "style=", "onclick", "onload"):
        assert inline not in answer.content.decode()


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("look", {}),
        ("look", {"phone": "+2250700000099"}),
        ("look", {"phone": "x" * 10_000}),
        ("look", {"phone": "\x00"}),
        ("send", {"phone": AWA, "text": "  "}),
        ("send", {"phone": AWA, "text": "x" * 4_097}),
        ("send", {"phone": AWA, "sample": "../../settings.py"}),
        ("send-again", {"phone": AWA, "sid": "SM0\x00"}),
        ("send", {"phone": AWA, "text": "\x00"}),
        ("switch", {"phone": AWA, "switch": "opted_out", "on": "1"}),
        ("fail", {"phone": AWA, "code": "99999"}),
        ("clock", {"phone": AWA, "by": "1000 years"}),
    ],
)
def test_a_call_that_the_page_would_not_make_is_refused_in_words(client, action, fields):
    answer = client.post(f"/simulator/{action}/", fields)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert not SimulatedMessage.objects.exists()


def test_a_picture_too_large_is_refused(client):
    large = SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n" + b"0" * 1_000_000, "image/png")
    assert client.post("/simulator/send/", {"phone": AWA, "picture": large}).status_code == 400
    huge = SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n" + b"0" * 2_000_000, "image/png")
    assert client.post("/simulator/send/", {"phone": AWA, "picture": huge}).status_code == 413
    assert not SimulatedMessage.objects.exists()


def test_nothing_new_is_no_answer(client):
    first = client.post("/simulator/look/", {"phone": AWA, "visible": "1"}).json()
    again = client.post("/simulator/look/", {"phone": AWA, "visible": "1", "revision": first["revision"]})
    assert (again.status_code, again.content) == (204, b"")


def test_what_the_server_does_not_take_is_shown_as_unsent_and_can_be_sent_again(client, settings):
    settings.TWILIO_API_BASE = "http://127.0.0.1:9/simulator/twilio"  # nobody listens there
    shown = client.post("/simulator/send/", {"phone": AWA, "text": "bonjour"}).json()
    (bubble,) = shown["messages"]
    assert (bubble["text"], bubble["status"]) == ("bonjour", "failed")
    again = client.post("/simulator/send-again/", {"phone": AWA, "sid": bubble["sid"]}).json()
    assert [each["sid"] for each in again["messages"]] == [bubble["sid"]]


def test_what_was_not_reported_yet_is_not_shown_as_arrived(client, settings):
    settings.TWILIO_API_BASE = "http://127.0.0.1:9/simulator/twilio"
    row = SimulatedMessage(
        sid="SM1",
        phone=phones.phone(AWA),
        from_phone=False,
        body="x",
        status="queued",
        callback="/webhooks/whatsapp/status/",
    )
    row.at = clock.now()
    row.save()
    shown = client.post("/simulator/look/", {"phone": AWA, "visible": "1"}).json()
    assert shown["messages"] == []
    assert SimulatedMessage.objects.get().status == "queued"


def test_it_calls_the_server_it_belongs_to(settings):
    settings.TWILIO_API_BASE = "http://127.0.0.1:8123/simulator/twilio"
    assert gate.server_url() == "http://127.0.0.1:8123"
