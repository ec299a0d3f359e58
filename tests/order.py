"""Which files run together, so that they share a house, and which start first, so that no long one is left alone."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest
from xdist.scheduler import LoadFileScheduling

HOUSE = "the house"  # files whose tests talk to the house of tests/conftest.py; others that do get one for themselves
SHARES_THE_HOUSE = (
    "tests/browser/test_*journey.py",
    "tests/browser/test_console.py",
    "tests/browser/test_simulator.py",
    "tests/support/test_web_socket.py",
    "tests/support/simulator/test_simulator_api.py",
    "tests/support/backoffice/test_house.py",
)
HOUSE_OF_ITS_OWN = ("tests/browser/test_accounts_journey.py", "tests/browser/test_composer_journey.py")
LONGEST_FIRST = (  # half a minute and more each; what follows is short, so that both workers end together
    HOUSE,
    "tests/support/test_bench.py",
    "tests/support/test_serve.py",
    "tests/support/test_survival.py",
    "tests/support/media/test_receipts.py",
    "tests/chatbot/test_finetune.py",
    "tests/browser/test_composer_journey.py",
    "tests/browser/test_accounts_journey.py",
    "tests/browser/test_widget.py",
    "tests/chatbot/test_dialogue_machine.py",
    "tests/support/console/test_routes.py",
    "tests/support/test_bench_understanding.py",
    "tests/support/test_rehearsal_commands.py",
    "tests/support/test_training_commands.py",
    "tests/chatbot/test_added_flow.py",
    "tests/chatbot/test_normalise_laws.py",
    "tests/chatbot/test_calibration.py",
)


def unit_of(file: str) -> str:
    """What ``file`` runs in one go with, on one worker: itself, or all that share the house."""
    shares = any(fnmatch(file, pattern) for pattern in SHARES_THE_HOUSE) and file not in HOUSE_OF_ITS_OWN
    return HOUSE if shares else file


def file_of(item: pytest.Item) -> str:
    """The path of its file from the root."""
    return item.nodeid.partition("::")[0]


def asks_the_database(item: pytest.Item) -> bool:
    """Whether it may: pytest-django lets no other test connect, so those need not run on a second database."""
    return item.get_closest_marker("django_db") is not None or "django_db_setup" in getattr(item, "fixturenames", ())


def sort(items: list[pytest.Item]) -> None:
    """Long units first; a file stays whole and its tests in the order they are in."""
    rank = {unit: place for place, unit in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: (rank.get(unit_of(file_of(item)), len(rank)), file_of(item)))


class WholeUnits(LoadFileScheduling):
    """Hands out units in the order that they are collected in, not by how many tests they have."""

    def schedule(self) -> None:
        self.config.option.loadscopereorder = False
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(super()._split_scope(nodeid))
