"""The way in: every message a row, in order, once."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connection

from support import receive
from support.models import Channel, Conversation, Customer, Delivery, Message, Owner
from tests.support.journeys import BRAND, NUMBER, write


@pytest.mark.django_db(transaction=True)
def test_a_first_message_opens_everything_there_is_to_open() -> None:
    message = write("bonjour")
    conversation = message.conversation
    assert (message.seq, message.text, message.delivery) == (1, "bonjour", Delivery.RECEIVED)
    assert (conversation.next_seq, conversation.inbound_seq, conversation.handled_seq) == (2, 1, 0)
    assert conversation.identity.value == NUMBER
    assert conversation.waiting_since is not None


@pytest.mark.django_db(transaction=True)
def test_a_repeat_gets_the_first_row() -> None:
    first = write("bonjour", external_id="SM1")
    again = receive.receive(receive.Inbound(BRAND, Channel.WHATSAPP, NUMBER, "bonjour", external_id="SM1"))
    assert not again.fresh
    assert again.message == first
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_client_id_again_gets_the_first_row() -> None:
    client_id, conversation = uuid.uuid4(), uuid.uuid4()
    first = write("slt", Channel.WEB, "visitor:1", client_id=client_id, conversation=conversation)
    again = write("slt", Channel.WEB, "visitor:1", client_id=client_id, conversation=conversation)
    assert first == again
    assert first.conversation_id == conversation


def in_parallel(count: int, work) -> list[object]:  # type: ignore[no-untyped-def]
    """Run ``work(n)`` in ``count`` threads that start together; returns results, with exceptions as values."""
    results: list[object] = [None] * count
    gate = threading.Barrier(count)

    def one(number: int) -> None:
        gate.wait()
        try:
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001 shown to the test as a result
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_twenty_messages_of_a_new_customer_at_once_are_one_conversation_in_order() -> None:
    results = in_parallel(20, lambda number: write(f"message {number}"))
    assert all(isinstance(result, Message) for result in results), results
    assert Conversation.objects.count() == Customer.objects.count() == 1
    assert sorted(Message.objects.values_list("seq", flat=True)) == list(range(1, 21))


@pytest.mark.django_db(transaction=True)
def test_one_provider_id_twenty_times_at_once_is_one_row() -> None:
    results = in_parallel(20, lambda _: write("bonjour", external_id="SM1"))
    assert len({result.id for result in results}) == 1  # type: ignore[attr-defined]
    assert Message.objects.count() == 1
    assert Conversation.objects.get().next_seq == 2


@pytest.mark.django_db(transaction=True)
def test_a_pin_never_reaches_the_database() -> None:
    message = write("mon code pin est 4815 aidez moi")
    assert "4815" not in message.text
    assert "aidez moi" in message.text


@pytest.mark.django_db(transaction=True)
def test_the_database_holds_no_words_and_no_number_in_clear() -> None:
    write("mon argent est bloqué", display_name="Awa Traoré")
    with connection.cursor() as cursor:
        for table in ("support_message", "support_identity", "support_customer", "support_conversation"):
            cursor.execute(f"SELECT * FROM {table}")
            dump = repr(cursor.fetchall())
            assert "bloqué" not in dump and "0700000001" not in dump and "Traoré" not in dump


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "😀" * 10_000, "", "\u202e"])
def test_any_text_can_be_stored(text: str) -> None:
    assert "\x00" not in Message.objects.get(id=write(text).id).text


@pytest.mark.django_db(transaction=True)
def test_lines_end_alike_whatever_form_carried_them() -> None:
    assert write("T7A2N5TSA\r\nD33EUPVJ").text == "T7A2N5TSA\nD33EUPVJ"


@pytest.mark.django_db(transaction=True)
def test_a_closed_conversation_opens_again() -> None:
    conversation = write("bonjour").conversation
    Conversation.objects.update(owner=Owner.NOBODY)
    again = write("re")
    assert again.conversation_id == conversation.id
    assert again.conversation.owner == Owner.BOT


@pytest.mark.django_db(transaction=True)
def test_a_message_from_the_customer_frees_what_the_closed_window_held() -> None:
    message = write("bonjour")
    held = Message.objects.create(
        conversation=message.conversation, seq=50, author="agent", text="réponse", at=message.at,
        transport=Channel.WHATSAPP, delivery=Delivery.HELD,
    )  # fmt: skip
    Conversation.objects.update(window_from=None, holds_reply=True)
    write("toujours là")
    held.refresh_from_db()
    assert held.delivery == Delivery.QUEUED
    assert not Conversation.objects.get().holds_reply
