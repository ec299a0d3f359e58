"""The line to a model elsewhere: the real SDK against a loopback server, judged by what both sides saw."""

from __future__ import annotations

import logging
import multiprocessing
import time
import traceback
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from chatbot.voices.faults import retry_after
from chatbot.voices.ports import Deployment, FaultKind, Price, Provider, Usage, VoiceFault
from chatbot.voices.remote import Limits, Line, Speech
from tests.openai_server import FakeOpenAI, Fault, Moment, Script, count_tokens

PRICE = Price("test", Decimal(1), Decimal(2), Decimal("0.5"))
KEY = "invented-key-of-nobody"
USUAL = Limits()
SHORT = Limits(connect=1.0, first_words=1.0, between=0.3, tail=0.3)
SLOW: tuple[Fault, ...] = ("hang", "drip")  # what only a limit ends
ASK = [{"role": "system", "content": "Vous êtes poli."}, {"role": "user", "content": "Dites {case}."}]
TEXT = "Votre dossier {case} est ouvert. Nous revenons vers vous."
MOMENTS: tuple[Moment, ...] = ("before", "during", "after")


@pytest.fixture(scope="module")
def running() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as server:
        yield server


@pytest.fixture
def server(running: FakeOpenAI) -> FakeOpenAI:
    running.forget()
    return running


def line(server: FakeOpenAI, provider: Provider = "azure", limits: Limits = USUAL, key: str = KEY) -> Line:
    base = server.azure_url if provider == "azure" else server.openai_url
    there = Deployment("eu", provider, "standard", "dep-1", base, PRICE, "eu", "2024-10-21", key)
    return Line(there, limits)


def speak(line: Line, seconds: float = 5.0, **options: Any) -> Speech:
    deadline = line.ticks() + seconds
    return line.stream(ASK, temperature=0.6, max_tokens=1000, deadline=deadline, **options)


def gather(speech: Speech) -> tuple[str, FaultKind | None]:
    """The words that came, and the fault that ended them."""
    words = ""
    try:
        for piece in speech:
            words += piece
    except VoiceFault as fault:
        return words, fault.kind
    return words, None


# What is sent, and what comes back ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "path", "query", "key"),
    [
        ("azure", "/openai/deployments/dep-1/chat/completions", {"api-version": "2024-10-21"}, ("api-key", KEY)),
        ("openai", "/v1/chat/completions", {}, ("authorization", f"Bearer {KEY}")),
        ("vllm", "/v1/chat/completions", {}, ("authorization", f"Bearer {KEY}")),
    ],
)
def test_a_reply_is_streamed(
    server: FakeOpenAI, provider: Provider, path: str, query: dict[str, str], key: tuple[str, str]
) -> None:
    server.play(Script(TEXT, cached=3))
    speech = speak(line(server, provider))
    assert gather(speech) == (TEXT, None)
    [seen] = server.requests
    assert seen.ended()
    assert (seen.method, seen.path, seen.query, seen.headers[key[0]]) == ("POST", path, query, key[1])
    assert speech.usage == Usage(seen.prompt_tokens, count_tokens(TEXT), 3)
    assert (speech.finish, speech.pieces_sent) == ("stop", seen.pieces_written)
    assert speech.first_words is not None and 0 < speech.first_words < 5


@pytest.mark.parametrize(("provider", "most"), [("azure", "max_completion_tokens"), ("vllm", "max_tokens")])
def test_the_body_holds_what_was_asked_and_nothing_else(server: FakeOpenAI, provider: Provider, most: str) -> None:
    gather(speak(line(server, provider), json_mode=True))
    assert server.requests[0].json == {
        "model": "dep-1",
        "messages": ASK,
        "temperature": 0.6,
        most: 1000,
        "stream": True,
        "stream_options": {"include_usage": True},
        "response_format": {"type": "json_object"},
    }


def test_openai_is_told_to_keep_nothing(server: FakeOpenAI) -> None:
    gather(speak(line(server, "openai")))
    assert server.requests[0].json["store"] is False


