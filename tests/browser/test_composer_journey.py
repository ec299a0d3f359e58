"""An agent writes: ready reply, gap, undo, suggestion, macro, file, closed window. In a real browser."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from support.models import Channel, Conversation, Message
from tests.browser.axe import serious_findings
from tests.browser.conftest import SignIn
from tests.browser.console_page import TABLET, Console
from tests.browser.test_console import waiting
from tests.house import House, running_house
from tests.support.journeys import write

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def standing_house(
    django_db_setup: None, redis_server: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A house that really waits before a reply leaves."""
    log = tmp_path_factory.mktemp("house") / "log"
    with running_house(log, QUIET_SECONDS_WHATSAPP="0.4", SWEEP_AFTER_SECONDS="3", UNDO_SECONDS="2.5") as house:
        yield house


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (320, 200), "teal").save(written, "PNG")
    return written.getvalue()


def keep(page: Page, name: str) -> None:
    """A picture of the screen for whoever asks for one."""
    if folder := os.environ.get("COMPOSER_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def take(agent: Console, case: Conversation) -> None:
    agent.open_case(case.id)
    agent.button("Prendre").click()
    expect(agent.composer).to_be_editable()


def test_an_agent_writes_with_every_tool_and_loses_nothing(sign_in: SignIn) -> None:
    case = waiting("bonjour", "visitor:7", Channel.WEB, name="Mariam")
    agent = sign_in()
    page = agent.page
    take(agent, case)

    # A ready reply: found by typing, chosen by key; its gaps block sending until they are filled.
    agent.composer.press_sequentially("/transmi")
    options = page.get_by_role("option")
    expect(options).to_have_count(1)
    keep(page, "canned-one")
    page.keyboard.press("Escape")
    agent.composer.fill("")
    agent.composer.press_sequentially("/")
    expect(options.first).to_be_visible()
    assert options.count() >= 12
    keep(page, "canned")
    assert serious_findings(page) == []
    agent.composer.press_sequentially("transmis")
    expect(options).to_have_count(1)
    page.keyboard.press("Enter")
    expect(agent.composer).to_have_value(
        "J'ai transmis votre transfert [reference ?] de [montant ?] à l'équipe technique. Vous aurez sa réponse ici."
    )
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Complétez ce qui manque avant d'envoyer.")).to_be_visible()
    keep(page, "gap")
    page.keyboard.type("EFB.30012233")  # the gap was selected
    page.keyboard.press("Control+Enter")
    page.keyboard.type("50 000 FCFA")
    expect(agent.composer).to_have_value(
        "J'ai transmis votre transfert EFB.30012233 de 50 000 FCFA à l'équipe technique. Vous aurez sa réponse ici."
    )

    # Undone, it comes back whole; sent again and the page closed, it leaves all the same.
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Envoi dans")).to_be_visible()
    keep(page, "undo")
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Envoi dans")).to_have_count(0)
    expect(agent.composer).to_have_value(
        "J'ai transmis votre transfert EFB.30012233 de 50 000 FCFA à l'équipe technique. Vous aurez sa réponse ici."
    )
    agent.composer.fill("Je vérifie.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Envoi dans")).to_be_visible()
    page.goto(f"{agent.url}/admin/file/")
    agent.open_case(case.id)
    expect(agent.stored("Je vérifie.")).to_have_count(1)
    assert Message.objects.filter(author="agent").count() == 1

    # Two files, one of which is none; the words leave with the good one.
    page.locator("#file").set_input_files(
        [
            {"name": "reçu.png", "mimeType": "image/png", "buffer": picture()},
            {"name": "faux.pdf", "mimeType": "application/pdf", "buffer": b"<html>"},
        ]
    )
    expect(page.get_by_text("Seuls les PDF et les images")).to_be_visible()
    agent.composer.fill("Voici le reçu.")
    keep(page, "files")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Une pièce jointe n'est pas encore prête")).to_be_visible()
    agent.button("Retirer faux.pdf").click()
    agent.composer.press("Control+Enter")
    expect(agent.stored("Voici le reçu.").get_by_role("link", name="reçu.png")).to_be_visible()
    keep(page, "sent-file")

    # A macro, in one choice.
    agent.button("Macros").click()
    fraud = page.get_by_role("option", name="Fraude soupçonnée")
    expect(fraud).to_be_visible()
    keep(page, "macros")
    fraud.click()
    expect(page.locator("#toast")).to_contain_text("réponse écrite, étiquette « fraude »")
    expect(agent.stored("Gardez toujours votre code secret pour vous.")).to_have_count(1)
    assert [label.name for label in case.labels.all()] == ["fraude"]
    assert serious_findings(page) == []
    assert agent.problems == []


def test_a_suggestion_and_a_closed_window_on_a_dark_tablet(sign_in: SignIn) -> None:
    case = waiting()
    agent = sign_in(**TABLET, color_scheme="dark", reduced_motion="reduce")
    page = agent.page
    take(agent, case)
    write("c'est quoi les frais pour 50000 de wave vers orange ?")
    expect(agent.transcript).to_contain_text("les frais pour 50000")
    agent.composer.press("Control+Space")
    expect(page.locator("#suggested")).to_contain_text("relisez-la avant de l'envoyer", timeout=20_000)
    expect(agent.composer).to_have_value(re.compile("FCFA"))
    keep(page, "suggestion")
    Conversation.objects.filter(id=case.id).update(window_from=None)
    page.reload()
    expect(page.get_by_text("La fenêtre WhatsApp de 24 h est fermée")).to_be_visible()
    expect(page.locator("#window-plan")).to_contain_text("Répondez à ce message pour la recevoir.")
    keep(page, "window")
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    agent.composer.press("Control+Enter")
    expect(page.get_by_text("partira dès que le client écrit")).to_be_visible()
    keep(page, "held")
    agent.button("Annuler cet envoi").click()
    expect(page.get_by_text("retirée avant d'être remise")).to_be_visible()
    assert serious_findings(page) == []
    assert agent.problems == []
