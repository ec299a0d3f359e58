"""Twilio's posts become typed values, and each field that is malformed is refused by name."""

import uuid

import pytest
from django.http import QueryDict

from support.transports.whatsapp import payload
from support.transports.whatsapp.fields import MAX_TEXT, BadPayload, UnknownShape, form

SID = "SM" + "0" * 31 + "1"
MESSAGE = {
    "MessageSid": SID,
    "AccountSid": "AC" + "0" * 32,
    "From": "whatsapp:+2250700000001",
    "To": "whatsapp:+2252522018730",
    "Body": "slt, g envoyé 20000",
    "NumMedia": "0",
    "ProfileName": "Awa",
}
STATUS = {"MessageSid": SID, "MessageStatus": "delivered"}


def fields(given: dict[str, str], **changed: str | None) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in (given | changed).items() if value is not None})
    return query


def test_a_text_message():
    assert payload.inbound(fields(MESSAGE)) == payload.InboundMessage(
        sid=SID,
        account="AC" + "0" * 32,
        sender="+2250700000001",
        recipient="+2252522018730",
        kind="text",
        text="slt, g envoyé 20000",
        profile_name="Awa",
    )


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/jpeg", "image"),
        ("image/png", "image"),
        ("image/webp", "sticker"),
        ("audio/ogg; codecs=opus", "audio"),
        ("video/mp4", "video"),
        ("application/pdf", "document"),
        ("text/vcard", "contact"),
        ("TEXT/X-VCARD", "contact"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document"),
    ],
)
def test_a_file_says_what_kind_of_message_it_is(content_type, kind):
    given = fields(MESSAGE, Body="", NumMedia="1", MediaUrl0="https://media.example/1", MediaContentType0=content_type)
    message = payload.inbound(given)
    assert message.kind == kind
    assert message.attachments()[0]["kind"] == kind
    assert message.text == ""


def test_all_the_files_of_a_message_are_kept_with_its_words():
    given = fields(MESSAGE, NumMedia="2", Body="les deux reçus")
    for index in range(2):
        given[f"MediaUrl{index}"] = f"https://media.example/{index}"
        given[f"MediaContentType{index}"] = "image/jpeg"
    message = payload.inbound(given)
    assert [each.url for each in message.media] == ["https://media.example/0", "https://media.example/1"]
    assert message.text == "les deux reçus"


def test_a_location_keeps_its_place_and_is_read_by_its_name():
    message = payload.inbound(
        fields(MESSAGE, Body="", Latitude="5.3364", Longitude="-4.0267", Label="Marché", Address="Adjamé")
    )
    assert message.kind == "location"
    assert message.text == "Marché, Adjamé"
    assert message.attachments() == [
        {"kind": "location", "latitude": 5.3364, "longitude": -4.0267, "label": "Marché, Adjamé"}
    ]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"Body": "Oui", "ButtonText": "Oui", "ButtonPayload": "yes"}, "Oui"),
        ({"Body": "", "ButtonText": "Oui", "ButtonPayload": "yes"}, "Oui"),
        ({"Body": None, "ButtonPayload": "yes"}, "yes"),
        ({"Body": "", "ListTitle": "Orange Money", "ListId": "orange"}, "Orange Money"),
    ],
)
def test_a_tapped_button_is_read_as_its_words(given, text):
    assert payload.inbound(fields(MESSAGE, **given)).text == text


@pytest.mark.parametrize(
    "written", ["whatsapp:+225 07 00 00 00 01", "whatsapp:+225-0700-000001", "whatsapp: +2250700000001"]
)
def test_the_sender_is_canonical(written):
    assert payload.inbound(fields(MESSAGE, From=written)).sender == "+2250700000001"


