"""From an invitation to a locked door, in a real browser, on a house that asks for the second factor."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django_otp.oath import TOTP
from playwright.sync_api import BrowserContext, Page, expect

from support.accounts import invitations
from support.console.roles import sync_roles
from support.models import Authenticator, StaffSession
from tests.browser import console_pages
from tests.browser.axe import serious_findings
from tests.browser.console_page import DESKTOP, PASSWORD, TABLET
from tests.browser.poison import PAYLOADS, evil, poisoned_case
from tests.house import House, running_house

pytestmark = pytest.mark.browser
NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def standing_house(
    django_db_setup: None, redis_server: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """As on a server: a password is not enough."""
    with running_house(tmp_path_factory.mktemp("house") / "log", SECOND_FACTOR="1") as house:
        yield house


def colleague(name: str, role: str) -> User:
    sync_roles()
    user = User.objects.create_user(name, password=PASSWORD, first_name=name.title(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def code_of(device: Authenticator) -> str:
    """What the telephone shows; a code of before is forgotten, so that a test need not wait 30 seconds."""
    Authenticator.objects.filter(pk=device.pk).update(last_t=-1, throttling_failure_count=0)
    totp = TOTP(device.bin_key)
    totp.time = time.time()
    return f"{totp.token():06d}"


def fits(page: Page) -> None:
    assert serious_findings(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


def sign_in(page: Page, house: House, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{house.url}/admin/login/")
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("screen", [{**DESKTOP}, {**TABLET, "color_scheme": "dark"}], ids=["desktop", "tablet dark"])
def test_from_an_invitation_to_a_locked_door(house: House, new_context: NewContext, screen: dict[str, object]) -> None:
    _, token = invitations.invite(colleague("boss", "admin"), "agent")
    context = new_context(**screen, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{house.url}/admin/accounts/invitation/{token}/")
    fits(page)
    page.get_by_label("Identifiant").fill("fatou")
    page.get_by_label("Prénom").fill("Fatou")
    page.get_by_label("Mot de passe", exact=True).fill("trois mots au hasard")
    page.get_by_label("Mot de passe, encore une fois").fill("trois mots au hasard")
    page.get_by_role("button", name="Continuer").click()

    expect(page.get_by_role("heading", name="Protéger votre compte")).to_be_visible()
    expect(page.locator(".a-qr")).to_have_js_property("complete", True)
    assert page.locator(".a-qr").evaluate("(image) => image.naturalWidth") > 0
    fits(page)
    device = Authenticator.objects.get(user__username="fatou")
    page.get_by_label("Code à six chiffres").fill(code_of(device))
    page.get_by_role("button", name="Enregistrer ce téléphone").click()
    codes = page.locator("#codes li").all_text_contents()
    assert len(codes) == 10 and all(re.fullmatch(r"[a-z2-9]{4}-[a-z2-9]{4}", code) for code in codes)
    fits(page)
    with page.expect_download() as kept:
        page.get_by_role("button", name="Télécharger").click()
    assert codes[0] in kept.value.path().read_text()
    page.get_by_role("link", name="Je les ai gardés, continuer").click()
    expect(page.get_by_role("heading", name="File d'attente")).to_be_visible()

    other = new_context(**screen).new_page()
    sign_in(other, house, "fatou", "trois mots au hasard")
    expect(other.get_by_role("heading", name="Code de votre téléphone")).to_be_visible()
    other.goto(f"{house.url}/admin/file/")
    expect(other.get_by_role("heading", name="Code de votre téléphone")).to_be_visible()
    fits(other)
    other.get_by_label("Code à six chiffres").fill(code_of(device))
    other.keyboard.press("Enter")
    expect(other.locator("#live-text")).to_have_text("En direct", timeout=20_000)

    page.goto(f"{house.url}/admin/accounts/sessions/")
    expect(page.get_by_role("row")).to_have_count(3)
    fits(page)
    page.get_by_role("button", name="Fermer toutes les autres").click()
    expect(page.get_by_role("row")).to_have_count(2)
    other.reload()
    expect(other.locator("#id_username")).to_be_visible()
    assert StaffSession.objects.filter(user__username="fatou", ended_at=None).count() == 1

    lost = new_context(**screen).new_page()
    sign_in(lost, house, "fatou", "trois mots au hasard")
    lost.get_by_role("link", name="Appareil perdu").click()
    fits(lost)
    lost.get_by_label("Code de secours").fill(codes[0])
    lost.keyboard.press("Enter")
    expect(lost.get_by_role("heading", name="File d'attente")).to_be_visible()

    thief = new_context(**screen).new_page()
    for number in range(5):
        sign_in(thief, house, "fatou", f"deviné {number}")
    expect(thief.get_by_role("heading", name="Compte bloqué pour 15 minutes")).to_be_visible()
    fits(thief)

    boss = new_context(**screen).new_page()
    boss_device = Authenticator.objects.create(user=User.objects.get(username="boss"), confirmed=True)
    sign_in(boss, house, "boss")
    boss.get_by_label("Code à six chiffres").fill(code_of(boss_device))
    boss.keyboard.press("Enter")
    expect(boss.get_by_role("heading", name="File d'attente")).to_be_visible()
    boss.goto(f"{house.url}/admin/accounts/")
    fits(boss)
    boss.get_by_role("link", name="Fatou").click()
    fits(boss)
    boss.get_by_role("button", name="Débloquer").click()
    expect(boss.get_by_text("Compte débloqué")).to_be_visible()
    sign_in(thief, house, "fatou", "trois mots au hasard")
    expect(thief.get_by_role("heading", name="Code de votre téléphone")).to_be_visible()


WATCH = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`violation: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile} ${event.sample}`));
Object.defineProperty(window, "hacked", { set() { console.error(`executed on ${location.pathname}`); } });
"""


