"""A house whose every text is an attack: one row of each model at least, script in each column that holds words."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.db import models
from django.utils import timezone

from chatbot.types import HandoffCard
from support import db, escalate, handing
from support.models import (
    AuditEvent,
    AuditHead,
    Availability,
    Channel,
    Conversation,
    IndexKey,
    Label,
    Message,
    TeamMember,
)
from support.privacy import audit
from support.privacy.fields import EncryptedJSON, EncryptedText
from tests.support.journeys import BRAND, write

PAYLOADS = (
    "<script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "</textarea></title><svg onload=window.hacked=1>",
    "{{constructor.constructor('window.hacked=1')()}}",
    "javascript:window.hacked=1",
    "'};window.hacked=1;//",
    "</script><img src=x onerror=window.hacked=1>",
)
ALL = " ".join(PAYLOADS)
# Codes that the program itself writes and reads: what stands there was never typed by anybody.
CODES = {"brand", "tier", "key_variable", "form_of", "operator", "channel", "slug", "digest", "token", "sid", "mark"}
CODES |= {"salt", "external_id", "media", "value_index", "reference_index", "colour", "number", "version", "kind"}
CODES |= {"transport", "template", "delivery", "promise", "content_type", "name_of"}
# The chain and the key's mark: written by audit and keys alone, with attacks of their own.
NOT_POISONED = {AuditEvent, AuditHead, IndexKey}
Values = Mapping[str, Any]


def evil(number: int, length: int | None) -> str:
    """An attack that fits; the beginning of one where none does."""
    fitting = [each for each in PAYLOADS if not length or len(each) <= length]
    return fitting[number % len(fitting)] if fitting else "<svg onload=window.hacked=1>"[:length]


def poisoned_case(agent: User) -> Conversation:
    """A conversation that waits for a person, and around it everything else that the house can hold."""
    case = write(PAYLOADS[0], Channel.WHATSAPP, "+2250700000001", display_name=evil(1, 80)).conversation
    for payload in PAYLOADS[1:]:
        write(payload, Channel.WHATSAPP, "+2250700000001")
    card = HandoffCard(
        kind="wrong_recipient",
        known={"easytransfert_id": evil(0, 99), "wrong_msisdn": evil(1, 99)},
        missing=(evil(2, 99),),
        asked=(),
        mood="neg",
        claims=(evil(1, 99),),
        amount_fcfa=1,
    )
    with db.write():
        escalate.open_locked(case, "wrong_recipient", "urgent", ALL, card)
    _speak(case, agent)
    with db.write():
        audit.record(agent, evil(1, 40), evil(1, 80), {"reason": "other", "note": PAYLOADS[1]})
        audit.record(agent, "reveal", f"conversation:{case.id}", {"reason": PAYLOADS[1], "note": PAYLOADS[1]})
        audit.record(agent, "label_added", f"conversation:{case.id}", {"name": PAYLOADS[1]})
        audit.record(agent, "give", f"conversation:{case.id}", {"to": PAYLOADS[1]})
    for model in apps.get_app_config("support").get_models():
        if model not in NOT_POISONED and not model._meta.proxy:
            _poison(model, agent)
    handing.give(case.id, _colleague(), agent, PAYLOADS[1], may_assign=True)
    Label.objects.create(brand=case.brand, name=evil(1, 40)).conversations.add(case)
    Group.objects.create(name=evil(1, 150))
    LogEntry.objects.create(
        user=agent, object_repr=evil(1, 200), action_flag=CHANGE, change_message=PAYLOADS[1], object_id=evil(4, 99)
    )
    case.refresh_from_db()
    return case


def _colleague() -> User:
    """Somebody else at the desk, to be mentioned and given cases to."""
    user = User.objects.create_user("koffi", first_name=evil(1, 150), last_name=PAYLOADS[0], is_staff=True)
    user.groups.add(Group.objects.get(name="supervisor"))
    for each in User.objects.all():
        TeamMember.objects.update_or_create(
            user=each, defaults={"availability": Availability.AVAILABLE, "seen_at": timezone.now()}
        )
    return user


def _speak(case: Conversation, agent: User) -> None:
    """What the assistant, an agent and the customer's telephone add: names of files, choices, what was read."""
    file = {"kind": "image", "name": evil(1, 120), "url": PAYLOADS[4], "size": 1, "content_type": evil(1, 80)}
    said: dict[str, Any] = {"kind": "image", "attachments": [file], "at": timezone.now(), "transport": Channel.WHATSAPP}
    for author in ("customer", "bot", "agent", "system"):
        case.refresh_from_db()
        Message.objects.create(
            conversation=case, seq=case.next_seq, author=author, text=PAYLOADS[1], delivery="sent",
            agent=agent if author == "agent" else None, choices=[{"id": evil(1, 20), "label": evil(1, 60)}],
            reading={"text": ALL, "said": ALL, "amount": PAYLOADS[1]}, sources=[PAYLOADS[1]], error_code=evil(1, 20),
            **said,
        )  # fmt: skip
        Conversation.objects.filter(id=case.id).update(next_seq=case.next_seq + 1)


