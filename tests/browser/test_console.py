"""The console in a real browser, against the whole house: a customer waits, a person helps."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Route, WebSocketRoute, expect

from chatbot.types import HandoffCard, HandoffReason
from chatbot.types import Priority as PriorityName
from support import clock, db, escalate
from support.models import AuditEvent, CannedReply, Channel, Claim, Conversation, Message, Owner
from tests.browser.axe import serious_findings
from tests.browser.conftest import SignIn
from tests.browser.console_page import DESKTOP, TABLET
from tests.house import House
from tests.support.journeys import BRAND, write

pytestmark = pytest.mark.browser
NUMBER = "+2250700000001"


def waiting(
    text: str = "bonjour",
    address: str = NUMBER,
    channel: Channel = Channel.WHATSAPP,
    *,
    reason: HandoffReason = "human_request",
    priority: PriorityName = "normal",
    name: str = "",
    card: HandoffCard | None = None,
) -> Conversation:
    """A customer in the queue, put there without the assistant's help."""
    conversation = write(text, channel, address, display_name=name).conversation
    with db.write():
        escalate.open_locked(conversation, reason, priority, "résumé", card)
    return conversation


def test_a_person_helps_a_customer_of_the_web_widget(
    sign_in: SignIn, house: House, new_context: Callable[..., BrowserContext]
) -> None:
    agent = sign_in()
    expect(agent.page.get_by_text("Personne n'attend.")).to_be_visible()

    customer = new_context().new_page()
    customer.goto(house.url)
    customer.locator(".launcher").click()
    customer.get_by_role("textbox").fill("je veux parler à quelqu'un")
    customer.get_by_role("textbox").press("Enter")

    expect(agent.section("waiting")).to_contain_text("je veux parler à quelqu'un", timeout=20_000)
    assert agent.page.title().startswith("(1) ")
    agent.section("waiting").get_by_role("button", name="Prendre").click()
    expect(agent.transcript).to_contain_text("je veux parler à quelqu'un")
    agent.reply("Bonjour, je suis Awa. Que se passe-t-il ?")
    expect(customer.get_by_role("log")).to_contain_text("Bonjour, je suis Awa. Que se passe-t-il ?")

    customer.get_by_role("textbox").fill("merci d'être là")
    customer.get_by_role("textbox").press("Enter")
    expect(agent.transcript).to_contain_text("merci d'être là")
    conversation = Conversation.objects.get()
    answered = conversation.messages.filter(author="agent").get().seq
    agent.reply("Avec plaisir.")
    agent.button("Rendre à l'assistant").click()
    expect(agent.page.get_by_role("heading", name="File d'attente")).to_be_visible()
    conversation.refresh_from_db()
    assert conversation.owner == Owner.BOT
    assert not conversation.messages.filter(author="bot", seq__gt=answered).exists(), (
        "the assistant spoke over a person"
    )

    customer.get_by_role("textbox").fill("merci beaucoup")
    customer.get_by_role("textbox").press("Enter")
    expect(customer.get_by_text("merci beaucoup")).to_be_visible()
    for _ in range(100):
        if conversation.messages.filter(author="bot", seq__gt=answered).exists():
            break
        customer.wait_for_timeout(100)
    assert conversation.messages.filter(author="bot", seq__gt=answered).exists(), "the assistant stayed silent"
    assert agent.problems == []


def test_arrivals_changes_and_departures_show_without_a_reload(sign_in: SignIn) -> None:
    agent = sign_in()
    agent.page.evaluate("window.still = true")
    normal = waiting("une question", address="+2250700000002")
    expect(agent.section("waiting")).to_have_count(1)
    waiting("mauvais numéro !", reason="wrong_recipient", priority="urgent")
    expect(agent.section("waiting")).to_have_count(2)
    expect(agent.section("waiting").first).to_contain_text("Mauvais destinataire")
    koffi = User.objects.create_user("koffi", first_name="Koffi")
    escalate.take(normal.id, koffi)
    expect(agent.section("others")).to_contain_text("Koffi")
    expect(agent.section("waiting")).to_have_count(1)
    escalate.close(normal.id, koffi)
    expect(agent.section("others")).to_have_count(0)
    assert agent.page.evaluate("window.still") is True and agent.problems == []


