"""The simulator in a real browser, before the whole running house: a customer's phone, end to end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from support.models import Delivery, Message
from tests.browser import axe
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
SECONDS = 15_000


@pytest.fixture
def open_phone(house: House, new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Opens the page; at the end, nothing may have gone wrong in it."""
    problems: list[str] = []

    def open_it(**options: object) -> Page:
        page = new_context(**options).new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if is_problem(line) else None)
        page.goto(f"{house.url}/simulator/")
        expect(page.get_by_role("button", name="Awa")).to_be_visible()
        return page

    yield open_it
    assert problems == []


def is_problem(line: ConsoleMessage) -> bool:
    """An error that is none of the server's honest refusals, which the browser also writes down."""
    return line.type == "error" and "status of 400" not in line.text


def write(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_label("Message", exact=True).press("Enter")


def bubbles(page: Page) -> Locator:
    return page.locator(".bubble:not(.pending)")


def answers(page: Page) -> Locator:
    return page.locator(".bubble:not(.mine)")


def test_a_customer_writes_and_is_answered_and_the_house_knows_that_it_was_read(open_phone):
    page = open_phone()
    write(page, "bonjour")
    expect(answers(page).first).to_be_visible(timeout=SECONDS)
    expect(answers(page).first.get_by_role("img", name="lu")).to_be_visible(timeout=SECONDS)
    assert Message.objects.get(author="bot").delivery == Delivery.READ
    assert Message.objects.get(author="customer").text == "bonjour"


def test_a_reload_shows_the_same_phone_again(open_phone):
    page = open_phone()
    page.get_by_role("button", name="Koffi").click()
    write(page, "bonjour")
    expect(answers(page).first).to_be_visible(timeout=SECONDS)
    before = page.locator(".bubble p").all_text_contents()
    page.reload()
    expect(bubbles(page).nth(1)).to_be_visible()
    assert page.locator(".bubble p").all_text_contents() == before
    expect(page.locator("#bar-owner")).to_have_text("Koffi · 07 00 00 00 02")


def test_every_phone_has_its_own_conversation_and_unread_answers_show(open_phone):
    page = open_phone()
    write(page, "bonjour")
    page.get_by_role("button", name="Mariam").click()
    expect(page.locator("#bar-owner")).to_contain_text("Mariam")
    expect(bubbles(page)).to_have_count(0)
    expect(page.locator("#contacts button", has_text="Awa").locator(".badge")).to_be_visible(timeout=SECONDS)
    page.get_by_role("button", name="Awa").click()
    expect(answers(page).first).to_be_visible()
    expect(page.locator(".badge")).to_have_count(0, timeout=SECONDS)


def test_a_phone_that_is_off_receives_when_it_comes_back(open_phone):
    page = open_phone()
    page.get_by_label("En ligne").uncheck()
    write(page, "bonjour")
    expect(page.get_by_text("Hors ligne : 1 message attend.")).to_be_visible(timeout=SECONDS)
    expect(answers(page)).to_have_count(0)
    assert Message.objects.get(author="bot").delivery == Delivery.SENT
    page.get_by_label("En ligne").check()
    expect(answers(page).first).to_be_visible(timeout=SECONDS)


def test_without_read_receipts_it_stays_delivered(open_phone):
    page = open_phone()
    page.get_by_label("Accusés de lecture").uncheck()
    write(page, "bonjour")
    expect(answers(page).first.get_by_role("img", name="remis")).to_be_visible(timeout=SECONDS)
    page.wait_for_timeout(2_500)
    assert Message.objects.get(author="bot").delivery == Delivery.DELIVERED


def test_a_picture_is_sent_and_kept(open_phone):
    page = open_phone()
    page.get_by_role("button", name="Joindre une image").click()
    page.get_by_role("button", name="Reçu EasyTransfert").click()
    picture = bubbles(page).first.locator("img")
    expect(picture).to_be_visible()
    page.wait_for_function("document.querySelector('.bubble:not(.pending) img')?.naturalWidth === 360")
    row = Message.objects.get(author="customer")
    assert row.kind == "image"
    assert row.attachments[0]["content_type"] == "image/png"


def test_a_file_that_is_no_picture_is_refused_in_words(open_phone):
    page = open_phone()
    page.get_by_role("button", name="Joindre une image").click()
    page.locator("#file").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"<script>"})
    expect(page.get_by_text("Seules les images PNG et JPEG peuvent être envoyées.")).to_be_visible()
    assert not Message.objects.exists()


def test_time_moves_past_the_window_and_back(open_phone):
    page = open_phone()
    write(page, "bonjour")
    expect(answers(page).first).to_be_visible(timeout=SECONDS)
    expect(page.get_by_text("Ouverte encore", exact=False)).to_be_visible(timeout=SECONDS)
    page.get_by_role("button", name="+ 24 h 1 min").click()
    expect(page.get_by_text("Fermée : seul un modèle approuvé passe.")).to_be_visible()
    expect(page.get_by_text("En avance de 24 h 01.")).to_be_visible()
    page.get_by_role("button", name="Remettre à l’heure").click()
    expect(page.get_by_text("À l’heure de la machine.")).to_be_visible()


def test_script_in_a_message_is_only_text(open_phone):
    page = open_phone()
    write(page, "<img src=x onerror=\"document.title='pris'\"><script>document.title='pris'</script>")
    expect(page.locator(".bubble.mine:not(.pending)")).to_contain_text("<script>")
    expect(answers(page).first).to_be_visible(timeout=SECONDS)
    assert page.title() == "Simulateur WhatsApp"


def test_everything_can_be_done_with_the_keyboard(open_phone):
    page = open_phone()
    page.get_by_role("button", name="Yao").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#bar-owner")).to_contain_text("Yao")
    expect(page.get_by_role("button", name="Yao")).to_be_focused()
    page.get_by_role("button", name="Joindre une image").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#pictures")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#pictures")).to_be_hidden()
    expect(page.get_by_role("button", name="Joindre une image")).to_be_focused()


@pytest.mark.parametrize("options", [{}, PHONE, {**PHONE, "color_scheme": "dark"}], ids=["desktop", "phone", "dark"])
def test_a_screen_reader_finds_nothing_to_complain_of(open_phone, options):
    page = open_phone(**options)
    write(page, "bonjour")
    expect(answers(page).first).to_be_visible(timeout=SECONDS)
    if options:
        page.get_by_role("button", name="Réglages").tap()
        expect(page.get_by_role("button", name="Fermer")).to_be_focused()
        page.get_by_role("button", name="Fermer").tap()
    assert axe.serious_findings(page) == []


def test_nothing_is_wider_than_a_small_phone(open_phone):
    page = open_phone(**PHONE)
    write(page, "x" * 300)
    expect(bubbles(page).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    box = page.get_by_role("button", name=re.compile("Envoyer")).bounding_box()
    assert box is not None and box["y"] + box["height"] <= 740
