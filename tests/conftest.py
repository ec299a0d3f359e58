"""Fixtures for every room: a real private Redis, and the whole house really running on the test database."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from django.conf import settings

from tests.emptying import empty_between_tests
from tests.house import House, running_house
from tests.servers import running_redis


def pytest_configure() -> None:
    """What costs every test time and proves nothing: a walk over all static files a browser, Django's flush."""
    settings.WHITENOISE_AUTOREFRESH = True
    empty_between_tests()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[None]:
    """A real Redis on the socket that the settings name."""
    with running_redis():
        yield


@pytest.fixture(scope="module")
def standing_house(
    django_db_setup: None, redis_server: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """One house a module: left standing, its worker would answer the customers of tests that take turns themselves."""
    log = tmp_path_factory.mktemp("house") / "log"
    with running_house(log, QUIET_SECONDS_WHATSAPP="0.4", SWEEP_AFTER_SECONDS="3") as house:
        yield house


@pytest.fixture
def house(standing_house: House, transactional_db: None) -> House:
    """The running house, with an empty database. What the test writes through the models, the house sees."""
    return standing_house


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failing test that used the house shows the end of the house's log."""
    report = yield
    house = getattr(item, "funcargs", {}).get("house")
    if report.failed and isinstance(house, House):
        report.sections.append(("the house's log", house.log.read_text(errors="replace")[-6000:]))
    return report
