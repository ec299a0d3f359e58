"""Voice notes are transcribed by a server of OpenAI's protocol; whatever it does, there is an end in time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from support.media import transcribe
from support.media.fetch import Medium
from support.media.transcribe import NotTranscribed, OpenAITranscriber
from tests.support.media.media_server import MediaServer, drip, give, hang

VOICE = Medium(b"OggS" + b"\0voice" * 50, "audio/ogg")
KEY = "invented"


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer() as server:
        yield server


def spoken(text: object, status: int = 200):  # type: ignore[no-untyped-def]
    return give(json.dumps({"text": text}).encode(), "application/json", status)


def hear(server: MediaServer, query: str = "", seconds: float = 3.0) -> str:
    return OpenAITranscriber(server.url + query, KEY).transcribe(VOICE, time.monotonic() + seconds)


def test_a_voice_note_becomes_its_words(server: MediaServer, settings) -> None:  # type: ignore[no-untyped-def]
    settings.TRANSCRIBE_MODEL = "whisper-9"
    server.script.append(spoken(" mon transfert\nn'est pas\u0000 arrivé "))
    assert hear(server) == "mon transfert n'est pas arrivé"
    asked = server.asked[0]
    assert (asked.method, asked.path) == ("POST", "/api/audio/transcriptions")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.headers["api-key"] == KEY
    assert VOICE.content in asked.body
    for part in (b'name="model"\r\n\r\nwhisper-9', b'name="language"\r\n\r\nfr', b'filename="voice.ogg"'):
        assert part in asked.body


def test_azures_version_stays_in_the_address(server: MediaServer) -> None:
    server.script.append(spoken("allô"))
    assert hear(server, "/openai/deployments/w?api-version=2024-06-01") == "allô"
    assert server.asked[0].path == "/api/openai/deployments/w/audio/transcriptions?api-version=2024-06-01"


def test_silence_is_no_words(server: MediaServer) -> None:
    server.script.append(spoken("   "))
    assert hear(server) == ""


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_fault_is_tried_once_more(status: int, server: MediaServer) -> None:
    server.script.extend([spoken("", status), spoken("bonjour")])
    assert hear(server) == "bonjour"
    assert len(server.asked) == 2


@pytest.mark.parametrize(("status", "tries"), [(429, 2), (500, 2), (400, 1), (401, 1), (404, 1)])
def test_a_server_that_will_not_is_given_up(status: int, tries: int, server: MediaServer) -> None:
    server.script.extend([spoken("", status)] * 3)
    with pytest.raises(NotTranscribed) as caught:
        hear(server)
    assert caught.value.reason == f"status_{status}"
    assert len(server.asked) == tries


@pytest.mark.parametrize(
    "answer",
    [
        give(b"<html>", "text/html"),
        give(b'{"text": ', "application/json"),
        give(b"[]", "application/json"),
        give(b"{}", "application/json"),
        spoken(None),
        spoken(7),
        give(b"\xff\xfe", "application/json"),
    ],
    ids=["html", "half", "list", "empty", "null", "number", "bytes"],
)
def test_nonsense_is_not_taken_for_words(answer, server: MediaServer) -> None:  # type: ignore[no-untyped-def]
    server.script.append(answer)
    with pytest.raises(NotTranscribed, match="unreadable"):
        hear(server)


def test_a_flood_of_words_is_cut(server: MediaServer) -> None:
    server.script.append(spoken("a" * 50_000))
    assert len(hear(server)) == transcribe.LONGEST_TEXT
    server.script.append(give(b'{"text": "' + b"a" * 200_000, "application/json"))
    with pytest.raises(NotTranscribed, match="too_long"):
        hear(server)


@pytest.mark.parametrize("slow", [hang, drip(b'{"text": "', "application/json")], ids=["silent", "a byte at a time"])
def test_the_deadline_holds(slow, server: MediaServer) -> None:  # type: ignore[no-untyped-def]
    server.script.extend([slow, slow])
    began = time.monotonic()
    with pytest.raises(NotTranscribed):
        hear(server, seconds=0.6)
    assert time.monotonic() - began < 5


def test_nobody_there_is_a_failure_like_another() -> None:
    with MediaServer() as gone:
        url = gone.url
    with pytest.raises(NotTranscribed):
        OpenAITranscriber(url, KEY).transcribe(VOICE, time.monotonic() + 2)


def test_without_an_address_there_is_no_transcriber(settings) -> None:  # type: ignore[no-untyped-def]
    settings.TRANSCRIBE_URL = ""
    assert transcribe.configured() is None
