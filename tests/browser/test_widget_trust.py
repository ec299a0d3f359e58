"""What a customer's trust rests on: no script runs, every hand and eye can use it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.axe import serious_findings
from tests.browser.conftest import OpenWidget
from tests.browser.stand_in import StandIn, refuse
from tests.browser.widget_page import PHONE, Widget

pytestmark = pytest.mark.browser
DESKTOP: dict[str, Any] = {}
SCREENS = pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
TOO_SMALL = """() => [...document.querySelector('akwaba-chat').shadowRoot.querySelectorAll('button, textarea')]
  .map((target) => [target.outerHTML.slice(0, 80), target.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < 44 || box.height < 44))
  .map(([target, box]) => `${box.width}×${box.height} ${target}`)"""
TOO_WIDE = """() => [...document.querySelector('akwaba-chat').shadowRoot.querySelectorAll('.panel *')]
  .filter((part) => part.getBoundingClientRect().right > innerWidth + 1).map((part) => part.outerHTML.slice(0, 80))"""
HOSTILE = [
    '<img src=x onerror="window.pwned=1">',
    "<script>window.pwned=1</script>",
    "<svg/onload=window.pwned=1>",
    "[clic](javascript:window.pwned=1) javascript:window.pwned=1",
    "</div><style>*{display:none}</style>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_message_holds_is_shown_as_text(widget: Widget, stand_in: StandIn, text: str) -> None:
    file = {"name": text, "url": "javascript:window.pwned=1"}
    stand_in.push({"type": "delta", "reply": "r", "text": text})
    expect(widget.spoken).to_have_text(text)
    for author in ("bot", "agent", "system", text):
        stand_in.say(text, author, choices=[{"label": text, "value": text}], attachments=[file])
    stand_in.push({"type": "typing", "author": text, "on": True}, {"type": "handoff", "status": text, "position": text})
    widget.write(text)
    expect(widget.bubbles).to_have_text([text + text] * 4 + [text])
    assert widget.page.evaluate("window.pwned") is None
    assert widget.page.locator("[role=log] :is(img, script, style, a)").count() == 0


def test_only_addresses_of_the_house_become_links(widget: Widget, stand_in: StandIn) -> None:
    house = f"{stand_in.url}/recu?id=1"
    stand_in.say(
        f"Votre reçu : {house}. Pas https://ailleurs.example/wave ni http://{stand_in.url[7:]}@ailleurs.example/"
    )
    link = widget.log.get_by_role("link")
    expect(link).to_have_count(1)
    expect(link).to_have_text(house)
    expect(link).to_have_attribute("href", house)
    expect(link).to_have_attribute("rel", "noopener")


def fill_with_everything(widget: Widget, stand_in: StandIn) -> None:
    """One of each thing that can be on screen."""
    stand_in.say("Bonjour")
    widget.write("slt, g envoyé 20000")
    stand_in.say(f"Voici {stand_in.url}/recu", "agent")
    stand_in.say("Le dossier est clos", "system")
    expect(widget.page.get_by_text("Le dossier est clos")).to_be_visible()
    stand_in.answer = refuse("bad_message")
    widget.write("refusé")
    expect(widget.notice).to_be_visible()
    stand_in.say("C’est bien cela ?", choices=["Oui", "Non"])
    stand_in.push(
        {"type": "handoff", "status": "waiting", "position": 2}, {"type": "typing", "author": "agent", "on": True}
    )
    widget.input.fill("é" * 3_600)
    expect(widget.dots).to_be_visible()


@SCREENS
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    open_widget: OpenWidget, stand_in: StandIn, screen: dict[str, Any], scheme: str
) -> None:
    widget = open_widget(**screen, color_scheme=scheme, reduced_motion="reduce")
    assert serious_findings(widget.page) == []  # the greeting
    fill_with_everything(widget, stand_in)
    assert serious_findings(widget.page) == []
    widget.page.keyboard.press("Escape")
    stand_in.say("Une nouvelle")
    expect(widget.badge).to_be_visible()
    assert serious_findings(widget.page) == []


@SCREENS
def test_every_target_is_big_enough_for_a_thumb(
    open_widget: OpenWidget, stand_in: StandIn, screen: dict[str, Any]
) -> None:
    widget = open_widget(**screen, reduced_motion="reduce")
    assert widget.page.evaluate(TOO_SMALL) == []
    fill_with_everything(widget, stand_in)
    assert widget.page.evaluate(TOO_SMALL) == []


def test_nothing_sticks_out_of_a_small_screen(open_widget: OpenWidget, stand_in: StandIn) -> None:
    widget = open_widget(**PHONE, reduced_motion="reduce")
    stand_in.say("x" * 400)
    fill_with_everything(widget, stand_in)
    assert widget.page.evaluate(TOO_WIDE) == []
    assert widget.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_keyboard_alone_opens_writes_chooses_and_closes(open_widget: OpenWidget, stand_in: StandIn) -> None:
    widget = open_widget(opened=False)
    keyboard = widget.page.keyboard
    widget.page.get_by_role("link", name="Nous écrire").focus()
    keyboard.press("Tab")
    expect(widget.launcher).to_be_focused()
    expect(widget.launcher).to_have_attribute("aria-expanded", "false")
    keyboard.press("Enter")
    expect(widget.input).to_be_focused()
    expect(widget.launcher).to_have_attribute("aria-expanded", "true")
    widget.wait_for_line()
    stand_in.say("Oui ou non ?", choices=["Oui", "Non"])
    expect(widget.page.get_by_role("button", name="Non")).to_be_visible()
    keyboard.press("Shift+Tab")
    expect(widget.page.get_by_role("button", name="Non")).to_be_focused()
    keyboard.press("Space")
    expect(widget.input).to_be_focused()
    expect(widget.tick("Non")).to_be_visible()
    keyboard.press("Escape")
    expect(widget.dialog).to_be_hidden()
    expect(widget.launcher).to_be_focused()


def test_on_a_phone_the_keyboard_stays_in_the_dialog(open_widget: OpenWidget) -> None:
    widget = open_widget(**PHONE)
    for key in ("Tab", "Shift+Tab"):
        for _ in range(12):
            widget.page.keyboard.press(key)
            assert widget.page.evaluate("document.activeElement.localName") == "akwaba-chat"


def test_who_speaks_is_always_said_and_the_replay_is_not_read_out(open_widget: OpenWidget, stand_in: StandIn) -> None:
    stand_in.row("Bonjour", "customer")
    stand_in.row("Bonjour à vous", "bot")
    stand_in.row("Je suis Awa", "agent")
    widget = open_widget()
    expect(widget.bubbles).to_have_count(3)
    assert widget.page.locator("[role=log] .who").all_text_contents() == ["Vous", "Assistant", "Conseiller"]
    stand_in.go_down()
    expect(widget.log).to_have_attribute("aria-live", "off")
