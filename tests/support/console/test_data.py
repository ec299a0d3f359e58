"""What the console answers beside pages, in a house whose every text is an attack: a browser led there runs nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from support.accounts import second_factor
from support.console.reports.files import TYPES
from support.models import Customer
from tests.browser import console_pages
from tests.browser.poison import poisoned_case
from tests.support.journeys import write

FILES = {kind.partition(";")[0] for kind in TYPES.values()}
DATA = {"application/json", "application/problem+json", "image/svg+xml", "text/javascript", *FILES}
FORMULA = '=HYPERLINK("https://evil.example")'


def test_data_is_said_to_be_data(staff: Callable[..., User]) -> None:
    """Also files of reports and attachments, which no journey opens as a page."""
    root = staff("root", "admin")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    browser, case = Client(), poisoned_case(root)
    write("allo", address="+2250700000009")
    Customer.objects.update(display_name=FORMULA)
    second_factor.pending(root)
    browser.force_login(root)
    asked = console_pages.data(case)
    seen = {name: [_harmless(name, browser.get(each)) for each in places] for name, places in asked.items()}
    assert set(seen) == set(console_pages.DATA)
    assert FORMULA in json.loads(seen["console:merge-compare"][0])["other"]["name"], "two contacts were compared"
    (cases,) = [text for text in seen["console:report-file"] if text.startswith("\ufeffConversation;")]
    assert f"'{FORMULA}" in [cell for row in csv.reader(io.StringIO(cases), delimiter=";") for cell in row]


def _harmless(name: str, answer: HttpResponse) -> str:
    kind = answer["Content-Type"].partition(";")[0]
    assert kind in DATA and answer["X-Content-Type-Options"] == "nosniff", (name, kind)
    assert kind not in FILES or answer["Content-Disposition"].startswith("attachment; "), name
    assert kind != "image/svg+xml" or "unsafe" not in answer["Content-Security-Policy"], name
    assert kind != "text/javascript" or b"hacked" not in answer.content, name
    return answer.content.decode(errors="replace")
