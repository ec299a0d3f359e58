"""Pictures and voice notes through the vision and speech tiers; without them nothing leaves the house."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from PIL import Image

from chatbot.voices.ports import Deployment, Price, Tier
from support.media import pictures, read, tiers, transcribe
from support.media.fetch import Medium
from support.media.transcribe import NotTranscribed, TierTranscriber
from tests.openai_server import FakeOpenAI, Script
from tests.support.media.media_server import MediaServer, give

PRICE = Price("test", Decimal(1), Decimal(1), Decimal(1))
BRAND = "easytransfert"
VOICE = Medium(b"OggS" + b"\0voice" * 50, "audio/ogg")
TRUTH = {"operator": "Wave", "operator_tx_id": "TABCDEFGHIJKLMNOP"}


class OneEach:
    """A roster of one deployment for the tiers it is given."""

    def __init__(self, url: str, *tiers: Tier) -> None:
        self._url, self._tiers = url, tiers

    def deployments(self, brand: str, tier: Tier) -> list[Deployment]:
        if tier not in self._tiers:
            return []
        return [Deployment(f"eu-{tier}", "openai", tier, f"eu-{tier}", self._url, PRICE, key="invented")]


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as server:
        tiers.use(tiers.Tiers(OneEach(server.openai_url, "vision", "speech")))
        yield server
        tiers.use(tiers.Tiers())


@pytest.fixture
def provider(settings) -> Iterator[MediaServer]:  # type: ignore[no-untyped-def]
    with MediaServer() as server:
        settings.TWILIO_API_BASE, settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = server.url, "AC1", "token"
        yield server


@pytest.fixture
def allowed(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A brand that switched it on."""
    shown = replace(read._sight(BRAND), allowed=True)
    monkeypatch.setattr(read, "_sight", lambda slug: shown)


def looked_at(provider: MediaServer, content: bytes, content_type: str) -> Any:
    provider.files["/api/x"] = give(content, content_type)
    family = content_type.partition("/")[0]
    return read.read(BRAND, family, [{"kind": family, "url": f"{provider.url}/x"}], read.begun({}))


def receipt(name: str) -> bytes:
    return (Path(house.BASE_DIR) / "tests" / "receipts" / name).read_bytes()


@pytest.mark.usefixtures("reader", "allowed")
def test_where_our_reader_is_unsure_another_is_asked(server: FakeOpenAI, provider: MediaServer) -> None:
    """Of this dark receipt Tesseract reads no identifier at all."""
    server.play(Script(json.dumps(TRUTH)))
    stored = looked_at(provider, receipt("wave-dark-1.png"), "image/png")
    found = {one.type: one for one in read.entities(stored)}
    assert found["operator_tx_id"].value == TRUTH["operator_tx_id"]
    assert found["operator_tx_id"].confidence < 0.6, "so that it is put to the customer"
    [seen] = server.requests
    assert b"data:image/jpeg;base64," in seen.body


@pytest.mark.usefixtures("reader", "allowed")
@pytest.mark.parametrize("name", ["tests/receipts/orange-light-1.png", "static/simulator/marche.png"])
def test_where_it_is_sure_or_sees_no_receipt_nobody_is(server: FakeOpenAI, provider: MediaServer, name: str) -> None:
    looked_at(provider, (Path(house.BASE_DIR) / name).read_bytes(), "image/png")
    assert server.requests == []


@pytest.mark.usefixtures("reader")
def test_a_brand_that_said_nothing_shows_no_picture(server: FakeOpenAI, provider: MediaServer) -> None:
    stored = looked_at(provider, receipt("wave-dark-1.png"), "image/png")
    assert stored["outcome"] == "read"
    assert server.requests == []


@pytest.mark.usefixtures("reader", "allowed")
def test_a_second_reader_that_fails_changes_nothing(server: FakeOpenAI, provider: MediaServer) -> None:
    server.always(Script(fault="server"))
    stored = looked_at(provider, receipt("wave-dark-1.png"), "image/png")
    assert stored["outcome"] == "read"
    assert "operator_tx_id" not in {one.type for one in read.entities(stored)}
    assert len(server.requests) == 1


def test_a_picture_is_shown_without_what_the_phone_wrote_beside_it() -> None:
    image = Image.new("RGB", (3_000, 1_000), "white")
    exif = Image.Exif()
    exif[0x010F] = "Telephone d'Awa"
    kept = io.BytesIO()
    image.save(kept, "JPEG", exif=exif, comment=b"5.3600, -4.0083")
    assert b"Awa" in kept.getvalue()
    shown, content_type = pictures.bare(kept.getvalue())
    assert content_type == "image/jpeg"
    assert b"Awa" not in shown and b"5.36" not in shown
    assert max(Image.open(io.BytesIO(shown)).size) == pictures.SHOWN_SIDE


# Voice ----------------------------------------------------------------------------------------------------------------


def test_a_voice_note_goes_to_the_speech_tier(server: FakeOpenAI, provider: MediaServer) -> None:
    server.play(Script(" mon transfert\nn'est pas arrivé "))
    stored = looked_at(provider, VOICE.content, "audio/ogg")
    assert stored == {"outcome": "read", "text": "mon transfert n'est pas arrivé"}
    [seen] = server.requests
    assert seen.path == "/v1/audio/transcriptions"
    assert VOICE.content in seen.body and b'filename="voice.ogg"' in seen.body


def test_a_tier_that_will_not_hear_says_why_in_a_word(server: FakeOpenAI) -> None:
    server.always(Script(fault="unauthorised"))
    hearer = transcribe.configured(BRAND)
    assert isinstance(hearer, TierTranscriber)
    with pytest.raises(NotTranscribed, match="denied"):
        hearer.transcribe(VOICE, time.monotonic() + 3)


def test_silence_is_no_words_there_too(server: FakeOpenAI, provider: MediaServer) -> None:
    server.play(Script("  "))
    assert looked_at(provider, VOICE.content, "audio/ogg") == {"outcome": "nothing", "text": ""}


def test_without_a_speech_tier_the_settings_decide(settings) -> None:  # type: ignore[no-untyped-def]
    settings.TRANSCRIBE_URL = ""
    assert transcribe.configured(BRAND) is None
    settings.TRANSCRIBE_URL = "http://127.0.0.1:1"
    assert isinstance(transcribe.configured(BRAND), transcribe.OpenAITranscriber)
