"""Five seconds to think again: kept by the server, let go once, in order, and never by who lost the case."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from support import escalate, replying, tasks, undo
from support.models import Conversation, Message, PendingReply
from tests.support.console.test_actions import BrowserOf, Waiting, act, say
from tests.support.journeys import rings


@pytest.fixture(autouse=True)
def _five_seconds(settings: Any) -> None:
    settings.UNDO_SECONDS = 5.0


@pytest.fixture
def case(awa: User, waiting: Waiting) -> Conversation:
    """A case that awa has taken."""
    found = waiting()
    escalate.take(found.id, awa)
    return found


def replies(case: Conversation) -> list[str]:
    return [message.text for message in case.messages.filter(author="agent").order_by("seq")]


def let_time_pass() -> None:
    PendingReply.objects.update(due_at=timezone.now() - timedelta(seconds=10))


def test_a_reply_waits_five_seconds_and_leaves_though_the_tab_is_closed(
    awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    client_id = uuid.uuid4()
    answer = say(browser_of(awa), case, "Bonjour.", client_id)
    assert answer.status_code == 202 and answer.json()["pending"]["client_id"] == str(client_id)
    assert replies(case) == [] and undo.release(case.id) == 0
    assert ("support.tasks.release_replies", str(case.id)) in rings("delivery")
    let_time_pass()
    tasks.release_replies(str(case.id))
    assert replies(case) == ["Bonjour."] and not PendingReply.objects.exists()


def test_the_same_reply_again_is_one_reply_before_and_after_it_left(
    awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    browser, client_id = browser_of(awa), uuid.uuid4()
    assert [say(browser, case, "Bonjour.", client_id).status_code for _ in range(2)] == [202, 202]
    let_time_pass()
    undo.release(case.id)
    assert say(browser, case, "Bonjour.", client_id).status_code == 201
    assert replies(case) == ["Bonjour."]


def test_undoing_gives_the_text_back_and_nothing_leaves(awa: User, case: Conversation, browser_of: BrowserOf) -> None:
    browser, client_id = browser_of(awa), uuid.uuid4()
    say(browser, case, "Trop vite", client_id)
    answer = act(browser, case, "undo", {"client_id": str(client_id)})
    assert answer.status_code == 200 and answer.json()["text"] == "Trop vite"
    let_time_pass()
    assert undo.release(case.id) == 0 and replies(case) == []
    assert act(browser, case, "undo", {"client_id": str(client_id)}).status_code == 409


def test_a_colleague_cannot_undo_it(awa: User, koffi: User, case: Conversation, browser_of: BrowserOf) -> None:
    client_id = uuid.uuid4()
    undo.hold(case.id, awa, "à moi", client_id)
    assert act(browser_of(koffi), case, "undo", {"client_id": str(client_id)}).status_code == 409
    assert PendingReply.objects.count() == 1


def test_several_leave_in_the_order_they_were_written(awa: User, case: Conversation) -> None:
    for text in ("un", "deux", "trois"):
        undo.hold(case.id, awa, text, uuid.uuid4())
    let_time_pass()
    assert undo.release(case.id) == 3
    assert replies(case) == ["un", "deux", "trois"]


@pytest.mark.parametrize("end", [escalate.hand_back, escalate.close])
def test_what_was_said_leaves_before_the_case_does(
    end: Callable[[uuid.UUID, User], None], awa: User, case: Conversation
) -> None:
    undo.hold(case.id, awa, "Voilà, c'est réglé.", uuid.uuid4())
    end(case.id, awa)
    assert replies(case) == ["Voilà, c'est réglé."] and not PendingReply.objects.exists()


def test_who_lost_the_case_in_between_sends_nothing_and_is_told_why(
    awa: User, koffi: User, case: Conversation, browser_of: BrowserOf
) -> None:
    client_id = uuid.uuid4()
    undo.hold(case.id, awa, "encore moi", client_id)
    Conversation.objects.filter(id=case.id).update(agent=koffi)  # by a way that did not let the reply go first
    let_time_pass()
    assert undo.release(case.id) == 0 and replies(case) == []
    assert [each["refused"] for each in undo.shown(case.id, awa)] == [replying.REFUSED_LATE]
    assert undo.shown(case.id, koffi) == []
    assert act(browser_of(awa), case, "undo", {"client_id": str(client_id)}).json()["text"] == "encore moi"


def test_a_refused_reply_can_be_tried_again_by_who_has_the_case_back(awa: User, case: Conversation) -> None:
    client_id = uuid.uuid4()
    undo.hold(case.id, awa, "encore moi", client_id)
    PendingReply.objects.update(refused="x")
    undo.hold(case.id, awa, "encore moi", client_id)
    let_time_pass()
    assert undo.release(case.id) == 1 and replies(case) == ["encore moi"]


def test_the_sweeper_rings_for_what_no_doorbell_let_go(awa: User, case: Conversation) -> None:
    from support import redis_client

    undo.hold(case.id, awa, "oubliée", uuid.uuid4())
    redis_client.connection().delete("akwaba:delivery")
    tasks.sweep()
    assert ("support.tasks.release_replies", str(case.id)) not in rings("delivery")
    let_time_pass()
    tasks.sweep()
    assert ("support.tasks.release_replies", str(case.id)) in rings("delivery")


def test_of_undo_and_release_exactly_one_wins(awa: User, case: Conversation) -> None:
    """Twenty replies, each undone and let go at the same instant: taken back or sent, never both and never neither."""
    outcomes = []

    def take_back(client_id: uuid.UUID) -> bool:
        try:
            undo.undo(case.id, awa, client_id)
        except escalate.EscalationError:
            return False
        finally:
            connection.close()
        return True

    def let_go(_: uuid.UUID) -> int:
        try:
            return undo.release(case.id)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            client_id = uuid.uuid4()
            undo.hold(case.id, awa, "course", client_id)
            let_time_pass()
            undone, released = pool.submit(take_back, client_id), pool.submit(let_go, client_id)
            outcomes.append((undone.result(), released.result()))
            assert Message.objects.filter(client_id=client_id).count() == released.result()
    assert set(outcomes) <= {(True, 0), (False, 1)} and not PendingReply.objects.exists()


def test_a_gap_left_open_blocks_the_reply(awa: User, case: Conversation, browser_of: BrowserOf) -> None:
    answer = say(browser_of(awa), case, "Vos [montant ?] arrivent.")
    assert answer.status_code == 422 and "[montant ?]" in answer.json()["detail"]
    assert not PendingReply.objects.exists()
