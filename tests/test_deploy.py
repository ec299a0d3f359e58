"""deploy/ says what the code does: same commands, every queue served, no secret, nobody root."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from support.supervisor.programs import beat_command, web_command, worker_command

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "deploy" / "compose.yaml").read_text()
COMPOSE: Mapping[str, Any] = yaml.safe_load(TEXT)
SERVICES: Mapping[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
STAYING = [name for name in SERVICES if name != "migrate"]


def test_it_has_every_process_of_the_house() -> None:
    assert set(SERVICES) == {"db", "redis", "migrate", "web", "worker-turns", "worker-delivery", "beat", "proxy"}


def test_the_web_server_runs_as_serve_runs_it() -> None:
    assert ["python", *web_command("0.0.0.0", 8000)[1:]] == [*SERVICES["web"]["command"]]


@pytest.mark.parametrize(("name", "queues"), [("worker-turns", "turns"), ("worker-delivery", "delivery,housekeeping")])
def test_the_workers_run_as_serve_runs_them(name: str, queues: str) -> None:
    assert ["python", *worker_command(queues)[1:]] == [*SERVICES[name]["command"]]


def test_the_clock_runs_as_serve_runs_it() -> None:
    assert ["python", *beat_command(Path("/tmp/beat-schedule"))[1:]] == [*SERVICES["beat"]["command"]]


def test_every_queue_is_served() -> None:
    commands = [service["command"] for name, service in SERVICES.items() if name.startswith("worker")]
    served = {queue for command in commands for queue in command[command.index("-Q") + 1].split(",")}
    used = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {settings.CELERY_TASK_DEFAULT_QUEUE}
    assert used <= served


@pytest.mark.parametrize("file", ["compose.yaml", "Dockerfile", "README.md"])
def test_every_management_command_named_exists(file: str) -> None:
    named = re.findall(r"manage\.py (\w+)", (ROOT / "deploy" / file).read_text())
    assert named
    assert set(named) <= set(get_commands())


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_given_to_our_processes_is_one_they_read(name: str) -> None:
    documented = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(OURS[name]["environment"]) <= documented


def test_there_is_no_secret_inside() -> None:
    named = re.findall(r"^\s*(\w*(?:SECRET|KEY|KEYS|TOKEN|PASSWORD|DATABASE_URL)\w*): *(.+)$", TEXT, re.MULTILINE)
    assert len(named) >= 6
    assert [line for line in named if not line[1].startswith("${")] == []


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_processes_have_few_rights(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "ports" not in service


def test_the_image_ends_as_a_user_without_rights() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users[-1] == "10001:10001"


def test_the_image_copies_only_what_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    sources = [source for line in copied for source in line.split()[:-1]]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


@pytest.mark.parametrize("name", STAYING)
def test_every_process_that_stays_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_only_the_proxy_is_open_to_the_world_and_it_hides_the_metrics() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert re.search(r"@private path .*/metrics", caddy)
    assert "respond @private 404" in caddy


def test_the_database_and_redis_cannot_be_reached_from_outside() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert all(SERVICES[name]["networks"] == ["inside"] for name in ("db", "redis"))
