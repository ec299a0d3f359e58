"""The search's door and what it shows: for staff alone, numbers masked, the found words marked, nothing kept."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from support.console.excerpts import around
from support.console.roles import sync_roles
from support.models import AuditEvent, Note
from support.search import index
from tests.support.journeys import write

URL = "/admin/file/search/"
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
Ask = Callable[..., Any]


@pytest.fixture
def people(db: None) -> Callable[..., User]:
    """Makes a member of staff in a role. Nothing here needs a real commit, which costs ten times as much."""
    sync_roles()

    def make(name: str, role: str = "agent", *, is_staff: bool = True) -> User:
        user = User.objects.create_user(name, is_staff=is_staff)
        if role:
            user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def ask(people: Callable[..., User]) -> Ask:
    client = Client()
    client.force_login(people("awa"))

    def ask(query: object, **more: object) -> Any:
        return client.post(URL, json.dumps({"q": query, **more}), content_type="application/json")

    return ask


def marked(excerpt: dict[str, Any]) -> list[str]:
    return [excerpt["text"][start:end] for start, end in excerpt["marks"]]


def test_a_row_says_who_where_and_around_which_words(ask: Ask) -> None:
    message = write("bonjour, rappelez Zébulon au 07 00 00 00 12 svp", display_name="Adjoua")
    index.index_due()
    [row] = ask("zebulon").json()["rows"]
    assert (row["id"], row["seq"]) == (str(message.conversation_id), 1)
    assert (row["customer"], row["channel_label"], row["owner_label"]) == ("Adjoua", "WhatsApp", "Assistant")
    assert row["excerpt"]["text"] == "bonjour, rappelez Zébulon au •••• 0012 svp"
    assert marked(row["excerpt"]) == ["Zébulon"]


@pytest.mark.parametrize("query", ["0700000012", "07 00 00 00 12", "00000012", "0012"])
def test_a_number_that_was_typed_whole_is_still_shown_masked(query: str, ask: Ask) -> None:
    write("rappelez le 07 00 00 00 12 svp")
    index.index_due()
    answer = ask(query)
    assert marked(answer.json()["rows"][0]["excerpt"]) == ["•••• 0012"]
    assert "00000012" not in answer.content.decode().replace(" ", "")


def test_what_is_in_no_message_says_where_it_is(ask: Ask) -> None:
    conversation = write("bonjour").conversation
    Note.objects.create(conversation=conversation, text="voir avec le partenaire au 0700000012", at=NOW)
    index.index_due()
    [row] = ask("partenaire").json()["rows"]
    assert (row["seq"], row["where"], marked(row["excerpt"])) == (0, "Note interne", ["partenaire"])
    assert "0700000012" not in row["excerpt"]["text"]
    [row] = ask("0700000001").json()["rows"]
    assert (row["where"], row["excerpt"]["text"]) == ("Fiche du client", "•••• 0001")


def test_a_word_only_the_assistant_reads_is_shown_as_it_reads_it(ask: Ask) -> None:
    write("mon larjan est bloqué")
    index.index_due()
    [row] = ask("argent").json()["rows"]
    assert (row["where"], marked(row["excerpt"])) == ("Lu par l'assistant", ["argent"])


def test_pages_follow_each_other_and_a_place_of_ones_own_making_is_refused(ask: Ask) -> None:
    for number in range(22):
        write("Zébulon", address=f"+22507000000{number:02d}")
    index.index_due()
    first = ask("zebulon").json()
    second = ask("zebulon", after=first["after"]).json()
    assert (len(first["rows"]), len(second["rows"]), second["after"]) == (20, 2, None)
    assert not {row["id"] for row in first["rows"]} & {row["id"] for row in second["rows"]}
    assert ask("zebulon", after="made up").status_code == 422


def test_stop_words_alone_find_nothing_and_say_so(ask: Ask) -> None:
    write("pas de le")
    index.index_due()
    assert ask("pas de le").json() == {"rows": [], "after": None, "empty": True}
    assert ask("").json() == {"rows": [], "after": None, "empty": False}


@pytest.mark.parametrize("query", [None, 3, "x" * 201, "\ud800", []])
def test_what_no_page_sends_is_refused(query: object, ask: Ask) -> None:
    assert ask(query).status_code == 422


def test_the_search_is_for_those_who_may_see_the_cases(people: Callable[..., User]) -> None:
    users = [
        None,
        people("customer", is_staff=False),
        people("newcomer", role=""),
        people("yao", role="auditor"),
    ]
    client = [Client() for _ in users]
    statuses = []
    for user, browser in zip(users, client, strict=True):
        if user:
            browser.force_login(user)
        statuses.append(browser.post(URL, b'{"q": "x"}', content_type="application/json").status_code)
    assert statuses == [401, 403, 403, 200]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(users[3])
    assert strict.post(URL, b'{"q": "x"}', content_type="application/json").status_code == 403
    assert client[3].get(URL).status_code == 405


def test_what_was_searched_for_is_neither_logged_nor_kept(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ask("0700000012 zebulon")
    assert "0700000012" not in caplog.text.replace(" ", "") and "zebulon" not in caplog.text
    assert not AuditEvent.objects.exists()


def test_more_rows_ask_the_database_no_more_often(ask: Ask) -> None:
    write("Zébulon aidez", address="+2250700000001")
    index.index_due()
    with CaptureQueriesContext(connection) as one:
        ask("zebulon aidez")
    for number in range(2, 15):
        write("Zébulon aidez", address=f"+22507000000{number:02d}")
    index.index_due()
    with CaptureQueriesContext(connection) as many:
        assert len(ask("zebulon aidez").json()["rows"]) == 14
    assert len(many) == len(one)


@pytest.mark.parametrize(
    ("text", "terms", "shown", "words"),
    [
        ("un mot ici", ["mot"], "un mot ici", ["mot"]),
        ("07 00 00 00 12 puis mot", ["mot"], "•••• 0012 puis mot", ["mot"]),
        ("a" * 60 + " puis un mot " + "b" * 200, ["mot"], "…puis un mot " + "b" * 168 + "…", ["mot"]),
        ("deux\nlignes", ["ligne"], "deux lignes", ["lignes"]),
        ("rien", ["mot"], "rien", []),
    ],
    ids=["plain", "after a mask", "far in", "lines", "not there"],
)
def test_an_excerpt_is_cut_around_the_first_word_found(
    text: str, terms: list[str], shown: str, words: list[str]
) -> None:
    excerpt = around(text, terms)
    assert excerpt.text == shown
    assert [excerpt.text[start:end] for start, end in excerpt.marks] == words