def comes_in(house: House, context: BrowserContext, name: str) -> Page:
    """Through both doors."""
    page = context.new_page()
    sign_in(page, house, name)
    page.get_by_label("Code à six chiffres").fill(code_of(Authenticator.objects.get(user__username=name)))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return page


def has_script(page: Page, place: str) -> None:
    """Script stands at a place as the words that it is, or the test would pass for an empty page."""
    expect(page.locator(place), place).to_contain_text(re.compile("hacked|<svg onl"))


def open_all_of_the_case(page: Page) -> None:
    """Everything of a case that shows only when it is asked for."""
    for place in ("#customer", "#messages", "#card", "#labels-on", "#hold-note"):
        has_script(page, place)
    for button in page.get_by_role("button", name="Pourquoi l'assistant").all():
        button.click()
    has_script(page, ".k-why-lines")
    page.locator("#tab-timeline").click()
    has_script(page, "#timeline-list")
    page.locator("#labels-add").click()
    has_script(page, "#labels-menu")
    page.locator("#open-canned").click()
    has_script(page, "#canned")
    page.locator("#text").fill("")
    page.locator("#open-macros").click()
    has_script(page, "#macros")
    page.keyboard.press("Escape")
    page.locator("#tab-note").click()
    page.locator("#note-text").press_sequentially("@")
    has_script(page, "#mentions")
    page.locator("#note-text").fill("")
    page.locator("#give-button").click()
    has_script(page, "#give-people")
    page.locator("#give-cancel").click()
    page.get_by_role("button", name="Mal compris").first.click()
    has_script(page, "#lesson-text")
    page.locator("#lesson-cancel").click()
    page.locator("#readings").click()


def open_all_of_the_header(page: Page) -> None:
    """What every page of the desk can show: the bell, who is there, what is searched for."""
    page.locator("#notices-button").click()
    has_script(page, "#notices-list")
    page.keyboard.press("Escape")
    page.locator("#presence-button").click()
    has_script(page, "#team")
    page.keyboard.press("Escape")
    page.locator("#search-text").fill("hacked")
    has_script(page, "#search-found")


def test_nothing_written_anywhere_is_run_and_the_pages_keep_to_their_policy(
    house: House, new_context: NewContext
) -> None:
    """Every page that routes.toml knows, with script in every text that the database can hold (poison.py)."""
    sync_roles()
    root = User.objects.create_superuser("root", password=PASSWORD, first_name=evil(1, 150), last_name=PAYLOADS[0])
    Authenticator.objects.create(user=root, confirmed=True)
    case = poisoned_case(root)
    _, token = invitations.invite(root, "agent", "x@example.org")
    context = new_context(**DESKTOP, user_agent=f"Chrome/1 {PAYLOADS[1]}")
    context.add_init_script(WATCH)
    said: list[str] = []
    context.on(
        "console",
        lambda line: said.append(f"{line.text} {line.page and line.page.url}") if line.type == "error" else None,
    )
    context.on("weberror", lambda error: said.append(str(error.error)))
    context.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    page = comes_in(house, context, "root")
    page.set_default_navigation_timeout(30_000)  # the first article shown waits for the whole mind to be read
    opened = console_pages.addresses(case, token)
    extra = ["support/auditevent/?q=" + quote(PAYLOADS[1])]
    extra += [f"accounts/second-factor/?next={quote(PAYLOADS[1])}", "rapports/?from=" + quote(PAYLOADS[1])]
    extra += ["incidents/?name=" + quote(PAYLOADS[1]), "file/?label=" + quote(PAYLOADS[1])]
    for place in [*(each for found in opened.values() for each in found), *(f"/admin/{each}" for each in extra)]:
        answer = page.goto(f"{house.url}{place}")
        assert answer and answer.ok, place
        policy = answer.headers["content-security-policy"]
        scripts = re.search(r"script-src ([^;]+)", policy)
        assert scripts and "unsafe-inline" not in scripts[1], place
    assert said == []
    page.evaluate("sessionStorage.clear()")  # the queue remembers the filter it was opened with
    page.goto(f"{house.url}/admin/tableau/")
    has_script(page, "#people")
    page.goto(f"{house.url}/admin/file/")
    expect(page.locator("#live-text")).to_have_text("En direct", timeout=20_000)
    for place in ("#queue", "#views", "#selects"):
        has_script(page, place)
    open_all_of_the_header(page)
    page.goto(f"{house.url}/admin/file/{case.id}/")
    open_all_of_the_case(page)
    assert said == []
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked=1\">')")
    page.wait_for_timeout(300)
    assert any("violation: script-src" in line for line in said), "or the test above would pass for nothing"
    assert not any("executed" in line for line in said), "even a mistake in a page would not run it"
    page.evaluate("window.hacked = 1")
    assert any("executed" in line for line in said), "what runs would be seen"


def test_a_page_that_nobody_opens_has_a_reason() -> None:
    """A new route is opened above by itself; what is left out is named with its reason, and is still there."""
    routes = console_pages.routes()
    assert set(console_pages.NOT_OPENED) <= set(routes), "a reason for what is no more"
    assert len([name for name, why in routes.items() if not why]) > 60
