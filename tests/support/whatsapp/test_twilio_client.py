"""The real Twilio client against a scripted Twilio: what is sent, and what each failure is taken to mean."""

from __future__ import annotations

import base64
import logging
import socket
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from support.transports.whatsapp import client
from support.transports.whatsapp.client import SendError, find, send
from tests.support.whatsapp.twilio_stand_in import (
    Answer,
    TwilioStandIn,
    cut,
    hang,
    hang_untaken,
    refuse,
    say,
    take_and_cut,
    take_and_garble,
)

TO = "+2250700000001"
ATTEMPT = uuid.UUID("6f8a7b10-1111-4222-8333-444455556666")


@pytest.fixture
def twilio(settings) -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "1" * 32, "t" * 32
        settings.TWILIO_API_BASE = stand_in.url
        settings.TWILIO_WHATSAPP_FROM, settings.TWILIO_MESSAGING_SERVICE_SID = "whatsapp:+2252522018730", ""
        settings.TWILIO_TIMEOUT_SECONDS = 10.0
        settings.PUBLIC_URL = "https://aide.example.ci"
        yield stand_in


def failure(*answers: Answer, stand_in: TwilioStandIn) -> SendError:
    stand_in.will(*answers)
    with pytest.raises(SendError) as failed:
        send(TO, "bonjour", ATTEMPT)
    return failed.value


def test_it_sends_to_the_number_on_whatsapp_from_our_own_and_asks_to_be_told(twilio):
    accepted = send(TO, "Bonjour, c’est noté 😀", ATTEMPT)
    (seen,) = twilio.seen
    assert accepted == client.Accepted(twilio.messages[0]["sid"], "queued")
    assert seen.path == f"/some/prefix/2010-04-01/Accounts/AC{'1' * 32}/Messages.json"
    assert seen.fields == {
        "To": "whatsapp:+2250700000001",
        "From": "whatsapp:+2252522018730",
        "Body": "Bonjour, c’est noté 😀",
        "StatusCallback": f"https://aide.example.ci/webhooks/whatsapp/status/?attempt={ATTEMPT}",
    }
    assert base64.b64decode(seen.authorization.split()[1]).decode() == f"AC{'1' * 32}:{'t' * 32}"


def test_a_sender_without_the_channels_name_is_given_it(twilio, settings):
    settings.TWILIO_WHATSAPP_FROM = "+2252522018730"
    send(TO, "bonjour", ATTEMPT)
    assert twilio.seen[0].fields["From"] == "whatsapp:+2252522018730"


def test_a_messaging_service_sends_instead_of_a_number(twilio, settings):
    settings.TWILIO_WHATSAPP_FROM, settings.TWILIO_MESSAGING_SERVICE_SID = "", "MG" + "2" * 32
    send(TO, "bonjour", ATTEMPT)
    assert twilio.seen[0].fields["MessagingServiceSid"] == "MG" + "2" * 32
    assert "From" not in twilio.seen[0].fields


def test_a_template_goes_by_its_identifier_without_a_body(twilio):
    send(TO, "jamais envoyé tel quel", ATTEMPT, "HX" + "3" * 32)
    assert twilio.seen[0].fields["ContentSid"] == "HX" + "3" * 32
    assert "Body" not in twilio.seen[0].fields


def test_a_laptop_with_a_real_account_asks_for_no_callback(settings):
    settings.PUBLIC_URL, settings.TWILIO_API_BASE = "http://127.0.0.1:8000", ""
    assert client._callback(ATTEMPT) == {}


@pytest.mark.parametrize(
    ("code", "http_status", "permanent", "in_doubt"),
    [
        (20429, 429, False, False),
        (63018, 429, False, False),
        (63018, 400, False, False),
        (20500, 500, False, True),
        (20502, 502, False, True),
        (20503, 503, False, True),
        (20504, 504, False, True),
        (21211, 400, True, False),
        (21614, 400, True, False),
        (21617, 400, True, False),
        (63003, 400, True, False),
        (63007, 400, True, False),
        (63024, 400, True, False),
        (20003, 401, True, False),
        (20404, 404, True, False),
    ],
)
def test_a_refusal_says_whether_to_try_again_and_whether_to_ask_first(twilio, code, http_status, permanent, in_doubt):
    error = failure(refuse(code, http_status), stand_in=twilio)
    assert (error.code, error.permanent, error.in_doubt) == (str(code), permanent, in_doubt)
    assert not (error.closed_window or error.opted_out)
    assert len(twilio.seen) == 1


def test_stop_is_final(twilio):
    error = failure(refuse(21610), stand_in=twilio)
    assert error.opted_out and error.permanent and not error.in_doubt


def test_a_closed_window_is_not_the_end_of_the_message(twilio):
    error = failure(refuse(63016), stand_in=twilio)
    assert error.closed_window and not error.permanent and not error.in_doubt


