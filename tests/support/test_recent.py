"""Small values of the database, read every two seconds at most: fresh enough, and there while the base is away."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.db import DatabaseError
from structlog.testing import capture_logs

from support import recent
from support.recent import Recent


def reading(*answers: str | Exception, ticks: Callable[[], float] = time.monotonic) -> Recent[str]:
    """A value that is read to be each of ``answers`` in turn."""
    left = iter(answers)

    def read(slug: str) -> str:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return f"{slug} {answer}"

    return Recent(read, "nothing", ticks)


def test_it_is_not_read_again_within_two_seconds_unless_forgotten() -> None:
    value = reading("old", "new")
    assert (value.of("a"), value.of("a")) == ("a old", "a old")
    recent.forget()
    assert value.of("a") == "a new"


def test_each_key_has_its_own() -> None:
    value = reading("first", "second")
    assert (value.of("a"), value.of("b"), value.of("a")) == ("a first", "b second", "a first")


def test_it_is_read_again_when_two_seconds_have_gone() -> None:
    now = iter([0.0, 0.0, 1.9, 2.0, 2.0])
    value = reading("old", "new", ticks=lambda: next(now))
    assert [value.of("a") for _ in range(3)] == ["a old", "a old", "a new"]


def test_what_was_last_known_holds_while_the_base_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "CHECK_SECONDS", 0.0)
    value = reading(DatabaseError(), "known", DatabaseError())
    with capture_logs() as logs:
        assert [value.of("a") for _ in range(3)] == ["nothing", "a known", "a known"]
    assert [line["event"] for line in logs] == ["not_read", "not_read"]


def test_any_other_fault_is_the_askers() -> None:
    with pytest.raises(ValueError, match="no such brand"):
        reading(ValueError("no such brand")).of("a")
