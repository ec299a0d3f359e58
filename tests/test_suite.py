"""The suite's own machinery: which files run together and first, and what stays open from file to file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests import order
from tests.house import ROOT
from tests.kept import Kept


def test_every_file_that_the_order_names_is_there() -> None:
    named = {*order.LONGEST_FIRST, *order.SHARES_THE_HOUSE, *order.HOUSE_OF_ITS_OWN} - {order.HOUSE}
    assert [pattern for pattern in sorted(named) if not list(ROOT.glob(pattern))] == []


def test_files_that_share_the_house_are_one_unit_and_others_their_own() -> None:
    assert order.unit_of("tests/browser/test_case_journey.py") == order.HOUSE
    assert order.unit_of("tests/support/test_web_socket.py") == order.HOUSE
    for own in (*order.HOUSE_OF_ITS_OWN, "tests/support/test_survival.py"):
        assert order.unit_of(own) == own


def test_what_is_kept_is_opened_once_a_group_and_closed_before_the_next() -> None:
    told: list[str] = []

    @contextmanager
    def thing() -> Iterator[int]:
        told.append("opened")
        yield len(told)
        told.append("closed")

    kept: Kept[int] = Kept(lambda file: file[0])
    assert [kept.get("a1", thing), kept.get("a2", thing)] == [1, 1]
    kept.leave_unless("a3")
    assert told == ["opened"]
    kept.leave_unless("b1")
    assert told == ["opened", "closed"]
    assert kept.get("b1", thing) == 3
    kept.close()
    kept.close()
    assert told == ["opened", "closed"] * 2
