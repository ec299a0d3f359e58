"""Whatever a browser sends: taken, or refused with the contract's code."""

from __future__ import annotations

import contextlib
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.transports.web import frames

CLIENT_ID = str(uuid.uuid4())


def send(**changes: object) -> str:
    return json.dumps({"type": "send", "client_id": CLIENT_ID, "text": "bonjour"} | changes)


def test_a_message_is_taken() -> None:
    assert frames.parse(send(), None) == frames.Send(uuid.UUID(CLIENT_ID), "bonjour")
    assert frames.parse(send(text="x" * 4_000), None) == frames.Send(uuid.UUID(CLIENT_ID), "x" * 4_000)


def test_typing_and_read_are_taken() -> None:
    assert frames.parse('{"type":"typing"}', None) == frames.Typing()
    assert frames.parse('{"type":"read","seq":12}', None) == frames.Read(12)


def test_a_score_is_taken() -> None:
    assert frames.parse('{"type":"rate","score":4}', None) == frames.Rate(4)
    assert frames.parse('{"type":"rate","score":1,"comment":"trop long"}', None) == frames.Rate(1, "trop long")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        pytest.param("", "bad_message", id="empty"),
        pytest.param("{", "bad_message", id="cut JSON"),
        pytest.param("[" * 50_000, "bad_message", id="nested beyond any depth"),
        pytest.param("[]", "bad_message", id="a list"),
        pytest.param("null", "bad_message", id="null"),
        pytest.param("{}", "bad_message", id="no type"),
        pytest.param('{"type":["send"]}', "bad_message", id="type is a list"),
        pytest.param('{"type":"delete"}', "bad_message", id="unknown type"),
        pytest.param(send(text=""), "bad_message", id="empty text"),
        pytest.param(send(text=" \n "), "bad_message", id="blank text"),
        pytest.param(send(text=12), "bad_message", id="text is a number"),
        pytest.param(send(text=None), "bad_message", id="text is null"),
        pytest.param(send(text="x" * 4_001), "too_long", id="text too long"),
        pytest.param(send(client_id="1"), "bad_message", id="client_id is no UUID"),
        pytest.param(send(client_id=None), "bad_message", id="client_id is null"),
        pytest.param('{"type":"send","text":"a"}', "bad_message", id="client_id missing"),
        pytest.param(send(attachment={"name": "a.png"}), "bad_message", id="attachment"),
        pytest.param('{"type":"read","seq":-1}', "bad_message", id="negative seq"),
        pytest.param('{"type":"read","seq":true}', "bad_message", id="boolean seq"),
        pytest.param('{"type":"read","seq":1e400}', "bad_message", id="infinite seq"),
        pytest.param('{"type":"read","seq":99999999999}', "bad_message", id="seq beyond any column"),
        pytest.param('{"type":"rate"}', "bad_message", id="no score"),
        pytest.param('{"type":"rate","score":0}', "bad_message", id="score below one"),
        pytest.param('{"type":"rate","score":6}', "bad_message", id="score above five"),
        pytest.param('{"type":"rate","score":true}', "bad_message", id="boolean score"),
        pytest.param('{"type":"rate","score":"5"}', "bad_message", id="score is a text"),
        pytest.param('{"type":"rate","score":5,"comment":7}', "bad_message", id="comment is a number"),
        pytest.param(json.dumps({"type": "rate", "score": 5, "comment": "x" * 1_001}), "too_long", id="long comment"),
        pytest.param(send(text="é" * 40_000), "too_long", id="over 64 KiB"),
    ],
)
def test_a_bad_frame_is_refused_by_name(frame: str, code: str) -> None:
    with pytest.raises(frames.BadFrame) as error:
        frames.parse(frame, None)
    assert error.value.code == code


def test_binary_frames_are_refused() -> None:
    with pytest.raises(frames.BadFrame):
        frames.parse(None, b"\xff\xfe")


@given(st.text(max_size=300) | st.recursive(st.none() | st.text() | st.floats(), st.lists).map(json.dumps))
def test_nothing_a_browser_sends_raises_anything_else(text: str) -> None:
    with contextlib.suppress(frames.BadFrame):
        frames.parse(text, None)
