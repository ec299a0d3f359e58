"""A reply being spoken: words appear as they come, the stored message takes their place, nothing old lingers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWidget
from tests.browser.stand_in import Frame, StandIn
from tests.browser.widget_page import WATCH_THE_LOG, Widget

pytestmark = pytest.mark.browser
TEXT = "Votre dossier est ouvert. L’équipe technique le traite en 24 à 48 h ; ne renvoyez pas le transfert entre-temps."

# Every text the reply being spoken goes through.
WATCH_THE_WORDS = """() => {
  window.seen = [];
  const live = document.querySelector('akwaba-chat').shadowRoot.querySelector('.scroll > [aria-hidden]');
  const look = () => { const text = live.querySelector('.bubble')?.textContent; if (text) seen.push(text); };
  new MutationObserver(look).observe(live, { childList: true, subtree: true });
}"""


def delta(text: str, reply: str = "r1") -> Frame:
    return {"type": "delta", "reply": reply, "text": text}


def test_words_appear_before_the_reply_is_stored(widget: Widget, stand_in: StandIn) -> None:
    stand_in.push(delta("Votre dossier "), delta("est ouvert."))
    expect(widget.spoken).to_have_text("Votre dossier est ouvert.")
    expect(widget.bubbles).to_have_count(0)


def test_the_stored_message_replaces_the_words_once(widget: Widget, stand_in: StandIn) -> None:
    stand_in.push(delta(TEXT[:40]), delta(TEXT[40:70]))
    stand_in.say(TEXT, replaces="r1", choices=["Merci"])
    expect(widget.bubbles).to_have_text([TEXT])
    expect(widget.spoken).to_have_count(0)
    expect(widget.page.get_by_role("button", name="Merci")).to_be_visible()


def test_a_stored_message_that_says_something_else_wins_over_the_words(widget: Widget, stand_in: StandIn) -> None:
    stand_in.push(delta("Votre remboursement est "))
    stand_in.say("Un conseiller va vous répondre.", replaces="r1")
    expect(widget.bubbles).to_have_text(["Un conseiller va vous répondre."])
    expect(widget.spoken).to_have_count(0)


def test_a_screen_reader_is_told_a_reply_once_and_whole(open_widget: OpenWidget, stand_in: StandIn) -> None:
    widget = open_widget(script=WATCH_THE_LOG)
    expect(widget.log).to_have_attribute("aria-live", "polite")
    for word in TEXT.split(" "):
        stand_in.push(delta(word + " "))
    stand_in.say(TEXT + " ", replaces="r1")
    widget.write("merci")
    expect(widget.tick("merci")).to_have_accessible_name("Envoyé")
    stand_in.say("Avec plaisir.")
    expect(widget.bubbles).to_have_count(3)
    expect(widget.tick("merci")).to_have_accessible_name("Lu")
    assert widget.page.evaluate("announced") == [TEXT + " ", "merci", "Avec plaisir."]


def test_another_reply_drops_the_unfinished_one_and_its_late_words(widget: Widget, stand_in: StandIn) -> None:
    stand_in.push(
        delta("Ancienne rép", "old"), delta("Nouvelle ", "new"), delta("onse", "old"), delta("réponse", "new")
    )
    expect(widget.spoken).to_have_text(["Nouvelle réponse"])
    stand_in.say("Nouvelle réponse.", replaces="new")
    stand_in.push(delta(" en retard", "new"))
    stand_in.say("fin")
    expect(widget.bubbles).to_have_text(["Nouvelle réponse.", "fin"])
    expect(widget.spoken).to_have_count(0)


def test_two_replies_in_a_row_keep_their_order(widget: Widget, stand_in: StandIn) -> None:
    stand_in.push(delta("Un, deux, ", "a"))
    stand_in.say("Un, deux, trois.", replaces="a")
    stand_in.push(delta("Quatre, ", "b"))
    stand_in.say("Quatre, cinq.", replaces="b")
    stand_in.say("Six.")
    expect(widget.bubbles).to_have_text(["Un, deux, trois.", "Quatre, cinq.", "Six."])


def test_a_person_who_joins_silences_the_assistant(widget: Widget, stand_in: StandIn) -> None:
    stand_in.push(delta("Je vais vous"), {"type": "handoff", "status": "joined"}, delta(" rembourser"))
    stand_in.say("Bonjour, ici Awa.", "agent")
    expect(widget.bubbles).to_have_text(["Bonjour, ici Awa."])
    expect(widget.spoken).to_have_count(0)


def test_words_lost_with_the_line_never_leave_a_broken_sentence(widget: Widget, stand_in: StandIn) -> None:
    stand_in.push(delta("Un "))
    expect(widget.spoken).to_have_text("Un ")
    stand_in.cut()
    expect(widget.page.locator(".state.up")).to_have_count(0)
    widget.wait_for_line()
    stand_in.push(delta("trois "))  # "deux" went down with the line
    stand_in.push({"type": "handoff", "status": "waiting", "position": 2})
    expect(widget.banner).to_be_visible()
    expect(widget.spoken).to_have_text("Un ")
    stand_in.say("Un deux trois", replaces="r1")
    expect(widget.bubbles).to_have_text(["Un deux trois"])


def test_a_reply_finished_while_the_line_was_down_is_whole_after_it(widget: Widget, stand_in: StandIn) -> None:
    stand_in.push(delta(TEXT[:30]))
    expect(widget.spoken).to_be_visible()
    stand_in.go_down()
    stand_in.row(TEXT, "bot", replaces="r1")
    stand_in.come_back()
    expect(widget.bubbles).to_have_text([TEXT], timeout=15_000)
    expect(widget.spoken).to_have_count(0)


def test_a_closed_chat_still_gets_the_whole_reply(widget: Widget, stand_in: StandIn) -> None:
    widget.page.keyboard.press("Escape")
    stand_in.push(delta(TEXT[:30]))
    stand_in.say(TEXT, replaces="r1")
    expect(widget.badge).to_have_text("1")
    widget.launcher.click()
    expect(widget.bubbles).to_have_text([TEXT])


def test_with_reduced_motion_words_do_not_trickle(open_widget: OpenWidget, stand_in: StandIn) -> None:
    widget = open_widget(reduced_motion="reduce")
    widget.page.evaluate(WATCH_THE_WORDS)
    stand_in.push(delta(TEXT))
    expect(widget.spoken).to_have_text(TEXT)
    assert set(widget.page.evaluate("seen")) == {TEXT}


def test_with_motion_words_trickle_and_are_never_cut_in_two(widget: Widget, stand_in: StandIn) -> None:
    widget.page.evaluate(WATCH_THE_WORDS)
    stand_in.push(delta(TEXT))
    expect(widget.spoken).to_have_text(TEXT)
    steps = set(widget.page.evaluate("seen"))
    assert len(steps) > 4
    assert all(TEXT.startswith(step) for step in steps)
    assert all(" " in (TEXT + " ")[len(step) - 1 : len(step) + 1] for step in steps)
