"""From the webhook's row to the reply: pictures and voice notes are read once, in the worker, and used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as house
from django.db import connection

from support import turns
from support.media import read, tesseract
from support.models import Author, Claim, Conversation, Message
from support.simulator.pictures import FOLDER as SAMPLES
from tests.support.journeys import let_quiet_pass, write
from tests.support.media.media_server import MediaServer, give

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reader")]
VOICE = b"OggS" + b"\0voice" * 50


@pytest.fixture
def provider(settings) -> Iterator[MediaServer]:  # type: ignore[no-untyped-def]
    with MediaServer() as server:
        settings.TWILIO_API_BASE, settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = server.url, "AC1", "token"
        settings.TRANSCRIBE_URL = ""
        yield server


@pytest.fixture
def transcriber(settings) -> Iterator[MediaServer]:  # type: ignore[no-untyped-def]
    with MediaServer() as server:
        settings.TRANSCRIBE_URL, settings.TRANSCRIBE_KEY = server.url, "invented"
        yield server


def send(provider: MediaServer, content: bytes, content_type: str, text: str = "") -> Message:
    """A medium arrives as the webhook stores it."""
    kind, name = content_type.partition("/")[0], f"/api/Media/ME{len(provider.files)}"
    provider.files[name] = give(content, content_type)
    url = provider.url + name.removeprefix("/api")
    return write(text, kind=kind, attachments=[{"kind": kind, "url": url, "content_type": content_type}])


def answered() -> str:
    """Take the turn; what the assistant says."""
    conversation = Conversation.objects.get()
    let_quiet_pass(conversation)
    before = conversation.next_seq
    turns.run(conversation.id)
    replies = conversation.messages.filter(author=Author.BOT, seq__gte=before).order_by("seq")
    return "\n".join(reply.text for reply in replies)


def picture(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def receipt(name: str) -> bytes:
    return (Path(house.BASE_DIR) / "tests" / "receipts" / name).read_bytes()


def test_two_screenshots_file_a_claim(provider: MediaServer) -> None:
    write("mon transfert n'est pas arrivé")
    send(provider, picture("recu-easytransfert.png"), "image/png")
    assert "identifiant" in answered()
    send(provider, picture("recu-wave.png"), "image/png")
    said = answered()
    claim = Claim.objects.get()
    values = {name: slot["value"] for name, slot in claim.slots.items()}
    assert values["easytransfert_id"] == "EFB.31570264"
    assert values["from_operator"] == "Wave"
    assert values["to_operator"] == "Orange"
    assert values["amount_fcfa"] == 20_000, "what was sent, not what was debited with the fee"
    assert claim.number in said


def test_a_picture_is_read_once_and_what_was_read_is_encrypted(provider: MediaServer) -> None:
    message = send(provider, picture("recu-easytransfert.png"), "image/png")
    answered()
    message.refresh_from_db()
    assert message.reading["outcome"] == "read"
    assert not read.is_due(message.kind, message.attachments, message.reading)
    write("bonjour")
    Conversation.objects.update(handled_seq=0)
    answered()
    assert len(provider.asked) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT reading FROM support_message WHERE kind = 'image'")
        stored = cursor.fetchone()[0]
    assert "31570264" not in stored
    assert "EFB" not in json.dumps(message.attachments)


@pytest.mark.parametrize("name", ["marche.png"])
def test_a_picture_of_something_else_is_answered_honestly(name: str, provider: MediaServer) -> None:
    message = send(provider, picture(name), "image/png")
    assert "Je ne peux pas la lire" in answered()
    message.refresh_from_db()
    assert message.reading["outcome"] == "nothing"


def test_without_tesseract_it_says_so_and_fetches_nothing(provider: MediaServer, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PATH", "/nowhere")
    tesseract.available.cache_clear()
    try:
        send(provider, picture("recu-wave.png"), "image/png")
        assert "Je ne peux pas la lire" in answered()
    finally:
        tesseract.available.cache_clear()
    assert provider.asked == []


def test_an_address_inside_is_answered_like_a_picture_that_cannot_be_read(provider: MediaServer) -> None:
    with MediaServer() as inside:
        attachment = {"kind": "image", "url": f"{inside.url}/x", "content_type": "image/png"}
        message = write("", kind="image", attachments=[attachment])
        assert "Je ne peux pas la lire" in answered()
        assert inside.asked == []
    message.refresh_from_db()
    assert message.reading == {"outcome": "refused", "reason": "not_https"}


def test_a_picture_that_took_two_workers_down_is_not_opened_again(provider: MediaServer) -> None:
    message = send(provider, picture("recu-wave.png"), "image/png")
    Message.objects.filter(id=message.id).update(reading={"outcome": "started", "tries": 2})
    assert "Je ne peux pas la lire" in answered()
    assert provider.asked == []


def test_a_voice_note_nobody_can_hear_is_answered_honestly(provider: MediaServer) -> None:
    send(provider, VOICE, "audio/ogg")
    assert "Je ne peux pas encore l'écouter" in answered()
    assert provider.asked == []


def test_a_voice_note_is_repeated_before_it_is_acted_on(provider: MediaServer, transcriber: MediaServer) -> None:
    words = "bonjour j'ai envoyé vingt mille francs de mon MTN vers Trésor Money et la personne n'a rien reçu"
    transcriber.script.append(give(json.dumps({"text": words}).encode(), "application/json"))
    message = send(provider, VOICE, "audio/ogg")
    said = answered()
    assert f"J'ai entendu : «\u00a0{words}\u00a0»" in said.replace("entendu\u00a0:", "entendu :")
    assert "EFB" in said, "and what is missing is asked"
    message.refresh_from_db()
    assert message.reading["text"] == words
    assert message.text == "", "what the customer wrote stays what it was"


def test_a_code_said_aloud_is_masked_and_warned_about(provider: MediaServer, transcriber: MediaServer) -> None:
    said = json.dumps({"text": "mon code secret c'est 4821"}).encode()
    transcriber.script.append(give(said, "application/json"))
    message = send(provider, VOICE, "audio/ogg")
    reply = answered()
    message.refresh_from_db()
    assert "4821" not in message.reading["text"]
    assert "4821" not in reply
    assert "jamais votre code secret" in reply


def test_a_transcriber_that_is_down_costs_an_honest_word(provider: MediaServer, transcriber: MediaServer) -> None:
    transcriber.script.extend([give(b"", "text/plain", 500)] * 2)
    send(provider, VOICE, "audio/ogg")
    assert "Je ne peux pas encore l'écouter" in answered()


@pytest.mark.parametrize("kind", ["video", "document", "contact", "sticker", "location"])
def test_nothing_else_is_fetched_and_none_is_met_with_silence(kind: str, provider: MediaServer) -> None:
    write("", kind=kind, attachments=[{"kind": kind, "url": f"{provider.url}/Media/ME1", "content_type": "x/y"}])
    assert answered()
    assert provider.asked == []


def test_an_identifier_hard_to_read_is_asked_once(provider: MediaServer) -> None:
    write("transfert pas arrivé, Wave vers Orange, référence EFB.31570264")
    send(provider, receipt("wave-angle-1.jpg"), "image/jpeg")
    said = answered()
    assert "Je lis l'identifiant" in said
    assert not Claim.objects.exists()
    write("oui")
    said = answered()
    assert Claim.objects.get().number in said
    assert Claim.objects.get().slots["operator_tx_id"]["validity"] == "ok"
