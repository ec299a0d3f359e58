"""From an invitation to a locked door, in a real browser, on a house that asks for the second factor."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group, User
from django_otp.oath import TOTP
from playwright.sync_api import BrowserContext, Page, expect

from support.accounts import invitations
from support.console.roles import sync_roles
from support.models import Authenticator, StaffSession
from tests.browser.axe import serious_findings
from tests.browser.console_page import DESKTOP, PASSWORD, TABLET
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
    problems: list[str] = []
    page.on("console", lambda line: problems.append(line.text) if "Content Security" in line.text else None)
    page.goto(f"{house.url}/admin/accounts/invitation/{token}/")
    fits(page)
    page.get_by_label("Identifiant").fill("fatou")
    page.get_by_label("Prénom").fill("Fatou")
    page.get_by_label("Mot de passe", exact=True).fill("trois mots au hasard")
    page.get_by_label("Mot de passe, encore une fois").fill("trois mots au hasard")
    page.get_by_role("button", name="Continuer").click()

    expect(page.get_by_role("heading", name="Protéger votre compte")).to_be_visible()
    assert page.locator(".a-qr").evaluate("(image) => image.complete && image.naturalWidth > 0")
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
    assert problems == []
