"""An invitation lets one person in once; nobody gives more than they have; who leaves is out at once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from support import escalate
from support.accounts import invitations
from support.models import AuditEvent, Channel, Conversation, Invitation, StaffSession
from tests.support.accounts.conftest import Staff, signed_in
from tests.support.journeys import write

GOOD = {"username": "fatou", "first_name": "Fatou", "password": "trois mots au hasard", "again": "trois mots au hasard"}


@pytest.fixture
def boss(staff: Staff) -> Client:
    return signed_in(staff("boss", "admin"))


def invite(boss: Client, role: str = "agent", email: str = "") -> str:
    """The path of the link on the page."""
    page = boss.post("/admin/accounts/invitations/", {"role": role, "email": email}).content.decode()
    found = re.search(r'id="link"[^>]*>([^<]+)<', page)
    assert found, page
    return found[1][found[1].index("/admin/") :]


def accept(path: str, **other: str) -> Any:
    return Client().post(path, {**GOOD, **other})


def test_the_invited_chooses_a_password_and_goes_on_to_the_second_factor(boss: Client) -> None:
    path = invite(boss)
    browser = Client()
    assert "Bienvenue" in browser.get(path).content.decode()
    assert browser.post(path, GOOD)["Location"] == "/admin/"
    assert browser.get("/admin/file/")["Location"].startswith("/admin/accounts/second-factor/enrol/")
    fatou = User.objects.get(username="fatou")
    assert [group.name for group in fatou.groups.all()] == ["agent"]
    assert fatou.is_staff and not fatou.is_superuser and fatou.check_password(GOOD["password"])
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"invite", "invite_accepted"}


def test_a_link_works_once(boss: Client) -> None:
    path = invite(boss)
    assert accept(path).status_code == 302
    assert accept(path, username="again").status_code == 404
    assert not User.objects.filter(username="again").exists()


@pytest.mark.parametrize("end", ["revoked", "resent", "too late", "tampered", "inviter's"])
def test_a_link_that_no_longer_holds_says_nothing_more(end: str, boss: Client) -> None:
    path = invite(boss)
    row = Invitation.objects.get()
    match end:
        case "revoked":
            boss.post(f"/admin/accounts/invitations/{row.pk}/revoke/")
        case "resent":
            boss.post(f"/admin/accounts/invitations/{row.pk}/resend/")
        case "too late":
            Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        case "tampered":
            path = f"{path[:-4]}abc/"
        case _:
            path = f"/admin/accounts/invitation/{row.digest}/"
    assert Client().get(path).status_code == 404
    assert accept(path).status_code == 404


def test_the_database_holds_no_link(boss: Client) -> None:
    token = invite(boss).split("/")[-2]
    assert token not in str(list(Invitation.objects.values()))


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"username": "BOSS"}, "déjà pris"),
        ({"again": "autre chose"}, "pas les mêmes"),
        ({"password": "fatou", "again": "fatou"}, "trop court"),
        ({"password": "password123", "again": "password123"}, "trop courant"),
        ({"username": "fatou12345", "password": "fatou12345", "again": "fatou12345"}, "semblable"),
    ],
)
def test_what_does_not_do_is_said_and_the_link_still_holds(said: dict[str, str], complaint: str, boss: Client) -> None:
    path = invite(boss)
    answer = accept(path, **said)
    assert answer.status_code == 422 and complaint in answer.content.decode()
    assert accept(path).status_code == 302


def test_with_a_mail_server_the_link_goes_out_and_is_not_shown(boss: Client, settings: object) -> None:
    settings.SENDS_MAIL = True  # type: ignore[attr-defined]
    page = boss.post("/admin/accounts/invitations/", {"role": "agent", "email": "fatou@example.org"})
    assert 'id="link"' not in page.content.decode()
    (letter,) = mail.outbox
    assert letter.to == ["fatou@example.org"] and "invitation" in letter.subject
    found = re.search(r"/admin/accounts/invitation/\S+", letter.body)
    assert found and Client().get(found[0]).status_code == 200


@pytest.mark.parametrize("role", ["agent", "senior", "supervisor", "auditor"])
def test_only_administrators_invite(role: str, staff: Staff) -> None:
    browser = signed_in(staff("x", role))
    assert browser.post("/admin/accounts/invitations/", {"role": "agent"}).status_code == 403
    assert not Invitation.objects.exists()


def test_nobody_gives_a_role_that_has_more_than_they_have(staff: Staff) -> None:
    aya = staff("aya", "senior")
    assert invitations.grantable(aya) == ["agent", "senior"]
    with pytest.raises(invitations.InvitationError):
        invitations.invite(aya, "auditor")


def test_an_administrator_makes_no_superuser_and_touches_none(boss: Client, staff: Staff) -> None:
    awa, root = staff("awa"), staff("root", "", superuser=True)
    body = {"username": "awa", "first_name": "Awa", "is_superuser": "on", "is_staff": "on", "user_permissions": ["1"]}
    boss.post(f"/admin/auth/user/{awa.pk}/change/", body)
    awa.refresh_from_db()
    assert awa.first_name == "Awa" and not awa.is_superuser and not awa.user_permissions.exists()
    assert boss.post(f"/admin/auth/user/{root.pk}/change/", {"username": "root"}).status_code == 403
    assert boss.post(f"/admin/auth/user/{awa.pk}/password/", {}).status_code == 403
    for act in ("deactivate", "password-link", "end-sessions"):
        assert boss.post(f"/admin/accounts/{root.pk}/{act}/").status_code == 403
    own = User.objects.get(username="boss")
    assert boss.post(f"/admin/auth/user/{own.pk}/change/", {"username": "boss", "groups": []}).status_code == 403


def test_a_forgotten_password_is_chosen_anew_by_the_person(boss: Client, staff: Staff) -> None:
    awa = staff("awa")
    working = signed_in(awa)
    page = boss.post(f"/admin/accounts/{awa.pk}/password-link/").content.decode()
    path = re.search(r"/admin/accounts/invitation/[^<]+", page)[0]  # type: ignore[index]
    answer = Client().post(path, {"password": "encore un autre", "again": "encore un autre"})
    assert answer.status_code == 302
    awa.refresh_from_db()
    assert awa.check_password("encore un autre") and [group.name for group in awa.groups.all()] == ["agent"]
    assert working.get("/admin/file/")["Location"].startswith("/admin/login/")


def test_who_leaves_is_out_at_once_and_their_cases_are_back_in_the_queue(boss: Client, staff: Staff) -> None:
    awa = staff("awa")
    working = signed_in(awa)
    case = write("je veux parler à quelqu'un", Channel.WHATSAPP, "+2250700000001").conversation
    escalate.take(case.id, awa)
    assert boss.post(f"/admin/accounts/{awa.pk}/deactivate/").status_code == 302
    assert working.get("/admin/file/")["Location"].startswith("/admin/login/")
    assert not StaffSession.objects.filter(user=awa, ended_at=None).exists()
    fresh = Conversation.objects.get(id=case.id)
    assert fresh.owner == "queue" and fresh.agent is None
    assert fresh.escalations.get().stints.get(ended_at=None).waiting
    assert {"deactivate", "released"} <= set(AuditEvent.objects.values_list("action", flat=True))
    boss.post(f"/admin/accounts/{awa.pk}/reactivate/")
    assert signed_in(awa).get("/admin/file/").status_code == 200