def test_the_queue_is_worked_with_the_keyboard_alone(sign_in: SignIn) -> None:
    waiting("premier", address="+2250700000001")
    waiting("second", address="+2250700000002")
    agent = sign_in()
    expect(agent.section("waiting")).to_have_count(2)
    agent.page.keyboard.press("?")
    expect(agent.page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    agent.page.keyboard.press("Escape")
    agent.page.keyboard.press("j")
    agent.page.keyboard.press("j")
    expect(agent.section("waiting").nth(1).get_by_role("link")).to_be_focused()
    waiting("très urgent", address="+2250700000003", priority="urgent")
    expect(agent.section("waiting")).to_have_count(3)
    expect(agent.section("waiting").nth(2).get_by_role("link")).to_be_focused()
    agent.page.keyboard.press("k")
    agent.page.keyboard.press("t")
    expect(agent.composer).to_be_editable()
    expect(agent.transcript).to_contain_text("premier")
    expect(agent.composer).to_be_focused()  # or what is typed now would be shortcuts
    agent.page.keyboard.type("tout va bien ?")
    agent.page.keyboard.press("Control+Enter")
    expect(agent.transcript).to_contain_text("tout va bien ?")
    agent.page.keyboard.press("Escape")
    agent.page.keyboard.press("q")
    expect(agent.section("mine")).to_have_count(1)


def test_a_case_with_a_colleague_can_be_read_and_says_why_not_answered(sign_in: SignIn) -> None:
    case = waiting("au secours")
    escalate.take(case.id, User.objects.create_user("koffi", first_name="Koffi"))
    agent = sign_in()
    agent.open_case(case.id)
    expect(agent.transcript).to_contain_text("au secours")
    expect(agent.page.get_by_text("Cette conversation est avec Koffi")).to_be_visible()
    expect(agent.button("Prendre")).to_be_disabled()
    expect(agent.composer).not_to_be_editable()


def test_an_agent_who_loses_the_case_sees_it_and_keeps_the_text(sign_in: SignIn) -> None:
    case = waiting()
    agent = sign_in()
    agent.open_case(case.id)
    agent.button("Prendre").click()
    agent.composer.fill("presque fini d'écrire")
    escalate.close(case.id, User.objects.get(username="awa"))
    expect(agent.page.get_by_text("Conversation terminée.")).to_be_visible()
    expect(agent.composer).to_have_value("presque fini d'écrire")
    agent.page.reload()
    expect(agent.composer).to_have_value("presque fini d'écrire")


def test_a_reply_that_could_not_be_sent_is_kept_and_sent_once(sign_in: SignIn) -> None:
    case = waiting()
    agent = sign_in()
    agent.open_case(case.id)
    agent.button("Prendre").click()
    agent.page.route("**/reply/", lambda route: route.abort())
    agent.reply("je vérifie votre dossier")
    expect(agent.page.get_by_text("Pas envoyé : Le serveur ne répond pas.")).to_be_visible()
    assert not case.messages.filter(author="agent").exists()
    agent.page.unroute("**/reply/")
    agent.button("Réessayer").click()
    expect(agent.page.get_by_text("Pas envoyé")).to_have_count(0)
    expect(agent.stored("je vérifie votre dossier")).to_have_count(1)
    assert case.messages.filter(author="agent").count() == 1


def test_a_reply_whose_answer_was_lost_is_one_message(sign_in: SignIn) -> None:
    case = waiting()
    agent = sign_in()
    agent.open_case(case.id)
    agent.button("Prendre").click()
    lost: list[int] = []

    def lose_the_first_answer(route: Route) -> None:
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer.status)
            route.abort()

    agent.page.route("**/reply/", lose_the_first_answer)
    agent.reply("je vérifie")
    expect(agent.stored("je vérifie")).to_have_count(1)
    agent.reply("c'est bon")
    expect(agent.stored("c'est bon")).to_have_count(1)
    assert lost == [201]
    assert [reply.text for reply in case.messages.filter(author="agent")] == ["je vérifie", "c'est bon"]


