"""Fixtures for every room: a real private Redis, and the whole house really running on the test database."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import partial
from typing import Any

import pytest
from django.conf import settings

from tests import order
from tests.emptying import empty_between_tests
from tests.house import House, running_house
from tests.kept import Kept
from tests.servers import running_redis

HOUSE: Kept[House] = Kept(order.unit_of)


def pytest_configure() -> None:
    """What costs every test time and proves nothing: a walk over all static files a browser, Django's flush."""
    settings.WHITENOISE_AUTOREFRESH = True
    empty_between_tests()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> order.WholeUnits:
    """See tests/order.py."""
    return order.WholeUnits(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """After pytest-django, which would run a part of every file before the rest of any.

    The run on PostgreSQL is the second one: it leaves out what asks nothing of the database.
    """
    order.sort(items)
    if not settings.EMBEDDED:
        config.hook.pytest_deselected(items=[item for item in items if not order.asks_the_database(item)])
        items[:] = filter(order.asks_the_database, items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """The house goes before the tests of files that do not share it: its worker would answer their customers."""
    HOUSE.leave_unless(order.file_of(item))


@pytest.fixture(scope="session")
def redis_server() -> Iterator[None]:
    """A real Redis on the socket that the settings name."""
    with running_redis():
        yield


@pytest.fixture(scope="session")
def ground(django_db_setup: None, redis_server: None) -> Iterator[None]:
    """What a house stands on; at the end the house goes first."""
    yield
    HOUSE.close()


@pytest.fixture
def standing_house(request: pytest.FixtureRequest, ground: None, tmp_path_factory: pytest.TempPathFactory) -> House:
    """One house for all files that share it: it takes the time of ten tests to start."""
    log = tmp_path_factory.mktemp("house") / "log"
    opening = partial(running_house, log, QUIET_SECONDS_WHATSAPP="0.4", SWEEP_AFTER_SECONDS="3")
    return HOUSE.get(order.file_of(request.node), opening)


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


@pytest.fixture(scope="session", autouse=True)
def _logs_can_be_captured() -> None:
    """A logger that one test has used is not kept as it was then: the next may want to hear it."""
    import structlog

    structlog.configure(cache_logger_on_first_use=False)
