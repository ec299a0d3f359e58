"""Tokens: made, listed and revoked at the terminal and in the admin, shown once, never stored."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from support.backoffice import tokens
from support.models import ApiToken, AuditEvent
from tests.support.journeys import BRAND

pytestmark = pytest.mark.django_db(transaction=True)


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("token", *args, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_one_is_made_listed_and_revoked() -> None:
    token = run("create", "Bureau", "--scope", "backoffice", "--scope", "predict", "--days", "30").strip()
    row = tokens.find(token)
    assert row is not None
    assert tokens.may(row, "backoffice") and tokens.may(row, "predict") and not tokens.may(row, "admin")
    assert row.expires_at and row.expires_at > timezone.now() + timedelta(days=29)
    listed = run("list")
    assert "Bureau" in listed and token not in listed
    run("revoke", str(row.pk))
    assert tokens.find(token) is None
    assert "révoqué" in run("list")
    assert [event.action for event in AuditEvent.objects.all()] == ["token_created", "token_revoked"]


@pytest.mark.parametrize(
    "args", [("create", " ", "--scope", "predict"), ("create", "x" * 81, "--scope", "predict"), ("revoke", "999"),
             ("create", "x", "--scope", "predict", "--days", "0")], ids=str,
)  # fmt: skip
def test_what_cannot_be_done_is_one_line(args: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as refused:
        run(*args)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize("scopes", [[], ["admin"], ["backoffice", "x"]])
def test_only_known_scopes(scopes: list[str]) -> None:
    with pytest.raises(tokens.TokenError):
        tokens.create("x", scopes, BRAND)


@pytest.mark.parametrize("token", ["", "akw_", "x" * 300, "é", "\x00"])
def test_what_is_no_token_finds_none(token: str) -> None:
    assert tokens.find(token) is None


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


def test_in_the_admin_it_is_shown_once(admin: Client) -> None:
    answer = admin.post(
        "/admin/support/apitoken/add/", {"name": "Bureau", "chosen": ["backoffice"], "days": "10"}, follow=True
    )
    html = answer.content.decode()
    token = html.split("<code>")[1].split("</code>")[0]
    row = tokens.find(token)
    assert row is not None and row.created_by is not None
    for page in ("/admin/support/apitoken/", f"/admin/support/apitoken/{row.pk}/change/"):
        again = admin.get(page)
        assert again.status_code == 200
        assert token not in again.content.decode()
    assert admin.post(f"/admin/support/apitoken/{row.pk}/change/", {"name": "x"}).status_code == 403
    assert admin.post(f"/admin/support/apitoken/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    admin.post("/admin/support/apitoken/", {"action": "revoke", "_selected_action": [row.pk]})
    assert tokens.find(token) is None


def test_a_token_for_nothing_is_not_made(admin: Client) -> None:
    assert admin.post("/admin/support/apitoken/add/", {"name": "Bureau"}).status_code == 200
    assert admin.post("/admin/support/apitoken/add/", {"name": "B", "chosen": ["x"]}).status_code == 200
    assert ApiToken.objects.count() == 0
