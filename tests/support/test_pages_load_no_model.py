"""A law of the house: no web process loads a model of language, where a worker beside it would (VOICE=auto)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from chatbot import brand as brands
from support import escalate
from support.backoffice import tokens
from support.console.roles import sync_roles
from support.knowledge import writing as articles
from support.lessons import writing as lessons
from support.minds import with_template
from support.models import Article, Channel, LessonKind
from tests.house import ROOT, database_of_the_tests
from tests.support.journeys import BRAND, write
from tests.support.test_articles import FORMS

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "a" * 64
NOTICE = "Les transferts d'Orange vers Wave sont ralentis, nos équipes y travaillent."


@pytest.fixture
def mariam() -> User:
    sync_roles()
    user = User.objects.create_user("mariam", is_staff=True)
    user.groups.add(Group.objects.get(name="supervisor"))
    return user


def pages_that_think(mariam: User) -> list[tuple[str, str, Mapping[str, Any], Mapping[str, str], int]]:
    """Every page that reads, words or judges with the assistant's mind, and how it answers when it did."""
    message = write("mon gnonmi est bloqué", Channel.WEB, "visitor:1")
    case = escalate.take(message.conversation_id, mariam).conversation_id
    word = lessons.Proposal(LessonKind.WORD, "gnonmi", "argent")
    lesson = lessons.propose(message, mariam, word, with_template(BRAND))
    article = {"slug": "parapluies", "title": "Parapluies", "questions": FORMS, "answer": "Non, pas de parapluies."}
    draft = articles.save_draft(Article(**{**article, "slug": "ombrelles"}), mariam)
    incident = {"name": "Orange vers Wave", "began_at_0": "2026-01-31", "began_at_1": "10:00", "notice": NOTICE}
    bearer = {"Authorization": f"Bearer {tokens.create('essai', ['predict'], BRAND)[1]}"}
    lesson_body = {"message": str(message.id), "kind": "word", "form": "bloqué", "standard": "bloqué"}
    return [
        ("POST", "/api/v1/predict", {"json": {"text": "c combien pour envoyer 100000"}}, bearer, 200),
        ("POST", "/admin/support/article/add/", {"data": {**article, "brand": BRAND, "topics": "info"}}, {}, 302),
        ("GET", f"/admin/support/article/{draft.pk}/change/", {}, {}, 200),
        ("POST", f"/admin/support/lesson/{lesson.pk}/change/", {"data": {"support_lesson_approve": "1"}}, {}, 302),
        ("POST", f"/admin/file/{case}/lesson/", {"json": lesson_body}, {}, 201),
        ("POST", f"/admin/file/{case}/suggest/", {"json": {}}, {}, 200),
        ("POST", "/admin/incidents/", {"data": incident}, {}, 302),
    ]


def asked(pages: list[Any], mariam: User) -> dict[str, Any]:
    client = Client()
    client.force_login(mariam)
    cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": TOKEN}
    found = subprocess.run(
        [sys.executable, "-m", "tests.support.asking_pages"],
        cwd=ROOT,
        env={**os.environ, **database_of_the_tests(), "VOICE": "auto"},
        input=json.dumps({"cookies": cookies, "pages": pages}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def test_no_page_wants_a_library_of_models_where_a_worker_does(mariam: User) -> None:
    assert any((brands.load(BRAND).path / "voice" / "model").glob("*.safetensors")), "the weights a worker would load"
    pages = pages_that_think(mariam)
    found = asked([page[:4] for page in pages], mariam)
    answers = {page[1]: status for page, status in zip(pages, found["statuses"], strict=True)}
    assert answers == {page[1]: page[4] for page in pages}, "or the page has not thought"
    assert found["wanted"] == []
    assert "torch" in found["by_a_worker"]