def test_a_number_is_masked_until_the_agent_asks_and_that_is_recorded(sign_in: SignIn) -> None:
    case = waiting("c'était le 05 11 00 00 34")
    agent = sign_in()
    agent.open_case(case.id)
    card = agent.page.get_by_role("complementary", name="Fiche du cas")
    expect(card).to_contain_text("•••• 0001")
    expect(agent.transcript).to_contain_text("•••• 0034")
    card.get_by_role("button", name="Afficher").click()
    dialog = agent.page.get_by_role("dialog", name="Pourquoi afficher les numéros ?")
    dialog.get_by_label("Vérifier un dossier").check()
    dialog.get_by_role("button", name="Afficher").click()
    expect(card).to_contain_text(NUMBER)
    expect(agent.transcript).to_contain_text("05 11 00 00 34")
    assert AuditEvent.objects.get(action="reveal").target == f"conversation:{case.id}"


def test_the_assistants_reading_is_shown_on_demand(sign_in: SignIn) -> None:
    case = waiting("slt, g envoyé 20000")
    agent = sign_in()
    agent.open_case(case.id)
    reading = agent.page.get_by_text("salut, j'ai envoyé 20000")
    expect(reading).to_be_hidden()
    agent.page.keyboard.press("l")
    expect(reading).to_be_visible()
    agent.page.reload()
    expect(reading).to_be_visible()


def test_ending_asks_first_only_when_something_is_left(sign_in: SignIn) -> None:
    case = waiting()
    agent = sign_in()
    agent.open_case(case.id)
    agent.button("Prendre").click()
    agent.button("Terminer").click()
    dialog = agent.page.get_by_role("dialog", name="Terminer la conversation ?")
    expect(dialog).to_contain_text("n'a pas de réponse")
    dialog.get_by_role("button", name="Annuler").click()
    agent.reply("voilà, c'est réglé")
    expect(agent.stored("voilà, c'est réglé")).to_have_count(1)
    agent.button("Terminer").click()
    expect(agent.page.get_by_role("heading", name="File d'attente")).to_be_visible()
    case.refresh_from_db()
    assert case.owner == Owner.NOBODY


def test_a_reply_sent_before_the_line_is_there_leaves_once_it_is(sign_in: SignIn) -> None:
    waiting()
    agent = sign_in()
    row = agent.section("waiting").get_by_role("button", name="Prendre")
    expect(row).to_be_visible()
    lines, held, let_through = list[WebSocketRoute](), list[str | bytes](), threading.Event()

    def hold(line: WebSocketRoute) -> None:
        def pass_on(frame: str | bytes) -> None:
            if let_through.is_set():
                line.send(frame)
            else:
                held.append(frame)

        lines.append(line)
        line.connect_to_server().on_message(pass_on)

    agent.page.route_web_socket(re.compile("/ws/console/"), hold)
    row.click()
    agent.reply("Je regarde cela.")
    while not held:
        agent.page.wait_for_timeout(20)
    expect(agent.composer).to_have_value("Je regarde cela.")
    assert not Message.objects.filter(author="agent").exists()
    let_through.set()
    for frame in held:
        lines[-1].send(frame)
    expect(agent.stored("Je regarde cela.")).to_be_visible()
    expect(agent.composer).to_have_value("")
    assert agent.problems == []


def test_the_customer_sees_that_the_agent_writes(sign_in: SignIn, house: House) -> None:
    import json

    from support import redis_client
    from support.transports.web import events

    case = waiting()
    agent = sign_in()
    agent.open_case(case.id)
    agent.button("Prendre").click()
    expect(agent.composer).to_be_editable()
    with redis_client.connection().pubsub(ignore_subscribe_messages=True) as ear:
        ear.subscribe(f"akwaba__group__{events.conversation_group(case.id)}")
        agent.composer.press_sequentially("bon")
        heard = [
            json.loads(re.search(r'\{"type":"typing".*?\}', message["data"].decode("latin-1")).group())  # type: ignore[union-attr]
            for _ in range(50)
            if (message := ear.get_message(timeout=0.2)) and b'"typing"' in message["data"]
        ]
    assert {"type": "typing", "author": "agent", "on": True} in heard


