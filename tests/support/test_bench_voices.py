"""The bench of the router gives its rows, and the router's share of them is what it promises."""

from __future__ import annotations

from support.bench.voices import faults
from support.bench.voices.router import rows
from tests.routing import SHORT


def test_the_routers_rows_are_there_and_premium_keeps_its_share() -> None:
    found = rows(calls=20)
    assert [row.what for row in found if row.target] and found[0].ours > 0
    assert all(row.met for row in found if row.what.startswith("premium"))


def test_every_fault_everywhere_ends_in_a_fitting_reply_or_a_person() -> None:
    fitting, longest = faults.rows(SHORT)
    assert fitting.ours == 100 and longest.met
