"""From an invitation to a locked door, in a real browser, on a house that asks for the second factor."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from django_otp.oath import TOTP
from playwright.sync_api import BrowserContext, Page, expect

from chatbot.types import HandoffCard
from support import db, escalate
from support.accounts import invitations
from support.console.roles import sync_roles
from support.models import (
    Authenticator,
    CannedReply,
    Channel,
    Conversation,
    Label,
    Lesson,
    Macro,
    Note,
    Notice,
    SavedView,
    StaffSession,
    StoredFile,
)
from support.privacy import audit
from tests.browser.axe import serious_findings
from tests.browser.console_page import DESKTOP, PASSWORD, TABLET
from tests.house import House, running_house
from tests.support.journeys import write

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


PAYLOADS = (
    "<script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "</textarea></title><svg onload=window.hacked=1>",
    "{{constructor.constructor('window.hacked=1')()}}",
    "javascript:window.hacked=1",
    "'};window.hacked=1;//",
)
WATCH = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`violation: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile} ${event.sample}`));
"""


def evil(number: int, length: int) -> str:
    """A payload that fits; « javascript: » where none does."""
    fitting = [each for each in PAYLOADS if len(each) <= length] or ["<svg onload=window.hacked=1>"[:length]]
    return fitting[number % len(fitting)]


def poisoned_case(agent: User) -> Conversation:
    """A conversation with a payload in whatever the console shows of it."""
    case = write(PAYLOADS[0], Channel.WHATSAPP, "+2250700000001", display_name=evil(1, 80)).conversation
    for payload in PAYLOADS[1:]:
        write(payload, Channel.WHATSAPP, "+2250700000001")
    card = HandoffCard(
        kind="wrong_recipient",
        known={"easytransfert_id": evil(0, 99), "wrong_msisdn": evil(1, 99)},
        missing=(evil(2, 99),),
        asked=(),
        mood="neg",
        claims=(evil(1, 99),),
        amount_fcfa=1,
    )
    with db.write():
        escalate.open_locked(case, "wrong_recipient", "urgent", " ".join(PAYLOADS), card)
    now = timezone.now()
    Note.objects.create(conversation=case, author=agent, text=" ".join(PAYLOADS), at=now)
    StoredFile.objects.create(
        conversation=case, agent=agent, name=evil(1, 120), content_type=evil(1, 80), size=1, content="eA==", at=now
    )
    label = Label.objects.create(brand=case.brand, name=evil(1, 40))
    label.conversations.add(case)
    CannedReply.objects.create(brand=case.brand, shortcut="x", title=evil(1, 80), text=" ".join(PAYLOADS))
    Macro.objects.create(brand=case.brand, name=evil(1, 60), steps={"reply": PAYLOADS[0]})
    SavedView.objects.create(user=agent, name=evil(1, 40), filters={"label": evil(1, 99)})
    Notice.objects.create(user=agent, kind="mention", conversation=case, text=PAYLOADS[1], at=now)
    Lesson.objects.create(
        brand=case.brand, kind="word", example=PAYLOADS[1], form=evil(1, 80), standard=evil(1, 120), proposed_at=now
    )
    audit.record(agent, evil(1, 40), evil(1, 80), {"reason": "other", "note": PAYLOADS[1]})
    audit.record(agent, "reveal", "conversation:x", {"reason": PAYLOADS[1], "note": PAYLOADS[1]})
    return case


def test_nothing_written_anywhere_is_run_and_the_pages_keep_to_their_policy(
    house: House, new_context: NewContext
) -> None:
    sync_roles()
    root = User.objects.create_superuser("root", password=PASSWORD, first_name=evil(1, 150), last_name=PAYLOADS[0])
    case = poisoned_case(root)
    device = Authenticator.objects.create(user=root, confirmed=True)
    context = new_context(**DESKTOP, user_agent=f"Chrome/1 {PAYLOADS[1]}")
    context.add_init_script(WATCH)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    _, token = invitations.invite(root, "agent", "x@example.org")
    page.goto(f"{house.url}/admin/accounts/invitation/{token}/")
    sign_in(page, house, "root")
    page.get_by_label("Code à six chiffres").fill(code_of(device))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    places = [
        "accounts/second-factor/enrol/",
        *("file/", f"file/{case.id}/", "voices/spending/", "accounts/", f"accounts/{root.pk}/", "accounts/sessions/"),
        *(f"support/{name}/" for name in ("conversation", "customer", "escalation", "auditevent", "article")),
        *(f"support/conversation/{case.id}/change/", f"support/customer/{case.customer_id}/change/"),
        *("support/auditevent/?q=" + quote(PAYLOADS[1]), f"auth/user/{root.pk}/change/", "support/experiment/add/"),
        *("password_change/", f"accounts/second-factor/?next={quote(PAYLOADS[1])}"),
    ]
    for place in places:
        answer = page.goto(f"{house.url}/admin/{place}")
        assert answer and answer.ok, place
        policy = answer.headers["content-security-policy"]
        scripts = re.search(r"script-src ([^;]+)", policy)
        assert scripts and "unsafe-inline" not in scripts[1], place
        page.wait_for_timeout(150)
        assert page.evaluate("window.hacked") is None, place
    assert said == []
    page.goto(f"{house.url}/admin/file/{case.id}/")
    expect(page.get_by_role("log")).to_contain_text("onerror")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked=1\">')")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None, "even a mistake in a page would not run it"
    assert any("violation: script-src" in line for line in said), "or the test above would pass for nothing"
