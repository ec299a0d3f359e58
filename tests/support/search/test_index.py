"""The index: filled behind the conversations, twice without harm, and nothing of it stays of an erased one."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from support import tasks
from support.models import Claim, Conversation, Message, Note, SearchToken
from support.search import find, index
from tests.support.journeys import write

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TEXT = "mon larjan n'est pas arrivé chez Zébulon, efb.31570264"


def found(query: str) -> list[uuid.UUID]:
    return [hit.conversation for hit in find.find(query).hits]


@pytest.fixture
def said() -> Message:
    message = write(TEXT, display_name="Adjoua Koné")
    index.index_due()
    return message


@pytest.fixture
def claim(said: Message) -> Claim:
    return Claim.objects.create(
        number="AK-204-7318",
        customer=said.conversation.customer,
        conversation=said.conversation,
        kind="transfer_missing",
        slots={"operator_tx_id": {"value": "MP240612.1234.A12345"}, "amount_fcfa": {"value": 25_500}},
        filed_at=NOW,
        changed_at=NOW,
    )


@pytest.mark.parametrize(
    "query",
    [
        *("zebulon", "Zébulon", "argent", "larjan", "EFB.31570264", "efb 31570264", "31570264", "0264"),
        *("0700000001", "+225 07 00 00 00 01", "00000001", "0001", "adjoua", "adj", "koné", "adjoua zebulon 0264"),
    ],
)
def test_a_conversation_is_found_by_everything_it_holds(query: str, said: Message) -> None:
    write("autre chose", address="+2250700000077")
    index.index_due()
    assert found(query) == [said.conversation_id]


@pytest.mark.parametrize("query", ["AK-204-7318", "7318", "mp240612.1234.a12345", "25500", "25 500"])
def test_a_claim_is_found_by_its_number_and_by_what_was_collected(query: str, claim: Claim) -> None:
    assert found(query) == [claim.conversation_id]


def test_a_note_is_found_the_moment_it_is_written(said: Message) -> None:
    Note.objects.create(conversation=said.conversation, text="rappeler le partenaire", at=NOW)
    assert found("partenaire") == [said.conversation_id]


def test_claims_and_notes_that_were_there_before_are_taken_in_with_the_conversation(claim: Claim) -> None:
    Note.objects.create(conversation=claim.conversation, text="rappeler le partenaire", at=NOW)
    SearchToken.objects.all().delete()
    Conversation.objects.update(indexed_seq=0)
    index.index_due()
    assert found("7318 partenaire") == [claim.conversation_id]


def test_its_own_id_finds_a_conversation(said: Message) -> None:
    assert found(str(said.conversation_id)) == found(said.conversation_id.hex[-6:]) == [said.conversation_id]


def test_every_word_is_wanted(said: Message) -> None:
    assert found("zebulon moov") == []
    assert find.find("est pas le").terms == ()


def test_a_new_message_is_found_at_its_place_after_the_next_pass(said: Message) -> None:
    second = write("Zébulon a rappelé")
    assert found("rappele") == []
    tasks.index_for_search()
    [hit] = find.find("zebulon rappele").hits
    assert (hit.conversation, hit.seq, hit.at) == (said.conversation_id, second.seq, second.at)


def test_the_words_of_a_picture_are_found_although_it_was_read_later() -> None:
    message = write("", kind="image")
    index.index_due()
    Message.objects.filter(id=message.id).update(
        reading={"outcome": "read", "facts": [{"name": "easytransfert_id", "value": "EFB.28203111"}]}
    )
    write("voilà le reçu")
    index.index_due()
    assert found("28203111") == [message.conversation_id]


def test_nothing_is_due_when_all_is_in_and_a_second_pass_changes_nothing(said: Message) -> None:
    before = set(SearchToken.objects.values_list("conversation", "token", "seq", "at"))
    assert index.index_due() == 0
    Conversation.objects.update(indexed_seq=0)
    assert index.index_due() == 1
    assert set(SearchToken.objects.values_list("conversation", "token", "seq", "at")) == before


def test_more_messages_than_a_pass_takes_are_taken_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MESSAGES", 2)
    for word in ("premier", "deuxieme", "troisieme"):
        message = write(word)
    assert (index.index_due(), found("troisieme")) == (1, [])
    assert (index.index_due(), found("troisieme")) == (1, [message.conversation_id])


def test_the_table_holds_no_word(claim: Claim) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM support_searchtoken")
        table = repr(cursor.fetchall()).casefold()
    for word in ("zebulon", "zébulon", "argent", "31570264", "0700000001", "adjoua", "2047318", "mp240612"):
        assert word not in table


def test_an_erased_customer_leaves_nothing_to_find(claim: Claim) -> None:
    claim.customer.delete()
    assert not SearchToken.objects.exists()


def test_the_newest_come_first_and_a_page_goes_on_where_the_last_one_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "PAGE", 2)
    wrote = [write("Zébulon svp aidez-moi", address=f"+22507000000{n:02d}").conversation_id for n in range(5)]
    index.index_due()
    assert _all("zebulon") == _all("zebulon aidez") == wrote[::-1]


def test_a_page_looks_no_further_than_its_window_and_says_that_there_is_more(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = write("Zébulon et Moustapha", address="+2250700000099").conversation_id
    for n in range(5):
        write("Zébulon" if n % 2 else "Moustapha", address=f"+22507000000{n:02d}")
    index.index_due()
    monkeypatch.setattr(find, "WINDOW", 2)
    first = find.find("zebulon moustapha")
    assert first.hits == () and first.following
    assert _all("zebulon moustapha") == [wanted]


def _all(query: str) -> list[uuid.UUID]:
    page = find.find(query)
    hits = list(page.hits)
    while page.following:
        page = find.find(query, page.following)
        hits += page.hits
    return [hit.conversation for hit in hits]


def test_indexing_many_asks_the_database_no_more_often(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for n in range(12):
        write("Zébulon", address=f"+22507000000{n:02d}")
    with django_assert_max_num_queries(12):  # transaction and all
        assert index.index_due() == 12


def test_an_author_who_left_takes_no_note_from_the_search(said: Message) -> None:
    author = User.objects.create_user("awa")
    Note.objects.create(conversation=said.conversation, text="rappeler le partenaire", at=NOW, author=author)
    author.delete()
    assert found("partenaire") == [said.conversation_id]
