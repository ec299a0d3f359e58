"""T1: what Twilio signed is taken, what anybody changed is not. T2: no way of reaching us breaks a true signature."""

import pytest
from django.http import QueryDict
from twilio.request_validator import RequestValidator

from support.transports.whatsapp import signature

TOKEN = "0123456789abcdef0123456789abcdef"
PATH = "/webhooks/whatsapp/"
FORM = "MessageSid=SM00000000000000000000000000000001&From=whatsapp%3A%2B2250700000001&Body=bonjour&NumMedia=0"


@pytest.fixture(autouse=True)
def _public(settings):
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.PUBLIC_URL = "https://aide.example.ci"


def signed_by_twilio(form: str, url: str = "https://aide.example.ci/webhooks/whatsapp/") -> str:
    return RequestValidator(TOKEN).compute_signature(url, QueryDict(form))


def genuine(form: str, given: str, path: str = PATH, query: str = "") -> bool:
    return signature.is_genuine(path, query, QueryDict(form), given)


def test_twilios_published_example_is_genuine(settings):
    """https://www.twilio.com/docs/usage/webhooks/webhooks-security"""
    settings.TWILIO_AUTH_TOKEN, settings.PUBLIC_URL = "12345", "https://mycompany.com"
    form = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    assert genuine(form, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "/myapp.php", "foo=1&bar=2")


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(FORM, id="a plain message"),
        pytest.param(FORM.replace("bonjour", ""), id="a blank Body"),
        pytest.param(FORM.replace("bonjour", "") + "&MediaUrl0=https%3A%2F%2Fm.example%2F1&NumMedia=1", id="media"),
        pytest.param(FORM + "&Key=b&Key=a&Key=b", id="a key sent three times"),
        pytest.param(FORM + "&MessagingServiceSid=MG00000000000000000000000000000001", id="a messaging service"),
        pytest.param(
            FORM.replace("bonjour", "%C3%A9t%C3%A9+%F0%9F%98%80+%26+%3D+%2B"), id="accents, emoji, delimiters"
        ),
        pytest.param(FORM + "&body=two+cases&BODY=three", id="keys that differ in case"),
    ],
)
@pytest.mark.parametrize(
    "url", ["https://aide.example.ci/webhooks/whatsapp/", "https://aide.example.ci:443/webhooks/whatsapp/"]
)
def test_what_twilio_signed_is_genuine_with_or_without_the_port(form, url):
    assert genuine(form, signed_by_twilio(form, url))


@pytest.mark.parametrize("public", ["http://aide.example.ci:8443", "https://aide.example.ci/akwaba"])
def test_an_odd_port_and_a_path_prefix_are_part_of_the_public_address(settings, public):
    settings.PUBLIC_URL = public
    assert genuine(FORM, signed_by_twilio(FORM, f"{public}{PATH}"))


def test_the_query_is_signed_too():
    given = signed_by_twilio(FORM, "https://aide.example.ci/webhooks/whatsapp/?attempt=1&x=%20y")
    assert genuine(FORM, given, query="attempt=1&x=%20y")
    assert not genuine(FORM, given, query="attempt=2&x=%20y")
    assert not genuine(FORM, given)


@pytest.mark.parametrize(
    "tampered",
    [
        FORM.replace("bonjour", "bonsoir"),
        FORM.replace("0001&From", "0002&From"),
        FORM.replace("2250700000001", "2250700000002"),
        FORM + "&More=1",
        FORM.replace("&NumMedia=0", ""),
        FORM + "&Body=bonjour+",
        "",
    ],
)
def test_a_changed_form_is_not_genuine(tampered):
    assert not genuine(tampered, signed_by_twilio(FORM))


def test_every_single_changed_character_of_the_signature_shows():
    given = signed_by_twilio(FORM)
    for index in range(len(given) - 1):  # the last is padding
        assert not genuine(FORM, given[:index] + ("A" if given[index] != "A" else "B") + given[index + 1 :])


@pytest.mark.parametrize("given", ["", "x", "é" * 28, "=" * 28, "A" * 10_000])
def test_no_signature_and_rubbish_are_not_genuine(given):
    assert not genuine(FORM, given)


def test_another_path_host_or_token_is_not_genuine(settings):
    given = signed_by_twilio(FORM)
    assert not genuine(FORM, given, path="/webhooks/whatsapp/status/")
    settings.PUBLIC_URL = "https://ailleurs.example.ci"
    assert not genuine(FORM, given)
    settings.PUBLIC_URL, settings.TWILIO_AUTH_TOKEN = "https://aide.example.ci", "f" * 32
    assert not genuine(FORM, given)


def test_without_a_token_nothing_is_genuine(settings):
    settings.TWILIO_AUTH_TOKEN = ""
    assert not genuine(
        FORM, RequestValidator("").compute_signature("https://aide.example.ci/webhooks/whatsapp/", QueryDict(FORM))
    )


def test_our_own_signature_is_twilios():
    assert signature.sign(PATH, "a=1", QueryDict(FORM)) == signed_by_twilio(
        FORM, "https://aide.example.ci/webhooks/whatsapp/?a=1"
    )
