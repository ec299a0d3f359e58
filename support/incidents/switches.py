"""How much the assistant does: full, collect only, people only; per brand, channel and operator, within seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import User

from chatbot.types import Mode as ModeName
from support import clock, recent
from support.db import write
from support.models import Mode, ServiceSwitch
from support.privacy import audit
from support.recent import Recent


def modes(brand: str, channel: str) -> Mapping[str, ModeName]:
    """Mode by operator on a channel, "" for where no operator is known. The row that names most holds."""
    return _recent.of(brand, channel)


@dataclass(frozen=True, slots=True)
class Where:
    """What a switch is about; empty: all of them."""

    brand: str
    channel: str = ""
    operator: str = ""


def turn(where: Where, mode: Mode, user: User, reason: str) -> ServiceSwitch:
    """Set the switch, on the record."""
    with write():
        row, _ = ServiceSwitch.objects.select_for_update().get_or_create(
            brand=where.brand, channel=where.channel, operator=where.operator, defaults={"changed_at": clock.now()}
        )
        before = row.mode
        row.mode, row.reason, row.changed_by, row.changed_at = mode, reason[:200], user, clock.now()
        row.save()
        target = f"switch:{where.brand}/{where.channel or '*'}/{where.operator or '*'}"
        audit.record(user, "switch", target, {"from": before, "to": mode})
    recent.forget()
    return row


def _modes(brand: str, channel: str) -> Mapping[str, ModeName]:
    rows = ServiceSwitch.objects.filter(brand=brand, channel__in=["", channel])
    found: dict[str, ModeName] = {}
    for row in sorted(rows, key=lambda row: bool(row.channel)):  # what names the channel comes last, and holds
        found[row.operator] = cast("ModeName", row.mode)
    return found


_recent: Recent[Mapping[str, ModeName]] = Recent(_modes, {})