@pytest.mark.parametrize("provider", ["azure", "openai", "vllm"])
def test_no_header_tells_more_than_needed(  # type: ignore[no-untyped-def]
    server: FakeOpenAI, provider: Provider, monkeypatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-somebody")
    gather(speak(line(server, provider)))
    headers = server.requests[0].headers
    usual = {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent"}
    key_header = "api-key" if provider == "azure" else "authorization"
    assert set(headers) == usual | {key_header}
    assert headers["user-agent"] == "akwaba"
    assert [name for name, value in headers.items() if KEY in value] == [key_header]
    assert KEY not in server.requests[0].body.decode()


def test_a_server_without_a_key_is_sent_none(server: FakeOpenAI, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("OPENAI_API_KEY", "somebody-elses")
    assert gather(speak(line(server, "vllm", key="")))[1] is None
    assert "authorization" not in server.requests[0].headers


def test_connections_are_used_again(server: FakeOpenAI) -> None:
    kept = line(server)
    for _ in range(3):
        assert gather(speak(kept))[1] is None
    assert len({seen.connection for seen in server.requests}) == 1


def test_nothing_is_sent_before_the_first_piece_is_asked_for(server: FakeOpenAI) -> None:
    speak(line(server)).close()
    assert server.requests == []


def test_it_pulses_while_it_waits(server: FakeOpenAI) -> None:
    server.play(Script(TEXT, wait=0.6))
    pieces = list(speak(line(server)))
    assert pieces[0] == ""
    assert "".join(pieces) == TEXT


def test_without_usage_the_words_stand(server: FakeOpenAI) -> None:
    server.play(Script(TEXT, usage=False))
    speech = speak(line(server))
    assert gather(speech) == (TEXT, None)
    assert speech.usage is None


def test_words_that_are_whole_do_not_wait_long_for_their_usage(server: FakeOpenAI) -> None:
    server.play(Script(TEXT, tail=30.0))
    speech = speak(line(server, limits=SHORT))
    assert gather(speech) == (TEXT, None)
    assert speech.usage is None
    assert server.requests[0].ended(2.0) and server.requests[0].outcome == "client_closed"


# Faults × moments -----------------------------------------------------------------------------------------------------

STATUSES: dict[Fault, FaultKind] = {
    "throttled": "throttled",
    "server": "server",
    "conflict": "server",
    "request_timeout": "server",
    "unauthorised": "denied",
    "forbidden": "denied",
    "not_found": "denied",
    "bad_request": "bad_request",
    "unprocessable": "bad_request",
}
OTHERS: dict[Fault, FaultKind] = {
    "filtered": "filtered",
    "hang": "timeout",
    "drip": "timeout",
    "reset": "connection",
    "cut": "connection",
    "close": "truncated",
    "length": "truncated",
    "error": "in_band",
}
TABLE: list[tuple[Fault, Moment, FaultKind]] = [
    *(
        (fault, moment, kind if moment == "before" else "in_band")
        for fault, kind in STATUSES.items()
        for moment in MOMENTS
    ),
    *((fault, moment, kind) for fault, kind in OTHERS.items() for moment in MOMENTS),
]


@pytest.mark.parametrize(("fault", "moment", "kind"), TABLE)
def test_each_fault_ends_as_its_kind(server: FakeOpenAI, fault: Fault, moment: Moment, kind: FaultKind) -> None:
    server.play(Script(TEXT, fault=fault, moment=moment, drip=0.02))
    speech = speak(line(server, limits=SHORT if fault in SLOW else USUAL))
    words, found = gather(speech)
    assert found == kind
    assert words == ("Votre " if moment == "after" else "")
    assert (speech.first_words is not None) == (moment == "after")
    [seen] = server.requests  # and no second one: who asks again, where and when is not the SDK's to decide
    assert seen.ended(2.0), "the stream was closed"
    assert seen.outcome == ("client_closed" if fault in SLOW else "fault")
    assert (speech.pieces_sent, speech.heard) == (seen.pieces_written, words)


@pytest.mark.parametrize("fault", ["length", "filtered"])
def test_a_stream_that_stopped_early_still_tells_its_cost(server: FakeOpenAI, fault: Fault) -> None:
    server.play(Script(TEXT, fault=fault, moment="after"))
    speech = speak(line(server))
    gather(speech)
    [seen] = server.requests
    assert speech.usage == Usage(seen.prompt_tokens, seen.completion_tokens)


@pytest.mark.parametrize("moment", ["during", "after"])
def test_the_filter_is_known_by_its_code_in_a_stream_too(server: FakeOpenAI, moment: Moment) -> None:
    server.play(Script(TEXT, fault="error", moment=moment, code="content_filter"))
    assert gather(speak(line(server)))[1] == "filtered"


@pytest.mark.parametrize("status", [500, 502, 503, 504, 529])
def test_any_status_of_the_servers_own_is_the_servers(server: FakeOpenAI, status: int) -> None:
    server.play(Script(fault="server", status=status))
    with pytest.raises(VoiceFault) as caught:
        list(speak(line(server)))
    assert (caught.value.kind, caught.value.status) == ("server", status)


def test_a_drip_is_no_sign_of_life(server: FakeOpenAI) -> None:
    """The SDK's own timeout begins anew with every byte: words must come in time, not bytes."""
    server.play(Script(TEXT, fault="drip", moment="before", drip=0.01))
    assert gather(speak(line(server, limits=SHORT)))[1] == "timeout"


def test_many_words_one_by_one_end_at_the_deadline(server: FakeOpenAI) -> None:
    server.play(Script("mot " * 200, pace=0.05))
    words, kind = gather(speak(line(server), seconds=1.5))
    assert kind == "timeout"
    assert 0 < words.count("mot") < 200
    assert server.requests[0].ended(2.0) and server.requests[0].outcome == "client_closed"


def test_a_deadline_that_is_past_sends_nothing_for_long(server: FakeOpenAI) -> None:
    assert gather(speak(line(server), seconds=-1.0)) == ("", "timeout")


def test_nobody_there_is_a_connection_fault() -> None:
    with FakeOpenAI() as gone:
        there = line(gone)
    assert gather(speak(there)) == ("", "connection")


def test_a_redirect_is_not_followed(server: FakeOpenAI) -> None:
    server.play(Script(fault="server", status=307, headers={"location": f"{server.azure_url}/elsewhere"}))
    assert gather(speak(line(server))) == ("", "denied")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "delta", [{"refusal": "Non."}, {"tool_calls": [{"index": 0, "id": "1", "type": "function", "function": {}}]}]
)
def test_a_refusal_or_a_call_for_tools_is_no_reply(server: FakeOpenAI, delta) -> None:  # type: ignore[no-untyped-def]
    server.play(Script(TEXT * 20, delta=delta, pace=0.1))
    assert gather(speak(line(server)))[1] == "bad_request"
    assert server.requests[0].ended(2.0) and server.requests[0].outcome == "client_closed"


def test_no_words_at_all_is_no_reply(server: FakeOpenAI) -> None:
    server.play(Script(pieces=("",)))
    assert gather(speak(line(server)))[1] == "truncated"


# Throttling -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "350", "retry-after": "7"}, 0.35),
        ({"retry-after": "Fri, 27 Nov 2026 08:00:20 GMT"}, 20.0),
        ({"retry-after": "Fri, 27 Nov 2026 07:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_a_throttling_server_says_for_how_long(  # type: ignore[no-untyped-def]
    server: FakeOpenAI, headers, seconds: float | None
) -> None:
    server.play(Script(fault="throttled", headers=headers))
    with pytest.raises(VoiceFault) as caught:
        list(speak(line(server)))
    assert (caught.value.kind, caught.value.status, caught.value.retry_after) == ("throttled", 429, seconds)


def test_a_date_without_the_servers_clock_says_nothing() -> None:
    assert retry_after({"retry-after": "Fri, 27 Nov 2026 08:00:20 GMT"}) is None


# Cancelling -----------------------------------------------------------------------------------------------------------


def close_after(speech: Speech, words: int) -> None:
    said = 0
    for piece in speech:
        said += bool(piece)
        if said >= words:
            break
    speech.close()


def test_closing_stops_the_server_within_a_second(server: FakeOpenAI) -> None:
    server.play(Script("mot " * 400, pace=0.02))
    speech = speak(line(server))
    close_after(speech, 3)
    closed = time.monotonic()
    [seen] = server.requests
    assert seen.ended(1.0), "the server was told"
    assert seen.outcome == "client_closed"
    assert seen.closed_at is not None and seen.closed_at - closed < 1.0
    written = seen.pieces_written
    time.sleep(0.2)
    assert seen.pieces_written == written < 100, "and wrote no more"
    assert speech.usage is None
    assert 3 <= speech.heard.count("mot") <= written, "for an estimate of what it cost"


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_closing_while_nothing_came_yet_stops_the_server_too(server: FakeOpenAI, fault: Fault) -> None:
    server.play(Script(TEXT, fault=fault, moment="before"))
    speech = speak(line(server))
    assert next(iter(speech)) == ""  # a pulse
    speech.close()
    assert server.requests[0].ended(1.0) and server.requests[0].outcome == "client_closed"


def test_a_line_speaks_on_after_a_cancel(server: FakeOpenAI) -> None:
    kept = line(server)
    server.play(Script("mot " * 400, pace=0.02), Script(TEXT))
    close_after(speak(kept), 1)
    assert gather(speak(kept)) == (TEXT, None)


# Secrets --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["unauthorised", "bad_request", "reset", "error"])
def test_the_key_stands_in_no_repr_no_error_and_no_log(server: FakeOpenAI, fault: Fault, caplog) -> None:  # type: ignore[no-untyped-def]
    """Servers quote the key in what they answer, and the SDK's errors carry the request."""
    caplog.set_level(logging.DEBUG)
    server.play(Script(fault=fault, message=f"Incorrect API key provided: {KEY}. You said: Vous êtes poli."))
    asked = line(server)
    with pytest.raises(VoiceFault) as caught:
        list(speak(asked))
    assert caught.value.__cause__ is None
    shown = (
        "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(asked) + repr(asked.deployment)
    )
    assert KEY not in shown + caplog.text
    assert "poli" not in shown + caplog.text


# Whole answers and voice notes ----------------------------------------------------------------------------------------


def whole(line: Line, seconds: float = 5.0, **options: Any):  # type: ignore[no-untyped-def]
    return line.complete(ASK, temperature=0.0, max_tokens=50, deadline=line.ticks() + seconds, **options)


def test_a_whole_answer_obeys_a_schema(server: FakeOpenAI) -> None:
    server.play(Script('{"a": 1}'))
    answer = whole(line(server), schema={"type": "object"})
    assert answer.text() == '{"a": 1}'
    [seen] = server.requests
    named = {"name": "answer", "strict": True, "schema": {"type": "object"}}
    assert seen.json["response_format"] == {"type": "json_schema", "json_schema": named}
    assert answer.usage == Usage(seen.prompt_tokens, seen.completion_tokens)
    assert answer.finish == "stop"


@pytest.mark.parametrize(("fault", "kind"), [*STATUSES.items(), *OTHERS.items()])
def test_a_whole_answer_fails_by_the_same_kinds(server: FakeOpenAI, fault: Fault, kind: FaultKind) -> None:
    server.play(Script(TEXT, fault=fault, moment="after", drip=0.02))
    expected = "server" if fault == "error" else kind
    with pytest.raises(VoiceFault) as caught:
        whole(line(server), 0.6 if fault in SLOW else 5.0).text()
    assert caught.value.kind == expected
    assert len(server.requests) == 1
    assert server.requests[0].ended(2.0)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"choices": []}', b"\xff", b'{"choices": [{}]}'])
def test_nonsense_is_no_answer(server: FakeOpenAI, body: bytes) -> None:
    server.play(Script(body=body))
    with pytest.raises(VoiceFault) as caught:
        whole(line(server)).text()
    assert caught.value.kind == "in_band"


@pytest.mark.parametrize(
    ("provider", "path"),
    [("azure", "/openai/deployments/dep-1/audio/transcriptions"), ("openai", "/v1/audio/transcriptions")],
)
def test_a_voice_note_goes_through_the_same_line(server: FakeOpenAI, provider: Provider, path: str) -> None:
    server.play(Script("mon transfert n'est pas arrivé", cached=12))
    asked = line(server, provider)
    heard = asked.transcribe(
        b"OggS-voice", name="voice.ogg", content_type="audio/ogg", language="fr", deadline=asked.ticks() + 5
    )
    assert heard.text() == "mon transfert n'est pas arrivé"
    assert heard.usage == Usage(input=12)  # seconds
    [seen] = server.requests
    assert seen.path == path
    for part in (b'name="model"\r\n\r\ndep-1', b'name="language"\r\n\r\nfr', b'filename="voice.ogg"', b"OggS-voice"):
        assert part in seen.body


# Processes ------------------------------------------------------------------------------------------------------------


def _in_a_child(url: str, told: Any) -> None:
    with_url = Deployment("eu", "azure", "standard", "dep-1", url, PRICE, "eu", "2024-10-21", KEY)
    told.put(gather(speak(Line(with_url, Limits()))))


def test_a_forked_child_has_a_loop_of_its_own(server: FakeOpenAI) -> None:
    assert gather(speak(line(server)))[1] is None  # the parent's runs
    server.play(Script(TEXT))
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    child = context.Process(target=_in_a_child, args=(server.azure_url, told))
    child.start()
    assert told.get(timeout=20) == (TEXT, None)
    child.join(10)
