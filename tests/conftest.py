"""Fixtures for every room: a real private Redis, and the whole house really running on the test database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import House, running_house
from tests.servers import running_redis


@pytest.fixture(scope="session")
def redis_server() -> Iterator[None]:
    """A real Redis on the socket that the settings name."""
    with running_redis():
        yield


@pytest.fixture(scope="session")
def standing_house(django_db_setup: None, redis_server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for the whole session: starting it takes seconds."""
    log = tmp_path_factory.mktemp("house") / "log"
    with running_house(log, QUIET_SECONDS_WHATSAPP="0.4", SWEEP_AFTER_SECONDS="3") as house:
        yield house


@pytest.fixture
def house(standing_house: House, transactional_db: None) -> House:
    """The running house, with an empty database. What the test writes through the models, the house sees."""
    return standing_house


@pytest.fixture
def house_log(standing_house: House) -> Path:
    """Where the house's processes log."""
    return standing_house.log