def _poison(model: type[models.Model], agent: User) -> None:
    """Script in every text of the model's rows; a row is made where there is none."""
    if not model._default_manager.exists():
        model._default_manager.create(**{**_row(model, agent), **MADE.get(model.__name__, {})})
    for number, row in enumerate(model._default_manager.all()):
        if texts := dict(_texts(model, number)):
            texts |= {name: value for name, value in MADE.get(model.__name__, {}).items() if name in texts}
            model._default_manager.filter(pk=row.pk).update(**texts)


def _texts(model: type[models.Model], number: int) -> Iterator[tuple[str, str]]:
    """Name and attack of every column that holds words."""
    for place, field in enumerate(model._meta.concrete_fields):
        is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, EncryptedJSON)
        if not is_text or field.primary_key or field.choices or field.name in CODES:
            continue
        whole = isinstance(field, EncryptedText | models.TextField) and not field.max_length
        yield field.name, ALL if whole else evil(number + place, field.max_length)


def _row(model: type[models.Model], agent: User) -> dict[str, Any]:
    """What a row cannot be without; another row it belongs to is one that is there."""
    found: dict[str, Any] = dict(_texts(model, 0))
    for field in model._meta.concrete_fields:
        if field.name in found or field.primary_key and field.has_default():
            continue
        if isinstance(field, models.ForeignKey):
            found |= _relation(field, agent)
        elif field.name == "brand":
            found["brand"] = BRAND
        elif not (field.null or field.has_default() or field.primary_key and isinstance(field, models.AutoField)):
            found[field.name] = _value(field)
    return found


def _relation(field: models.ForeignKey[Any, Any], agent: User) -> dict[str, Any]:
    other = field.related_model
    if other is User:
        return {field.name: agent}
    if not isinstance(other, type) or other is field.model:
        return {}
    if not field.null and not other._default_manager.exists():
        _poison(other, agent)
    row = other._default_manager.first()
    return {field.name: row} if row else {}


def _value(field: models.Field[Any, Any]) -> object:
    if field.choices:
        return field.flatchoices[0][0]  # type: ignore[attr-defined]  # Django's own, unknown to its types
    kinds: dict[type, object] = {
        models.DateTimeField: timezone.now(),
        models.DateField: date(2026, 12, 25),
        models.TimeField: time(8),
        models.DecimalField: Decimal(1),
        models.BooleanField: True,
        models.BinaryField: b"x",
        models.IntegerField: 1,
        models.FloatField: 1.0,
        models.UUIDField: uuid.uuid4(),
    }
    for kind, value in kinds.items():
        if isinstance(field, kind):
            return value
    return "x"


# What a row of a model must be like for its page to show as much as it can, and the texts that are codes there.
_NOW = timezone.now()
MADE: Mapping[str, Values] = {
    "OpeningHours": {"opens": time(8), "closes": time(18)},
    "Macro": {"steps": {"reply": PAYLOADS[0], "labels": [evil(1, 40)], "note": ALL}},
    "SavedView": {"filters": {"label": evil(1, 99), "q": PAYLOADS[1]}},
    "TurnTrace": {
        "first_seq": 1, "last_seq": 1, "reply_seq": 9, "acts": [PAYLOADS[1]], "entities": [PAYLOADS[1]],
        "intents": [{"name": PAYLOADS[1], "confidence": 0.5}],
    },
    "Satisfaction": {"score": 1, "answered_at": _NOW},
    "Claim": {"number": "AK-204-7318", "kind": "not_received", "slots": {
        name: {"value": PAYLOADS[1], "source": PAYLOADS[1], "at": _NOW.isoformat(), "validity": "ok"}
        for name in ("easytransfert_id", PAYLOADS[1])
    }},
    "ClaimEvent": {"name": "status", "details": {"by": PAYLOADS[1], "note": PAYLOADS[1], "status": PAYLOADS[1]}},
    "StoredFile": {"content": "eA=="},
    "EngineCall": {"price_version": "x", "tier": "x:standard"},
    "Experiment": {"arms": [
        {"name": evil(1, 40), "weight": 1, "tier": "", "adapter": ""},
        {"name": evil(0, 40), "weight": 1, "tier": "", "adapter": PAYLOADS[1]},
    ]},
    "ServiceSwitch": {"mode": "collect", "operator": "", "channel": ""},
    "Notice": {"kind": "mention"},
}  # fmt: skip
