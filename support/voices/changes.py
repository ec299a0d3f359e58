"""What an operator changes of the remote voices: each change is checked, stored and audited in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Max
from django.forms.models import model_to_dict

from support import db, recent
from support.models import VoiceDeployment, VoicePrice, VoiceSwitch
from support.privacy import audit

Row = TypeVar("Row", VoiceDeployment, VoiceSwitch)


def save_deployment(row: VoiceDeployment, by: User | None) -> VoiceDeployment:
    """Store a new or changed deployment. Raises ValidationError by field."""
    return _save(row, "voice_deployment", by)


def save_switch(row: VoiceSwitch, by: User | None) -> VoiceSwitch:
    """Store what a brand allows and may spend. Raises ValidationError by field."""
    return _save(row, "voice_switch", by)


def add_price(row: VoicePrice, by: User | None) -> VoicePrice:
    """Store a new price under the next version of its deployment. Raises ValidationError by field."""
    with db.write():
        deployment = VoiceDeployment.objects.select_for_update().get(pk=row.deployment_id)
        newest = deployment.prices.aggregate(newest=Max("number"))["newest"] or 0
        row.pk, row.number = None, newest + 1
        row.version = f"{deployment.name}@{row.number}"
        row.full_clean()
        row.save(force_insert=True)
        audit.record(by, "voice_price", row.version, _readable(_values(row)))
    recent.forget()
    return row


def _save(row: Row, act: str, by: User | None) -> Row:
    with db.write():
        before = type(row).objects.select_for_update().filter(pk=row.pk).first() if row.pk else None
        row.full_clean()
        was = _values(before) if before else {}
        changed = {name: value for name, value in _values(row).items() if name not in was or was[name] != value}
        if changed:
            row.save()
            details = {
                "before": _readable({name: was[name] for name in changed if name in was}),
                "after": _readable(changed),
            }
            audit.record(by, act, str(row)[:80], details)
    recent.forget()
    return row


def _values(row: models.Model) -> dict[str, Any]:
    return model_to_dict(row, exclude=["id"])


def _readable(values: Mapping[str, Any]) -> dict[str, Any]:
    """As the audit trail keeps them: JSON."""
    return {name: value if isinstance(value, bool | int) else _text(value) for name, value in values.items()}


def _text(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
