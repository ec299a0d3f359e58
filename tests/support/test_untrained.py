"""No web process trains the classifier: it is not ready until somebody has, and says what to run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chatbot.understand import training
from support import minds
from support.backoffice import tokens
from tests.support.journeys import BRAND
from tests.test_architecture import run_python

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _a_web_process_where_nothing_is_trained(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(minds, "_trains", False)
    monkeypatch.setattr(training, "train", lambda *_: pytest.fail("trained within a request"))
    minds._shipped.cache_clear()
    yield
    minds._shipped.cache_clear()


def test_it_is_not_ready_and_says_what_to_run_and_a_page_that_thinks_asks_to_come_back() -> None:
    _, token = tokens.create("essai", ["predict"], BRAND)
    page = {
        "data": {"text": "slt"},
        "content_type": "application/json",
        "headers": {"Authorization": f"Bearer {token}"},
    }
    answer = Client().post("/api/v1/predict", **page)
    assert answer.status_code == 503 and answer["Retry-After"] == "60"
    assert answer.json()["detail"].startswith("L'assistant n'est pas encore prêt")
    answer = Client().get("/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["understanding"] == "not trained: manage.py train intents"


def test_the_web_processes_are_told_so_at_their_start() -> None:
    found = run_python("import support.asgi; from support import minds; print(minds._trains)")
    assert found.stdout.strip() == "False", found.stderr
