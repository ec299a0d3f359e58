"""The demonstration page at /: readable by all, on any screen, and a way into the chat from every topic."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import expect

from support.service_hours import Service
from tests.browser.axe import serious_findings
from tests.browser.conftest import OpenWidget
from tests.browser.stand_in import StandIn
from tests.browser.widget_page import PHONE

pytestmark = pytest.mark.browser
AWAY = Service("Assistant jour et nuit, conseillers de retour lundi à 8 h 30", open=False)  # the longest there is


@pytest.fixture(autouse=True)
def demo(stand_in: StandIn) -> None:
    """The page as the view renders it, under a policy that allows nothing inline."""
    stand_in.pages["/"] = render_to_string("demo.html", {"brand": "easytransfert", "simulator": True, "service": AWAY})


@pytest.mark.parametrize("screen", [PHONE, {}], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_sound_on_every_screen(open_widget: OpenWidget, screen: dict[str, Any], scheme: str) -> None:
    widget = open_widget(**screen, color_scheme=scheme, reduced_motion="reduce", opened=False)
    expect(widget.launcher).to_be_visible()
    assert serious_findings(widget.page) == []
    assert widget.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert widget.problems == []


def test_a_topic_opens_the_chat_with_its_words(open_widget: OpenWidget) -> None:
    widget = open_widget(opened=False)
    widget.page.get_by_role("button", name="Mon dossier").click()
    expect(widget.dialog).to_have_accessible_name("EasyTransfert")
    expect(widget.input).to_have_value("Où en est mon dossier ?")


def test_it_leads_to_the_simulator_only_where_there_is_one(open_widget: OpenWidget, stand_in: StandIn) -> None:
    widget = open_widget(opened=False)
    link = widget.page.get_by_role("link", name="Simulateur WhatsApp")
    expect(link).to_have_attribute("href", "/simulator/")
    expect(widget.page.get_by_role("link", name="Espace des conseillers")).to_have_attribute("href", "/admin/")
    stand_in.pages["/"] = render_to_string("demo.html", {"brand": "easytransfert", "simulator": False, "service": AWAY})
    widget.page.reload()
    expect(widget.launcher).to_be_visible()
    expect(link).to_have_count(0)
