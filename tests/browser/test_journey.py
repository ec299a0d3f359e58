"""The whole story in real browsers: a worried customer on a small phone, the assistant, and a person in the console."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from support.models import Author, Claim, Conversation, Message, Owner
from tests.browser.conftest import SignIn
from tests.browser.console_page import Console
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
SECONDS = 20_000
STORY = (
    ("slt, g envoyé 20000 de wave vers orange mais c pas arrivé", "référence EasyTransfert"),
    ("efb 31570264", "identifiant de la transaction"),
    ("c combien les frais pour 100000", "500 FCFA"),
    ("T7A2N5TSA\nD33EUPVJ", "AK-"),
)


class Chat:
    """A customer's side of the conversation, in the widget or on the simulated phone."""

    def __init__(self, composer: Locator, log: Locator) -> None:
        self.composer, self.log = composer, log

    def say(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")

    def shows(self, text: str) -> None:
        expect(self.log).to_contain_text(re.compile(r"\s+".join(map(re.escape, text.split()))), timeout=SECONDS)


def on_the_web(page: Page, house: House) -> Chat:
    page.goto(house.url)
    widget = page.locator("akwaba-chat")
    widget.get_by_role("button").first.click()
    return Chat(widget.get_by_role("textbox"), widget.get_by_role("log"))


def on_whatsapp(page: Page, house: House) -> Chat:
    page.goto(f"{house.url}/simulator/")
    return Chat(page.get_by_label("Message", exact=True), page.get_by_role("log"))


@pytest.fixture(params=[on_the_web, on_whatsapp], ids=["web", "whatsapp"])
def chat(request: pytest.FixtureRequest, house: House, new_context: Callable[..., BrowserContext]) -> Chat:
    """A customer with a small phone, on either channel."""
    opened: Chat = request.param(new_context(**PHONE).new_page(), house)
    return opened


def asked_for(text: str) -> int:
    """How often the assistant asked where a thing is to be found, which is how it asks for an identifier."""
    return sum(text in message.text for message in Message.objects.filter(author=Author.BOT))


def test_money_that_never_arrived_becomes_a_case_and_nothing_is_asked_twice(chat: Chat) -> None:
    for number, (words, answer) in enumerate(STORY, start=1):
        chat.say(words)
        assert answer in plain(reply_number(number))
        chat.shows(answer)
    claim = Claim.objects.get()
    chat.shows(claim.number)
    assert {name: slot["value"] for name, slot in claim.slots.items()} == {
        "easytransfert_id": "EFB.31570264",
        "operator_tx_id": "T7A2N5TSAD33EUPVJ",
        "from_operator": "Wave",
        "to_operator": "Orange",
        "amount_fcfa": 20000,
    }
    assert asked_for("référence EasyTransfert") == 1


def reply_number(number: int) -> str:
    """Wait for the assistant's n-th reply, and see that there are no more."""
    deadline = time.monotonic() + SECONDS / 1000
    while (replies := Message.objects.filter(author=Author.BOT).order_by("seq")).count() < number:
        assert time.monotonic() < deadline, f"no reply number {number}"
        time.sleep(0.05)
    assert replies.count() == number
    return replies[number - 1].text


def plain(text: str) -> str:
    """With ordinary spaces."""
    return " ".join(text.split())


def test_a_person_takes_over_answers_and_hands_back(chat: Chat, sign_in: SignIn) -> None:
    console: Console = sign_in()
    expect(console.section("waiting")).to_have_count(0)
    chat.say("je veux parler à quelqu'un")
    expect(console.section("waiting")).to_have_count(1, timeout=SECONDS)
    conversation = Conversation.objects.get()
    console.open_case(conversation.id)
    console.button("Prendre").click()
    expect(console.composer).to_be_enabled()
    console.reply("Bonjour, ici Awa. Je regarde votre dossier.")
    chat.shows("Bonjour, ici Awa.")
    before = Message.objects.filter(author=Author.BOT).count()
    chat.say("merci, c'est quoi les frais pour 50000 ?")
    expect(console.page.get_by_text("c'est quoi les frais")).to_be_visible(timeout=SECONDS)
    console.page.wait_for_timeout(1_500)
    assert Message.objects.filter(author=Author.BOT).count() == before, "the assistant is silent"
    console.button("Rendre à l'assistant").click()
    console.button("Rendre").click()  # asked, since the customer's last question has no answer
    expect(console.page.get_by_role("heading", name="File d'attente")).to_be_visible(timeout=SECONDS)
    assert Conversation.objects.get().owner == Owner.BOT
    chat.say("les frais pour 30000 ?")
    chat.shows("450 FCFA")