@pytest.mark.parametrize(
    ("http_status", "in_doubt", "permanent"),
    [(502, True, False), (500, True, False), (429, False, False), (403, False, True), (302, False, True)],
)
def test_an_answer_from_something_before_twilio_goes_by_its_status(twilio, http_status, in_doubt, permanent):
    error = failure(say(http_status, "<html>proxy</html>"), stand_in=twilio)
    assert (error.code, error.in_doubt, error.permanent) == (str(http_status), in_doubt, permanent)


@pytest.mark.parametrize(
    ("answer", "code", "taken"),
    [
        pytest.param(hang, "timeout", 1, id="taken, never answered"),
        pytest.param(hang_untaken, "timeout", 0, id="never answered"),
        pytest.param(take_and_cut, "cut_off", 1, id="taken, then cut"),
        pytest.param(cut, "cut_off", 0, id="cut"),
        pytest.param(take_and_garble, "unreadable", 1, id="taken, answer garbled"),
        pytest.param(say(201, "[]"), "unreadable", 0, id="an answer of another shape"),
        pytest.param(say(201, "{}"), "unreadable", 0, id="an answer without an identifier"),
        pytest.param(say(200, "<html>welcome</html>"), "unreadable", 0, id="a captive portal"),
    ],
)
def test_what_is_cut_off_after_sending_is_in_doubt_and_never_sent_twice(twilio, settings, answer, code, taken):
    if code == "timeout":
        settings.TWILIO_TIMEOUT_SECONDS = 0.4
    error = failure(answer, stand_in=twilio)
    assert (error.code, error.in_doubt, error.permanent) == (code, True, False)
    assert len(twilio.seen) == 1
    assert len(twilio.messages) == taken


def test_a_host_that_is_not_there_has_surely_not_sent_it(twilio, settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.TWILIO_API_BASE = f"http://127.0.0.1:{taken.getsockname()[1]}"
        error = failure(stand_in=twilio)
    assert (error.code, error.in_doubt, error.permanent) == ("unreachable", False, False)


def test_a_name_that_resolves_to_nothing_has_surely_not_sent_it(twilio, settings):
    settings.TWILIO_API_BASE = "http://twilio.invalid"
    error = failure(stand_in=twilio)
    assert (error.code, error.in_doubt, error.permanent) == ("unreachable", False, False)


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_WHATSAPP_FROM"])
def test_without_an_account_or_a_sender_nothing_is_tried(twilio, settings, missing):
    setattr(settings, missing, "")
    assert failure(stand_in=twilio).permanent
    assert twilio.seen == []


def test_a_message_in_doubt_is_found_again(twilio):
    started = datetime.now(UTC)
    send("+2250700000002", "bonjour", ATTEMPT)
    failure(take_and_cut, stand_in=twilio)
    send(TO, "autre chose", ATTEMPT)
    assert find(TO, "bonjour", started) == [client.Accepted(twilio.messages[1]["sid"], "queued")]


def test_a_message_that_was_never_taken_is_not_found(twilio):
    failure(cut, stand_in=twilio)
    assert find(TO, "bonjour", datetime.now(UTC) - timedelta(minutes=1)) == []


def test_spaces_that_the_provider_trims_do_not_hide_a_message(twilio):
    send(TO, "Première partie. \n", ATTEMPT)
    assert len(find(TO, "Première partie. \n", datetime.now(UTC) - timedelta(seconds=1))) == 1


def test_a_template_is_found_whatever_its_words(twilio):
    send(TO, "nos mots", ATTEMPT, "HX" + "3" * 32)
    assert find(TO, "nos mots", datetime.now(UTC) - timedelta(seconds=1)) == []
    assert len(find(TO, "nos mots", datetime.now(UTC) - timedelta(seconds=1), "HX" + "3" * 32)) == 1


def test_older_messages_with_the_same_words_are_left_alone(twilio):
    send(TO, "bonjour", ATTEMPT)
    assert find(TO, "bonjour", datetime.now(UTC) + timedelta(seconds=2)) == []


def test_it_looks_through_every_page(twilio):
    twilio.page_size = 3
    send(TO, "le premier", ATTEMPT)
    for number in range(7):
        send(TO, f"message {number}", ATTEMPT)
    assert len(find(TO, "le premier", datetime.now(UTC) - timedelta(minutes=1))) == 1
    assert len([each for each in twilio.seen if each.method == "GET"]) == 3


@pytest.mark.parametrize("answer", [refuse(20500, 500), hang_untaken, cut, say(200, "no json"), say(200, "[]")])
def test_a_provider_that_cannot_be_asked_is_a_failure_not_an_empty_answer(twilio, settings, answer):
    if answer is hang_untaken:
        settings.TWILIO_TIMEOUT_SECONDS = 0.4
    twilio.will(answer)
    with pytest.raises(SendError):
        find(TO, "bonjour", datetime.now(UTC))


def test_no_number_reaches_the_log(twilio, caplog):
    caplog.set_level(logging.DEBUG)
    send(TO, "bonjour", ATTEMPT)
    find(TO, "bonjour", datetime.now(UTC))
    assert "2250700000001" not in caplog.text


def test_a_proxy_of_the_environment_does_not_stand_before_loopback(twilio, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    client._client_of.cache_clear()
    assert send(TO, "bonjour", ATTEMPT).status == "queued"
