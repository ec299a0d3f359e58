"""The widget as a customer meets it: one tag on a page, open, write, read, close, in two languages and on a phone."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWidget
from tests.browser.stand_in import STATIC, StandIn, refuse, say_nothing, store_it
from tests.browser.widget_page import PHONE, Widget

pytestmark = pytest.mark.browser
CHOICES = [{"label": "Oui, c’est cela", "value": "oui"}, {"label": "Non, je corrige", "value": "non"}]


def test_it_weighs_at_most_15_kilobytes_on_the_wire() -> None:
    files = [STATIC / "widget.js", *(STATIC / "widget").rglob("*.js")]
    assert sum(len(gzip.compress(file.read_bytes(), 9)) for file in files if file.exists()) <= 15_000


def test_one_script_tag_is_enough_under_a_strict_policy_and_nothing_else_is_fetched(open_widget: OpenWidget) -> None:
    widget = open_widget(opened=False)
    fetched: list[str] = []
    widget.page.on("request", lambda request: fetched.append(request.url.removeprefix(widget.server.url)))
    widget.page.reload()
    expect(widget.launcher).to_have_accessible_name("Ouvrir la discussion")
    widget.open()
    expect(widget.dialog).to_have_accessible_name("EasyTransfert")
    assert [url for url in fetched if "favicon" not in url] == ["/", "/static/widget.js", "/api/v1/sessions"]
    assert widget.problems == []


def test_no_session_is_opened_before_the_customer_opens_the_chat(open_widget: OpenWidget, stand_in: StandIn) -> None:
    widget = open_widget(opened=False)
    expect(widget.launcher).to_be_visible()
    assert stand_in.sessions == []
    widget.open()
    assert stand_in.sessions == [{"brand": "easytransfert"}]


def test_on_another_site_it_talks_to_the_server_its_script_came_from(
    open_widget: OpenWidget, stand_in: StandIn
) -> None:
    with StandIn() as site:
        sources = f"{stand_in.url} {stand_in.url.replace('http', 'ws')}"
        site.csp = f"default-src 'none'; script-src {stand_in.url}; connect-src {sources}"
        tag = f'<script src="{stand_in.url}/static/widget.js" data-brand="x" data-locale="en"></script>'
        site.pages["/"] = f"<!doctype html><title>Autre</title><body>{tag}"
        widget = open_widget(opened=False)
        widget.page.goto(site.url)
        widget.open()
        widget.write("hello")
        expect(widget.tick("hello")).to_have_accessible_name("Sent")
        assert site.sessions == []


def test_the_element_can_be_placed_by_hand(open_widget: OpenWidget, stand_in: StandIn) -> None:
    stand_in.pages["/main"] = (
        '<!doctype html><html><title>Main</title><script src="/static/widget.js" defer></script>'
        '<body><akwaba-chat brand="demo" locale="en" heading="Help desk" '
        'identity="u1" identity-hmac="proof" open></akwaba-chat>'
    )
    widget = open_widget(opened=False)
    widget.visit("/main")
    expect(widget.dialog).to_have_accessible_name("Help desk")
    expect(widget.input).to_have_accessible_name("Your message")
    widget.wait_for_line()
    assert stand_in.sessions == [{"brand": "demo", "identity": "u1", "identity_hmac": "proof"}]


@pytest.mark.parametrize(
    ("lang", "greeting"), [("fr", "Bonjour et akwaba"), ("en-GB", "Hello and akwaba"), ("ar", "Bonjour et akwaba")]
)
def test_it_speaks_the_language_of_the_page(
    open_widget: OpenWidget, stand_in: StandIn, lang: str, greeting: str
) -> None:
    tag = '<script src="/static/widget.js" data-brand="x" defer></script>'
    stand_in.pages["/"] = f'<!doctype html><html lang="{lang}"><title>P</title>{tag}'
    expect(open_widget().dialog).to_contain_text(greeting)


def test_enter_sends_and_shift_enter_starts_a_line(widget: Widget, stand_in: StandIn) -> None:
    widget.input.fill("une")
    widget.input.press("Shift+Enter")
    widget.input.press_sequentially("deux")
    assert stand_in.sends() == []
    widget.input.press("Enter")
    expect(widget.tick("une\ndeux")).to_have_accessible_name("Envoyé")
    expect(widget.input).to_have_value("")
    assert [frame["text"] for frame in stand_in.sends()] == ["une\ndeux"]


def test_enter_that_ends_a_composed_character_does_not_send(widget: Widget, stand_in: StandIn) -> None:
    widget.input.fill("pas encore")
    widget.input.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    widget.input.press_sequentially(" fini")
    widget.input.press("Enter")
    expect(widget.tick("pas encore fini")).to_be_visible()
    assert [frame["text"] for frame in stand_in.sends(1)] == ["pas encore fini"]


def test_blank_messages_are_not_sent(widget: Widget, stand_in: StandIn) -> None:
    widget.write("   \n ")
    widget.write("vrai")
    expect(widget.tick("vrai")).to_be_visible()
    assert [frame["text"] for frame in stand_in.sends(1)] == ["vrai"]


def test_the_composer_grows_from_one_to_five_lines_and_then_scrolls(widget: Widget) -> None:
    heights = []
    for lines in (1, 2, 5, 9):
        widget.input.fill("\n".join("abc" for _ in range(lines)))
        heights.append(widget.input.evaluate("box => box.offsetHeight"))
    one, two, five, nine = heights
    line = two - one
    assert 18 < line < 32
    assert five == pytest.approx(one + 4 * line, abs=3)
    assert nine == pytest.approx(five, abs=line / 2)


def test_ticks_go_from_waiting_to_sent_to_read(widget: Widget, stand_in: StandIn) -> None:
    stand_in.answer = say_nothing
    widget.write("bonjour")
    expect(widget.tick("bonjour")).to_have_accessible_name("En attente")
    stand_in.say("bonjour", "customer", client_id=stand_in.sends(1)[0]["client_id"])
    expect(widget.tick("bonjour")).to_have_accessible_name("Envoyé")
    stand_in.push({"type": "typing", "author": "agent", "on": True})
    expect(widget.tick("bonjour")).to_have_accessible_name("Lu")
    expect(widget.bubbles).to_have_count(1)


def test_a_secret_that_the_server_masked_is_masked_on_screen_too(widget: Widget, stand_in: StandIn) -> None:
    stand_in.answer = say_nothing
    widget.write("mon code est 0000")
    expect(widget.bubbles).to_have_text(["mon code est 0000"])
    stand_in.say("mon code est ••••", "customer", client_id=stand_in.sends(1)[0]["client_id"])
    expect(widget.bubbles).to_have_text(["mon code est ••••"])


def test_typing_dots_come_and_go(widget: Widget, stand_in: StandIn) -> None:
    stand_in.push({"type": "typing", "author": "bot", "on": True})
    expect(widget.dots).to_be_visible()
    stand_in.push({"type": "typing", "author": "bot", "on": False})
    expect(widget.dots).to_have_count(0)
    stand_in.push({"type": "typing", "author": "agent", "on": True})
    expect(widget.dots).to_be_visible()
    stand_in.say("Me voici", "agent")
    expect(widget.dots).to_have_count(0)
    stand_in.push({"type": "typing", "author": "customer", "on": True})
    stand_in.say("Encore", "agent")
    expect(widget.bubbles).to_have_count(2)
    expect(widget.dots).to_have_count(0)


def test_the_customers_typing_is_told_but_not_at_every_key(widget: Widget, stand_in: StandIn) -> None:
    widget.input.press_sequentially("je tape une phrase")
    widget.input.press("Enter")
    expect(widget.tick("je tape")).to_be_visible()
    assert len([frame for frame in stand_in.heard if frame["type"] == "typing"]) == 1


def test_a_closed_chat_counts_what_was_not_read_and_opening_it_tells_the_server(
    widget: Widget, stand_in: StandIn
) -> None:
    widget.page.keyboard.press("Escape")
    stand_in.say("Une nouvelle")
    stand_in.say("Et une autre", "agent")
    stand_in.say("Le dossier est clos", "system")
    expect(widget.badge).to_have_text("2")
    expect(widget.page).to_have_title("(2) Boutique")
    expect(widget.launcher).to_have_accessible_name("Ouvrir la discussion, 2 messages non lus")
    widget.visit()
    expect(widget.badge).to_have_text("2")  # also after a page change
    widget.open()
    expect(widget.badge).to_be_hidden()
    expect(widget.page).to_have_title("Boutique")
    widget.write("vu")
    expect(widget.tick("vu")).to_be_visible()
    assert max(frame["seq"] for frame in stand_in.heard if frame["type"] == "read") >= 3


def test_choices_are_buttons_and_only_the_last_ones_can_be_taken(widget: Widget, stand_in: StandIn) -> None:
    stand_in.say("C’est bien cela ?", choices=CHOICES)
    widget.page.get_by_role("button", name="Oui, c’est cela").click()
    expect(widget.tick("oui")).to_be_visible()
    expect(widget.page.get_by_role("button", name="Oui, c’est cela")).to_be_hidden()
    expect(widget.input).to_be_focused()
    assert [frame["text"] for frame in stand_in.sends(1)] == ["oui"]


def test_a_digit_answers_choices_and_is_only_a_digit_without_them(widget: Widget, stand_in: StandIn) -> None:
    asked = [("Bien cela ?", CHOICES, "3"), ("Encore ?", CHOICES, "2"), ("Combien ?", [], "1")]
    for turn, (question, choices, digit) in enumerate(asked, start=1):
        stand_in.say(question, choices=choices)
        expect(widget.bubbles.last).to_have_text(question)
        widget.write(digit)
        stand_in.sends(turn)
    assert [frame["text"] for frame in stand_in.sends()] == ["3", "non", "1"]


def test_a_greeting_offers_first_words_and_leaves_with_the_first_message(widget: Widget, stand_in: StandIn) -> None:
    widget.page.get_by_role("button", name=re.compile("Où en est mon dossier")).click()
    expect(widget.tick("Où en est mon dossier")).to_be_visible()
    expect(widget.page.get_by_text("Bonjour et akwaba")).to_be_hidden()


def test_a_handoff_shows_the_place_in_the_queue_then_the_person_then_leaves(widget: Widget, stand_in: StandIn) -> None:
    stand_in.push({"type": "handoff", "status": "waiting", "position": 3})
    expect(widget.banner).to_contain_text("Vous êtes 3ᵉ dans la file")
    stand_in.push({"type": "handoff", "status": "waiting", "position": 1})
    expect(widget.banner).to_contain_text("Vous êtes le prochain")
    stand_in.push({"type": "handoff", "status": "joined"})
    expect(widget.banner).to_contain_text("Un conseiller a rejoint")
    expect(widget.page.locator(".state")).to_have_text("Un conseiller vous répond")
    stand_in.push({"type": "handoff", "status": "ended"})
    expect(widget.banner).to_contain_text("L’assistant reprend")
    expect(widget.page.locator(".state")).to_have_text("Répond tout de suite")


def test_days_are_told_apart(widget: Widget, stand_in: StandIn) -> None:
    now = datetime.now(UTC)
    for days in (30, 1, 0, 0):
        stand_in.say(f"il y a {days}", at=(now - timedelta(days=days)).isoformat())
    lines = widget.page.locator(".day")
    expect(lines).to_have_count(3)
    assert [text.lower() for text in lines.all_inner_texts()][1:] == ["hier", "aujourd’hui"]


def test_reading_further_up_is_not_disturbed_by_news(widget: Widget, stand_in: StandIn) -> None:
    for i in range(40):
        stand_in.say(f"ligne {i}")
    expect(widget.page.get_by_text("ligne 39")).to_be_in_viewport()
    widget.page.locator(".scroll").evaluate("box => box.scrollTo(0, 0)")
    expect(widget.page.get_by_text("ligne 0", exact=True)).to_be_in_viewport()
    stand_in.say("une nouvelle")
    widget.page.get_by_role("button", name="Dernier message").click()
    expect(widget.page.get_by_text("une nouvelle")).to_be_in_viewport()
    expect(widget.page.get_by_role("button", name="Dernier message")).to_be_hidden()


def test_any_element_of_the_page_can_open_it_with_first_words(open_widget: OpenWidget) -> None:
    widget = open_widget(opened=False)
    link = widget.page.get_by_role("link", name="Nous écrire")
    link.click()
    expect(widget.input).to_have_value("Bonjour, une question")
    expect(widget.input).to_be_focused()
    widget.page.keyboard.press("Escape")
    expect(link).to_be_focused()


def test_a_draft_survives_a_page_change(widget: Widget) -> None:
    widget.input.fill("pas encore fini")
    widget.visit()
    widget.open()
    expect(widget.input).to_have_value("pas encore fini")


def test_a_message_over_the_limit_is_kept_counted_and_not_sent(widget: Widget, stand_in: StandIn) -> None:
    widget.input.fill("é" * 3_400)
    expect(widget.page.locator(".count")).to_be_hidden()
    widget.input.fill("🙏" * 4_001)  # counted as the server counts, not in UTF-16
    expect(widget.page.locator(".count")).to_have_text("4001 / 4000")
    widget.input.press("Enter")
    expect(widget.notice).to_contain_text("trop long")
    assert stand_in.sends() == []
    widget.input.fill("🙏" * 4_000)
    widget.input.press("Enter")
    expect(widget.tick("🙏")).to_be_visible()
    assert len(stand_in.sends(1)[0]["text"]) == 4_000


@pytest.mark.parametrize("code", ["bad_message", "too_long"])
def test_a_refused_message_can_be_tried_again_or_deleted(widget: Widget, stand_in: StandIn, code: str) -> None:
    stand_in.answer = refuse(code)
    widget.write("refusé")
    expect(widget.page.get_by_text("Non envoyé")).to_be_visible()
    expect(widget.notice).to_be_visible()
    widget.page.get_by_role("button", name="Réessayer").click()
    expect(widget.page.get_by_text("Non envoyé")).to_be_visible()
    widget.write("deuxième")
    expect(widget.page.get_by_text("Non envoyé")).to_have_count(2)
    widget.page.get_by_role("button", name="Supprimer").last.click()
    expect(widget.bubbles).to_have_text(["refusé"])
    stand_in.answer = store_it
    widget.page.get_by_role("button", name="Réessayer").click()
    expect(widget.tick("refusé")).to_have_accessible_name("Envoyé")
    assert len({frame["client_id"] for frame in stand_in.sends()}) == 2


def test_writing_too_fast_is_told_with_a_countdown_and_sent_afterwards(widget: Widget, stand_in: StandIn) -> None:
    stand_in.answer = refuse("rate_limited", retry_after=2)
    widget.write("un peu vite")
    expect(widget.notice).to_contain_text("reprend dans 2 s")
    stand_in.answer = store_it
    expect(widget.tick("un peu vite")).to_have_accessible_name("Envoyé")
    expect(widget.notice).to_be_hidden()
    assert len(stand_in.rows) == 1


def test_on_a_phone_it_takes_the_whole_screen_and_gives_it_back(open_widget: OpenWidget) -> None:
    widget = open_widget(**PHONE, reduced_motion="reduce")
    assert widget.dialog.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
    expect(widget.dialog).to_have_attribute("aria-modal", "true")
    expect(widget.launcher).to_be_hidden()
    widget.page.set_viewport_size({"width": 360, "height": 420})  # what an on-screen keyboard leaves
    expect(widget.input).to_be_in_viewport(ratio=1)
    expect(widget.page.get_by_role("button", name="Envoyer")).to_be_in_viewport(ratio=1)
    widget.page.get_by_role("button", name="Fermer la discussion").click()
    expect(widget.launcher).to_be_visible()
