"""What the queue says of each case, and that a longer queue asks the database no more often."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from support import escalate, statuses
from support.console import selectors
from support.models import Channel, Conversation, Status
from tests.support.journeys import write

Waiting = Callable[..., Conversation]


def row_of(case: Conversation) -> dict[str, Any]:
    return next(row for row in selectors.queue() if row["id"] == str(case.id))


def test_the_most_urgent_and_the_longest_waiting_come_first(waiting: Waiting) -> None:
    first_normal = waiting(address="+2250700000001")
    second_normal = waiting(address="+2250700000002")
    low = waiting(address="+2250700000003", priority="low")
    urgent = waiting(address="+2250700000004", priority="urgent", reason="wrong_recipient")
    wanted = [urgent, first_normal, second_normal, low]
    assert [row["id"] for row in selectors.queue()] == [str(case.id) for case in wanted]


def test_a_row_says_why_who_and_what_in_french_and_shows_no_whole_number(waiting: Waiting) -> None:
    case = waiting("rappelez moi au 07 00 00 00 12\nsvp", reason="anger", priority="high")
    row = row_of(case)
    assert (row["reason"], row["priority_label"], row["channel_label"]) == ("Colère", "Haute", "WhatsApp")
    assert row["customer"] == "•••• 0001"
    assert row["excerpt"] == "rappelez moi au •••• 0012 svp"
    assert row["agent"] is None and row["state"] == "Nouvelle"
    assert row["since"] and row["due"] > row["since"]


def test_a_picture_without_words_is_named_by_its_kind(waiting: Waiting) -> None:
    assert row_of(waiting("", kind="image"))["excerpt"] == "Image"


def test_a_long_message_is_cut(waiting: Waiting) -> None:
    excerpt = row_of(waiting("x" * 4000))["excerpt"]
    assert len(excerpt) == selectors.EXCERPT_CHARACTERS and excerpt.endswith("…")


def test_the_name_a_customer_chose_is_shown_without_the_numbers_in_it(waiting: Waiting) -> None:
    assert row_of(waiting(display_name="Adjoua 0700000012"))["customer"] == "Adjoua •••• 0012"


def test_after_the_reply_nothing_is_due_until_the_customer_writes_again(awa: User, waiting: Waiting) -> None:
    case = waiting()
    escalate.take(case.id, awa)
    assert row_of(case)["state"] == "Prise, sans réponse"
    escalate.reply(case.id, awa, "bonjour", uuid.uuid4())
    answered = row_of(case)
    assert (answered["due_label"], answered["since"], answered["unanswered"]) == ("résolution", None, 0)
    assert answered["state"] == "Répondu" and answered["agent"] == {"id": awa.pk, "name": "Awa"}
    statuses.set_status(case.id, awa, Status.PENDING)
    assert (row_of(case)["due"], row_of(case)["due_label"]) == (None, ""), (
        "its clock rests while the customer is awaited"
    )
    write("merci, et alors ?")
    write("allo")
    asked = row_of(case)
    assert (asked["unanswered"], asked["state"]) == (2, "Le client attend") and asked["since"]


def test_a_case_given_back_leaves_the_queue(awa: User, waiting: Waiting) -> None:
    case = waiting()
    escalate.take(case.id, awa)
    escalate.hand_back(case.id, awa)
    assert selectors.queue() == []


@pytest.mark.parametrize("size", [1, 12])
def test_the_number_of_queries_does_not_grow(
    size: int, waiting: Waiting, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(size):
        waiting(address=f"visitor:{number}", channel=Channel.WEB)
    with django_assert_num_queries(3):
        assert len(selectors.queue()) == size
