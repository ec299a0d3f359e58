"""The public page says when advisers are there, by the same hours as everything else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.support.promises.conftest import Clock

MONDAY = datetime(2026, 6, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "said", "away"),
    [
        (MONDAY, "Conseillers en ligne, assistant jour et nuit", False),
        (MONDAY.replace(hour=7), "conseillers de retour aujourd", True),
        (MONDAY.replace(hour=19), "conseillers de retour demain", True),
        (MONDAY.replace(day=13), "conseillers de retour lundi", True),
    ],
    ids=["at work", "before eight", "in the evening", "on Saturday"],
)
def test_the_page_says_whether_advisers_are_there(
    at: datetime, said: str, away: bool, office: Callable[..., None], now: Clock
) -> None:
    office()
    now.time = at
    page = Client().get("/").content.decode().replace("&#x27;", "'")
    assert said in page and "Ouvert jour et nuit" not in page
    assert ("always away" in page) == away


def test_a_holiday_is_no_day_of_advisers(office: Callable[..., None], now: Clock) -> None:
    office(MONDAY)
    now.time = MONDAY
    assert "de retour demain" in Client().get("/").content.decode()


def test_who_is_always_there_says_so(transactional_db: None) -> None:
    assert "Ouvert jour et nuit" in Client().get("/").content.decode(), "the folder's own hours: every day, all day"