def test_a_profile_name_is_one_short_line():
    name = payload.inbound(fields(MESSAGE, ProfileName="Awa\n\x00\u202e<b>" + "x" * 500)).profile_name
    assert name.startswith("Awa <b>x")
    assert len(name) == 80


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("MessageSid", None),
        ("MessageSid", ""),
        ("MessageSid", "SM123"),
        ("MessageSid", SID + "0"),
        ("MessageSid", SID + "\n"),
        ("MessageSid", "SM" + "é" * 32),
        ("AccountSid", None),
        ("AccountSid", "AC"),
        ("From", None),
        ("From", ""),
        ("From", "whatsapp:"),
        ("From", "whatsapp:0700000001"),
        ("From", "whatsapp:+1"),
        ("From", "whatsapp:+225070000000100000000"),
        ("From", "whatsapp:+" + "2" * 100_000),
        ("From", "whatsapp:\ufffd"),
        ("To", None),
        ("To", "whatsapp:x"),
        ("Body", "x" * (MAX_TEXT + 1)),
        ("ButtonText", "x" * (MAX_TEXT + 1)),
        ("NumMedia", "un"),
        ("NumMedia", "-1"),
        ("NumMedia", "11"),
        ("NumMedia", "٣"),
        ("NumMedia", "9" * 5_000),
        ("MediaUrl0", "javascript:alert(1)"),
        ("MediaUrl0", "file:///etc/passwd"),
        ("MediaUrl0", "https://m.example/\x00"),
        ("MediaUrl0", "https://m.example/" + "x" * 5_000),
        ("MediaUrl0", None),
        ("MediaContentType0", None),
        ("MediaContentType0", "image"),
        ("MediaContentType0", "image/<script>"),
        ("MediaContentType0", "image/" + "x" * 500),
        ("Latitude", "nord"),
        ("Latitude", "nan"),
        ("Latitude", "91"),
        ("Longitude", "-180.1"),
        ("Longitude", "inf"),
        ("Longitude", None),
    ],
)
def test_a_malformed_field_of_a_message_is_refused_by_its_name(field, value):
    given = dict(MESSAGE)
    if field.startswith("Media"):
        given |= {"NumMedia": "1", "MediaUrl0": "https://m.example/1", "MediaContentType0": "image/jpeg"}
    if field in ("Latitude", "Longitude"):
        given |= {"Latitude": "5.3", "Longitude": "-4.0"}
    with pytest.raises(BadPayload) as refused:
        payload.inbound(fields(given, **{field: value}))
    assert refused.value.field == field


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"From": "messenger:12345"}, id="another channel"),
        pytest.param({"From": "+2250700000001"}, id="an SMS"),
        pytest.param({"Body": ""}, id="nothing to read"),
        pytest.param({"Body": " \n"}, id="blank"),
        pytest.param({"Body": None, "MessageType": "reaction"}, id="a reaction"),
        pytest.param({"Body": None, "EventType": "READ"}, id="an event"),
        pytest.param({"Body": None, "MessageStatus": "sent"}, id="a status on the wrong address"),
    ],
)
def test_a_shape_we_do_not_know_is_told_apart_from_a_malformed_one(changed):
    with pytest.raises(UnknownShape):
        payload.inbound(fields(MESSAGE, **changed))


def test_news_of_a_message():
    attempt = uuid.uuid4()
    news = payload.status(fields(STATUS, ErrorCode="63016"), QueryDict(f"attempt={attempt}"))
    assert news == payload.StatusUpdate(SID, "delivered", "63016", attempt)
    assert payload.status(fields(STATUS), QueryDict("")) == payload.StatusUpdate(SID, "delivered", "", None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("MessageSid", None),
        ("MessageSid", "x"),
        ("MessageStatus", None),
        ("MessageStatus", ""),
        ("MessageStatus", "DELIVERED"),
        ("MessageStatus", "x" * 21),
        ("ErrorCode", "douze"),
        ("ErrorCode", "1" * 11),
    ],
)
def test_a_malformed_field_of_a_status_is_refused_by_its_name(field, value):
    with pytest.raises(BadPayload) as refused:
        payload.status(fields(STATUS, **{field: value}), QueryDict(""))
    assert refused.value.field == field


def test_a_malformed_attempt_is_refused_by_its_name():
    with pytest.raises(BadPayload) as refused:
        payload.status(fields(STATUS), QueryDict("attempt=nope"))
    assert refused.value.field == "attempt"


def test_bytes_that_are_no_utf8_are_read_all_the_same():
    assert form(b"Body=caf%E9&From=\xff")["Body"] == "caf\ufffd"


def test_too_many_fields_are_refused():
    with pytest.raises(BadPayload):
        form(b"&".join(b"k%d=1" % index for index in range(2_000)))
