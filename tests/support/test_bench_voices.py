"""The bench of the router gives its rows, and the router's share of them is what it promises."""

from __future__ import annotations

from support.bench.voices.router import rows


def test_the_routers_rows_are_there_and_premium_keeps_its_share() -> None:
    found = rows(calls=20)
    assert [row.what for row in found if row.target] and found[0].ours > 0
    assert all(row.met for row in found if row.what.startswith("premium"))
