"""Web sessions: who may claim to be whom."""

from __future__ import annotations

import hashlib
import hmac
import uuid

import pytest
from django.conf import settings

from support.transports.web import sessions


def proof(identity: str) -> str:
    return hmac.new(settings.IDENTITY_SECRET.encode(), f"easytransfert:{identity}".encode(), hashlib.sha256).hexdigest()


@pytest.mark.django_db
def test_a_token_brings_its_session_back() -> None:
    session, _ = sessions.create("easytransfert")
    assert sessions.read(session.token()) == session


@pytest.mark.django_db
def test_two_visitors_never_share_a_conversation() -> None:
    assert sessions.create("easytransfert")[0].conversation != sessions.create("easytransfert")[0].conversation


@pytest.mark.django_db
def test_a_known_person_finds_the_same_conversation_from_any_device() -> None:
    one, _ = sessions.create("easytransfert", "client-7", proof("client-7"))
    other, _ = sessions.create("easytransfert", "client-7", proof("client-7"))
    assert one == other


@pytest.mark.parametrize("wrong", ["", "0" * 64, "é", proof("client-8")])
@pytest.mark.django_db
def test_a_wrong_proof_of_identity_is_refused(wrong: str) -> None:
    with pytest.raises(sessions.SessionError) as error:
        sessions.create("easytransfert", "client-7", wrong)
    assert error.value.code == "forbidden"


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "é", "A" * 10_000, "\x00"])
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(sessions.SessionError) as error:
        sessions.read(token)
    assert error.value.code == "forbidden"


def test_one_changed_character_is_noticed() -> None:
    token = sessions.Session("easytransfert", "visitor:1", uuid.uuid4()).token()
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(sessions.SessionError):
            sessions.read(changed)


def test_an_old_token_is_told_to_be_expired(settings: object) -> None:
    token = sessions.Session("easytransfert", "visitor:1", uuid.uuid4()).token()
    settings.SESSION_DAYS = -1  # type: ignore[attr-defined]
    with pytest.raises(sessions.SessionError) as error:
        sessions.read(token)
    assert error.value.code == "expired"
