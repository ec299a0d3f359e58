"""The policy of /admin/, and the one template of the theme that we carry for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import unfold
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from tests.support.accounts.conftest import Staff, signed_in

OURS = Path(settings.BASE_DIR) / "templates/unfold/layouts/skeleton.html"
THEIRS = Path(unfold.__file__).parent / "templates/unfold/layouts/skeleton.html"


@pytest.fixture
def root(staff: Staff) -> User:
    return staff("root", "", superuser=True)


@pytest.mark.parametrize(
    "page", ["/admin/file/", "/admin/support/conversation/", "/admin/accounts/", "/admin/nothing/"]
)
def test_no_script_in_a_page_runs_without_the_nonce(page: str, root: User) -> None:
    policy = signed_in(root).get(page)["Content-Security-Policy"]
    directives = dict(each.strip().partition(" ")[::2] for each in policy.split(";"))
    assert "unsafe-inline" not in directives["script-src"] and "unsafe-inline" not in directives["style-src"]
    assert directives["object-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"


def test_the_door_itself_is_under_the_policy() -> None:
    assert "unsafe-inline" not in Client().get("/admin/login/")["Content-Security-Policy"].split("style-src-attr")[0]


NONCE = ' nonce="{{ request.csp_nonce }}"'
# or htmx would write a style element
HTMX = """        <meta name="htmx-config" content='{"includeIndicatorStyles": false}'>\n"""


def test_our_copy_of_the_themes_skeleton_differs_by_the_policys_needs_alone() -> None:
    ours = OURS.read_text()
    assert NONCE in ours and HTMX in ours
    assert ours.replace(NONCE, "").replace(HTMX, "") == THEIRS.read_text()
