"""A supervisor and an auditor read how the desk does, on a screen, a tablet and a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from support import demo, escalate
from support.demo_desk.fill import fill
from support.models import AuditEvent, Escalation
from tests.browser.axe import serious_findings
from tests.browser.conftest import SignIn
from tests.browser.console_page import TABLET
from tests.house import House

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}


def fits(page: Page) -> None:
    """Nobody has to push the page sideways, and nothing serious stands in the way of anybody."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert serious_findings(page) == []


def test_a_supervisor_watches_and_an_auditor_takes_figures_home(
    sign_in: SignIn, house: House, settings: object, tmp_path: Path
) -> None:
    settings.VAR_DIR, settings.EMBEDDED = tmp_path, True  # type: ignore[attr-defined]
    demo.seed()
    fill(60)
    supervisor = sign_in("ines", "supervisor", reduced_motion="reduce")
    page = supervisor.page

    page.get_by_role("link", name="Tableau de bord").click()
    waiting = Escalation.objects.filter(closed_at=None, conversation__owner="queue")
    tile = page.locator("#tiles > div").filter(has_text="Attendent")
    expect(tile).to_contain_text(str(waiting.count()))
    before = waiting.count()
    escalate.take(waiting[0].conversation_id, User.objects.get(username="awa"))
    expect(tile).to_contain_text(str(before - 1), timeout=20_000)  # by itself, within its five seconds
    fits(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    fits(page)
    page.route("**/tableau/etat/", lambda route: route.abort())
    expect(page.get_by_role("status")).to_contain_text("Le serveur ne répond pas.", timeout=20_000)
    page.unroute("**/tableau/etat/")

    late = page.locator("#tiles a[href*='due=late']")
    count = late.inner_text()
    late.click()
    expect(page.locator(".k-row")).to_have_count(int(count))

    page.goto(f"{supervisor.url}/admin/rapports/")
    for name in ("Synthèse", "Répartition", "Promesses", "Francs bloqués"):
        page.get_by_role("navigation", name="Rapports").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=f"Rapports : {name}")).to_be_visible()
        for size in (PHONE, TABLET["viewport"]):
            page.set_viewport_size(size)
            fits(page)
    assert supervisor.problems == []

    auditor = sign_in("yves", "auditor", color_scheme="dark", reduced_motion="reduce")
    page = auditor.page
    expect(page.get_by_role("link", name="Tableau de bord")).to_have_count(0)
    page.get_by_role("link", name="Rapports").click()
    page.get_by_role("link", name="30 derniers jours").click()
    page.get_by_label("Canal").select_option("whatsapp")
    page.get_by_role("button", name="Afficher").click()
    expect(page.get_by_label("Canal")).to_have_value("whatsapp")
    expect(page.get_by_role("link", name="30 derniers jours")).to_have_attribute("aria-current", "true")
    cases = Escalation.objects.filter(conversation__channel="whatsapp").count()
    expect(page.locator(".r-tiles > div").filter(has_text="Demandes de conseiller")).to_contain_text(str(cases))
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").last.click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == cases + 1
    assert AuditEvent.objects.get(action="export").actor_name == "yves"
    assert auditor.problems == []