def test_a_lost_connection_is_said_and_heals_by_itself(sign_in: SignIn, house: House) -> None:
    agent = sign_in()
    house.kill("daphne")
    expect(agent.page.locator("#live-text")).to_have_text("Hors ligne")
    expect(agent.page.get_by_text("Connexion perdue.")).to_be_visible()
    waiting("arrivé pendant la panne")
    house.wait_until_ready()
    agent.is_live()
    expect(agent.section("waiting")).to_contain_text("arrivé pendant la panne")
    expect(agent.page.get_by_text("Connexion perdue.")).to_be_hidden()


SCRIPT = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


def test_nothing_a_customer_writes_is_run(sign_in: SignIn) -> None:
    case = waiting(SCRIPT, name=SCRIPT[:80])
    agent = sign_in()
    expect(agent.section("waiting")).to_contain_text("<img src=x")
    agent.open_case(case.id)
    expect(agent.transcript).to_contain_text("<script>")
    for place in ("", f"conversation/{case.id}/change/", f"customer/{case.customer_id}/change/", "escalation/"):
        assert agent.page.evaluate("window.hacked") is None
        agent.page.goto(f"{agent.url}/admin/support/{place}")
    assert agent.page.evaluate("window.hacked") is None


@pytest.mark.parametrize("screen", [DESKTOP, TABLET], ids=["desktop", "tablet"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_pages_are_accessible_and_fit_the_screen(sign_in: SignIn, screen: dict[str, object], scheme: str) -> None:
    mine, other = (
        waiting(address="+2250700000001", priority="urgent"),
        waiting(address="+2250700000002", priority="low"),
    )
    waiting("x" * 300, address="visitor:1", channel=Channel.WEB, priority="high")
    escalate.take(other.id, User.objects.create_user("koffi"))
    agent = sign_in(**screen, color_scheme=scheme, reduced_motion="reduce")
    expect(agent.section("waiting")).to_have_count(2)
    assert serious_findings(agent.page) == []
    agent.open_case(mine.id)
    agent.button("Prendre").click()
    agent.reply("voilà, c'est réglé")
    expect(agent.stored("voilà, c'est réglé")).to_have_count(1)
    assert serious_findings(agent.page) == []
    assert agent.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert agent.page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
    assert agent.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_can_be_read_where_we_did_not_draw_it(
    sign_in: SignIn, house: House, new_context: Callable[..., BrowserContext], scheme: str
) -> None:
    """White on the theme's green is too faint: the door, a list and a form of the admin wear our own (theme.css)."""
    door = new_context(**DESKTOP, color_scheme=scheme).new_page()
    door.goto(f"{house.url}/admin/login/")
    assert serious_findings(door) == []
    page = sign_in("mariam", "admin", color_scheme=scheme, reduced_motion="reduce").page
    reply = CannedReply.objects.create(brand=BRAND, shortcut="merci", title="Merci", text="Merci {client}")
    case, now = waiting(), clock.now()
    Claim.objects.create(
        number="AK-204-7318",
        customer=case.customer,
        conversation=case,
        kind="not_received",
        filed_at=now,
        changed_at=now,
    )
    for place in ("support/claim/", f"support/cannedreply/{reply.pk}/change/", "nothing-here/"):
        page.goto(f"{house.url}/admin/{place}")
        if place == "support/claim/":
            page.locator("input.action-select").first.check()
            expect(page.get_by_label("Action sur les lignes choisies")).to_be_visible()
        assert serious_findings(page) == [], place


def test_the_handoff_card_says_what_is_known_what_is_missing_and_what_is_at_stake(sign_in: SignIn) -> None:
    card = HandoffCard(
        kind="wrong_recipient",
        known={"easytransfert_id": "EFB.30012233", "wrong_msisdn": "+2250711000033", "amount_fcfa": 750_000},
        missing=("right_msisdn", "from_operator"),
        asked=("right_msisdn",),
        mood="neg",
        claims=("AK-204-7318",),
        amount_fcfa=750_000,
    )
    conversation = waiting(reason="wrong_recipient", priority="urgent", card=card)
    agent = sign_in()
    agent.open_case(conversation.id)
    shown = agent.page.locator("#card")
    for words in ("En jeu", "mécontent", "AK-204-7318", "EFB.30012233", "Bon numéro, Départ"):
        expect(shown).to_contain_text(words)
    expect(shown).not_to_contain_text("0711000033")
    assert serious_findings(agent.page) == []
