"""How much of the customers one person looks at in an hour: supervisors are told when it is a lot, and it has an end.

Counted in Redis; a Redis that is away bounds nobody. What is looked for is not kept: cases are counted by a digest.
"""

from __future__ import annotations

import hashlib
import time
import tomllib
import uuid
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import redis
from django.contrib.auth.models import User

from support import db, notices, redis_client, staff
from support.models import NoticeKind
from support.privacy import audit

HOUR = 3600
REVEALS, CASES, SEARCHES = "reveals", "cases", "searches"
TOO_MANY = "C'est beaucoup pour une heure : vos superviseurs sont prévenus. Attendez, ou demandez-leur."


def wait(user: User, act: str, what: uuid.UUID | None = None) -> int:
    """Seconds until ``user`` may do ``act`` again; 0 when they may now, which this counts. ``what`` counts once."""
    rule = rules()[act]
    count, is_news = _counted(user, act, what)
    if is_news and count == rule["tell"]:
        _tell(user, act, rule["words"].format(count=count))
    return HOUR - int(time.time()) % HOUR if rule["most"] and count > rule["most"] else 0


@cache
def rules() -> Mapping[str, Mapping[str, Any]]:
    """By act: from where on supervisors are told, where it ends, and the words."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _counted(user: User, act: str, what: uuid.UUID | None) -> tuple[int, bool]:
    """How often within this hour, and whether this look was a new one."""
    one = hashlib.sha256((what or uuid.uuid4()).bytes).hexdigest()[:16]
    key = f"akwaba:appetite:{act}:{user.pk}:{int(time.time()) // HOUR}"
    try:
        with redis_client.connection().pipeline(transaction=False) as pipe:
            pipe.sadd(key, one)
            pipe.scard(key)
            pipe.expire(key, HOUR)
            added, count, _ = pipe.execute()
    except redis.RedisError:
        return 0, False
    return int(count), bool(added)


def _tell(user: User, act: str, words: str) -> None:
    with db.write():
        others = [each for each in staff.supervisors() if each.pk != user.pk]
        notices.tell(others, NoticeKind.INCIDENT, None, f"{staff.name(user)} {words}.")
        audit.record(None, "looks_at_many", f"user:{user.pk}", {"what": act})
