"""The webhooks: nothing forged gets in, nothing true is refused, nothing is acknowledged that is not stored."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

import pytest
from django.db import OperationalError

from support import receive
from support.models import Conversation, Delivery, Message
from tests.support.whatsapp.posting import DOORS, INBOUND, STATUS, message, post, post_all, signed

pytestmark = pytest.mark.django_db(transaction=True)
every_door = pytest.mark.parametrize("door", DOORS)


@every_door
def test_a_message_is_a_row_and_the_answer_an_empty_twiml(door):
    given = message(Body="slt, g envoyé 20000 😀")
    response = post(given, door=door)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/xml"
    assert response.text == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    row = Message.objects.select_related("conversation__identity").get()
    assert (row.external_id, row.text) == (given["MessageSid"], "slt, g envoyé 20000 😀")
    assert row.delivery == Delivery.RECEIVED
    assert row.conversation.identity.value == "+2250700000001"


@every_door
@pytest.mark.parametrize("given", ["", "forged", "A" * 28, "é"])
def test_a_forged_post_is_refused_and_leaves_no_row(door, given):
    response = post(message(), door=door, x_twilio_signature=given)
    assert response.status_code == 403
    assert not Message.objects.exists() and not Conversation.objects.exists()


@every_door
@pytest.mark.parametrize("field", list(message()))
def test_a_post_changed_on_its_way_is_refused_and_leaves_no_row(door, field):
    true = message()
    changed = {**true, field: f"{true[field]}0"}
    given = signed(INBOUND, "&".join(f"{name}={value}" for name, value in true.items()).replace("+", "%2B"))
    assert post(true, door=door, x_twilio_signature=given).status_code == 200
    assert post(changed, door=door, x_twilio_signature=given).status_code == 403
    assert Message.objects.count() == 1


@every_door
def test_a_forged_status_changes_nothing(door):
    status = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "read"}
    assert post(status, STATUS, door=door, x_twilio_signature="forged").status_code == 403


@every_door
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(
            message(Body="", NumMedia="1", MediaUrl0="https://m.example/1", MediaContentType0="image/jpeg"),
            id="a blank Body with media",
        ),
        pytest.param(message(MessagingServiceSid="MG" + "0" * 32), id="a messaging service"),
        pytest.param(message(Extra=["b", "a", "b"]), id="a key three times"),
        pytest.param(message(Body="a+b & c=d %20 é 😀"), id="delimiters in the text"),
        pytest.param(message(Body=" \tbonjour\r\n"), id="spaces around the text"),
        pytest.param(message(SomethingNew="x", ChannelMetadata='{"type":"whatsapp"}'), id="fields we do not know"),
    ],
)
@pytest.mark.parametrize("public", ["http://127.0.0.1:8000", "https://aide.example.ci", "https://aide.example.ci:8443"])
def test_a_true_sender_is_never_refused(door, given, public, settings):
    settings.PUBLIC_URL = public
    given = {**given, "MessageSid": f"SM{uuid.uuid4().hex}"}
    behind_a_proxy = {"x_forwarded_proto": "https", "x_forwarded_host": "interne:81", "x_forwarded_for": "203.0.113.5"}
    assert post(given, door=door, **behind_a_proxy).status_code == 200
    assert Message.objects.get().external_id == given["MessageSid"]


@every_door
def test_the_same_message_twenty_times_at_once_is_one_row(door):
    given = message()
    responses = post_all([given] * 20, door=door)
    assert {response.status_code for response in responses} == {200}
    assert Message.objects.count() == 1


def test_a_retry_with_other_headers_is_still_the_same_message():
    given = message()
    assert post(given, i_twilio_idempotency_token="first").status_code == 200
    assert post(given, i_twilio_idempotency_token="second", door="django").status_code == 200
    assert Message.objects.count() == 1


@every_door
@pytest.mark.parametrize("field", ["MessageSid", "AccountSid", "From", "To", "NumMedia"])
@pytest.mark.parametrize("value", ["x", "\x00", "😀" * 5_000])
def test_a_malformed_field_is_named_and_leaves_no_row(door, field, value):
    response = post(message(**{field: value}), door=door)
    if response.status_code == 200:  # another channel than WhatsApp is no malformed number
        assert field in ("From", "To")
    else:
        assert (response.status_code, response.json()["field"]) == (400, field)
        assert response.headers["content-type"] == "application/problem+json"
    assert not Message.objects.exists()


@every_door
@pytest.mark.parametrize(
    "changed",
    [{"From": "messenger:1"}, {"Body": ""}, {"Body": "", "MessageType": "reaction"}, {"From": "+2250700000001"}],
)
def test_an_unknown_shape_is_acknowledged_so_that_the_provider_stops_and_leaves_no_row(door, changed):
    assert post(message(**changed), door=door).status_code == 200
    assert not Message.objects.exists()


@every_door
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b'{"Body": "json"}', id="JSON"),
        pytest.param(b"&" * 10_000, id="delimiters"),
        pytest.param(b"a=" + b"%" * 10_000, id="broken escapes"),
    ],
)
def test_a_body_that_is_no_form_is_refused(door, body):
    assert post(body, door=door, x_twilio_signature="any").status_code in (400, 403)
    assert not Message.objects.exists()


@every_door
@pytest.mark.parametrize(
    ("body", "answered"),
    [
        pytest.param(b"Body=" + b"x" * 262_144, 413, id="too many bytes"),
        pytest.param(b"&".join(b"k%d=1" % number for number in range(1_100)), 400, id="too many fields"),
    ],
)
def test_an_absurd_size_is_refused(door, body, answered):
    assert post(body, door=door, x_twilio_signature="any").status_code == answered


@every_door
@pytest.mark.parametrize("path", [INBOUND, STATUS])
def test_only_posts_are_taken(door, path):
    import asyncio

    import httpx

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(DOORS[door])
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.get(path)

    assert asyncio.run(get()).status_code == 405


@every_door
def test_what_cannot_be_stored_is_not_acknowledged(door, monkeypatch):
    def away(inbound: receive.Inbound) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(receive, "receive", away)
    response = post(message(), door=door)
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    monkeypatch.undo()
    assert post(message(), door=door).status_code == 200


@every_door
@pytest.mark.parametrize(
    ("fields", "query", "field"),
    [
        ({"MessageSid": "x", "MessageStatus": "sent"}, "", "MessageSid"),
        ({"MessageSid": "SM" + "0" * 32}, "", "MessageStatus"),
        ({"MessageSid": "SM" + "0" * 32, "MessageStatus": "sent", "ErrorCode": "x"}, "", "ErrorCode"),
        ({"MessageSid": "SM" + "0" * 32, "MessageStatus": "sent"}, "attempt=1", "attempt"),
    ],
)
def test_a_malformed_field_of_a_status_is_named(door, fields, query, field):
    response = post(fields, STATUS, query=query, door=door)
    assert (response.status_code, response.json()["field"]) == (400, field)


@every_door
@pytest.mark.parametrize("status", ["sent", "delivered", "something-new"])
def test_news_of_a_message_we_do_not_know_is_taken_note_of(door, status):
    response = post({"MessageSid": "SM" + "0" * 32, "MessageStatus": status}, STATUS, door=door)
    assert (response.status_code, response.text) == (204, "")


def test_no_words_of_a_refused_post_reach_the_log(caplog):
    post(message(Body="mon code est 1234"), x_twilio_signature="forged")
    post(message(Body="mon code est 1234", NumMedia="beaucoup"))
    post(message(Body="mon code est 1234", From="messenger:2250700000001"))
    assert "1234" not in caplog.text and "2250700000001" not in caplog.text


def test_a_picture_is_kept_with_its_address():
    post(message(Body="", NumMedia="1", MediaUrl0="https://m.example/1", MediaContentType0="image/png"))
    row = Message.objects.get()
    assert row.kind == "image"
    expected: Sequence[dict[str, str]] = [{"kind": "image", "url": "https://m.example/1", "content_type": "image/png"}]
    assert json.loads(json.dumps(row.attachments)) == expected
