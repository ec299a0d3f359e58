"""After INDEX_KEY changed: what is renewed is found again, whatever interrupted it, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from support.models import Conversation, Message, Note, SearchToken
from support.search import find, index, renewal, words
from tests.support.journeys import write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_digest_remembered() -> Iterator[None]:
    words.token.cache_clear()
    yield
    words.token.cache_clear()


@pytest.fixture
def rekeyed(settings: Any) -> list[Conversation]:
    """Three conversations indexed under a key that is not today's."""
    rows = [write(f"zébulon numéro {n}", address=f"visitor:{n}").conversation for n in range(3)]
    Note.objects.create(conversation=rows[0], text="croquemitaine", at=rows[0].created_at)
    index.index_due()
    settings.INDEX_KEY = "0" * 64
    words.token.cache_clear()
    return rows


def found(query: str) -> set[object]:
    return {hit.conversation for hit in find.find(query).hits}


def test_everything_is_found_again_and_no_word_of_the_old_key_stays(rekeyed: list[Conversation]) -> None:
    before = set(SearchToken.objects.values_list("token", flat=True))
    assert found("zebulon") == set()
    with pytest.raises(CommandError):
        call_command("search", "check")
    call_command("search", "renew", pause=0.0)
    assert found("zebulon") == {row.id for row in rekeyed}
    assert found("croquemitaine") == {rekeyed[0].id}
    assert not before & set(SearchToken.objects.values_list("token", flat=True))
    call_command("search", "check")


def test_it_goes_on_where_it_was_interrupted_and_leaves_alone_what_is_done(
    rekeyed: list[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed: list[object] = []
    anew = index.index_anew
    monkeypatch.setattr(index, "index_anew", lambda ids: renewed.extend(ids) or anew(ids))
    first = next(renewal.stale(batch=1))
    index.index_anew(first)
    assert list(renewal.renew()) == [2]
    assert renewed == [row.id for row in rekeyed] and list(renewal.renew()) == []


def test_one_cut_off_between_forgetting_and_writing_falls_due_by_itself(
    rekeyed: list[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut, pytest.raises(RuntimeError):
        cut.setattr(index, "_write", _cut)
        list(renewal.renew())
    while index.index_due():
        pass
    assert found("zebulon") == {row.id for row in rekeyed} and list(renewal.stale()) == []


def _cut(*_: object, **__: object) -> None:
    raise RuntimeError("the machine went away")


def test_new_messages_meanwhile_do_not_hide_the_old_ones(rekeyed: list[Conversation]) -> None:
    Message.objects.create(
        conversation=rekeyed[0], seq=2, author="customer", text="autre chose", at=rekeyed[0].created_at,
        transport=rekeyed[0].channel, delivery="received",
    )  # fmt: skip
    Conversation.objects.filter(id=rekeyed[0].id).update(next_seq=3, inbound_seq=2)
    index.index_due()
    assert found("zebulon") == set()
    list(renewal.renew())
    assert rekeyed[0].id in found("zebulon") and found("autre") == {rekeyed[0].id}
