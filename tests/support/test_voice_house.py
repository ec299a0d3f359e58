"""Which voice a worker speaks with, what happens where it cannot be had, and how /ready tells."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from django.core.management import CommandError, call_command
from django.test import AsyncClient
from structlog.testing import capture_logs

from chatbot import brand as brands
from chatbot.types import Act
from chatbot.voices.ports import Brief, Voice
from support import minds, redis_client, tasks, worker_mind
from support.insight.signs import WORKER_SEEN, WORKER_VOICE
from support.voices import build as voices
from tests.test_architecture import BLOCK, HEAVY, ROOT

pytestmark = pytest.mark.django_db(transaction=True)
BRAND = "easytransfert"


@pytest.fixture
def own_voice(tmp_path: Path, settings: Any) -> Path:
    """A copy of the shipped weights, for a test to harm."""
    folder = tmp_path / "voice"
    for part in ("model", "adapters"):
        shutil.copytree(brands.load(BRAND).path / "voice" / part, folder / part)
    settings.VOICE_FOLDER, settings.VOICE = str(folder), "auto"
    return folder


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What was loaded for one test is loaded anew for the next."""
    monkeypatch.setattr(voices, "_speaks", {})
    worker_mind.forget_voice()
    yield
    worker_mind.forget_voice()


def tier_of(voice: Voice) -> str:
    """Who says a plain thing, whatever stands around them."""
    draft = voice.speak(Brief((Act("thanks"),), brand=BRAND), "seed")
    assert "".join(draft).strip()
    return draft.tier


def test_a_worker_speaks_with_the_local_voice_where_it_is_there(settings: Any) -> None:
    settings.VOICE = "auto"
    with capture_logs() as logs:
        assert tier_of(voices.for_worker(BRAND)) == "local"
    assert (voices.speaks_with(BRAND), logs) == ("local", [])


@pytest.mark.django_db(transaction=True)
def test_it_is_warm_before_the_first_customer(settings: Any) -> None:
    settings.VOICE = "local"
    worker_mind.warm_up(BRAND)
    assert worker_mind.with_voice(BRAND).voice.counts.tokens > 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (shutil.rmtree, "no weights"),
        (lambda folder: (folder / "model" / "model.safetensors").write_bytes(b"x" * 64), "damaged"),
        (lambda folder: (folder / "model" / "acts.json").write_text("{"), "damaged: acts.json"),
        (lambda folder: shutil.rmtree(folder / "adapters"), "no adapter"),
    ],
    ids=["no weights", "weights damaged", "acts damaged", "no adapter"],
)
def test_without_it_the_template_speaks_and_one_line_says_so(own_voice: Path, harm: Any, why: str) -> None:
    harm(own_voice)
    with capture_logs() as logs:
        assert tier_of(voices.for_worker(BRAND)) == "template"
    assert [(line["event"], line["voice"]) for line in logs] == [("voice_absent", "local")]
    assert voices.speaks_with(BRAND).startswith(f"template ({why}")


def test_a_voice_nobody_knows_is_the_template(settings: Any) -> None:
    settings.VOICE = "locale"
    assert voices.for_worker(BRAND).tier == "template"
    assert voices.speaks_with(BRAND) == "template (no voice 'locale' is configured)"


def test_a_worker_without_torch_speaks_with_the_template() -> None:
    code = BLOCK.format(names=HEAVY) + (
        "import django; django.setup()\n"
        "from support.voices import build\n"
        f"build.for_worker('{BRAND}'); print(build.speaks_with('{BRAND}'))"
    )
    found = _python(code, VOICE="auto")
    assert found.stdout.strip().splitlines()[-1] == "template (torch is not installed)", found.stderr


# --- What /ready says ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("speaks", ["local", "template (no weights)"])
async def test_ready_tells_what_the_workers_speak_with(async_client: AsyncClient, speaks: str) -> None:
    redis_client.connection().set(WORKER_SEEN, "now", ex=30)
    redis_client.connection().set(WORKER_VOICE, speaks, ex=30)
    minds.ready(BRAND)  # reading the brand may take longer than a check is given
    response = await async_client.get("/ready")
    assert (response.status_code, response.json()["checks"]["voice"]) == (200, speaks)


@pytest.mark.django_db(transaction=True)
def test_a_worker_leaves_word_of_its_voice_with_its_sign_of_life() -> None:
    tasks.sweep()
    assert redis_client.connection().get(WORKER_VOICE) is None  # it has not spoken yet
    voices.for_worker(house.BRAND)
    tasks.sweep()
    assert _text(redis_client.connection().get(WORKER_VOICE)) == "template"
    assert 0 < redis_client.connection().ttl(WORKER_VOICE) <= 30


# --- At a terminal ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["chat"], ["replay", "absent.jsonl"]], ids=["chat", "replay"])
def test_a_voice_that_cannot_be_had_ends_a_command_with_one_line(settings: Any, command: list[str]) -> None:
    settings.VOICE_FOLDER = "/nonexistent"
    with pytest.raises(CommandError, match=r"^no weights$") as caught:
        call_command(*command, "--voice", "local")
    assert caught.value.returncode == 2


def _python(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    import os

    environment = {**os.environ, **env}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
