"""An invented desk, small enough to be counted by hand; made once for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from support import demo
from support.demo_desk.fill import fill


@pytest.fixture(scope="module")
def month(
    django_db_setup: None, django_db_blocker: Any, redis_server: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[datetime]:
    """150 conversations of the last month, undone after the last test; its now."""
    now = timezone.now().replace(microsecond=0)
    here = override_settings(
        VAR_DIR=tmp_path_factory.mktemp("var"),
        EMBEDDED=True,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    with django_db_blocker.unblock(), here, transaction.atomic():
        demo.seed()
        fill(150, now=now)
        yield now
        transaction.set_rollback(True)


@pytest.fixture
def desk(month: datetime, db: None) -> datetime:
    """The same month for one test, which may change it."""
    return month
