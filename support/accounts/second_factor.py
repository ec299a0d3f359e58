"""The second factor of staff: a code of their telephone, or one of ten recovery codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.models import Device, ThrottlingMixin
from django_otp.plugins.otp_static.models import StaticDevice

from support import db
from support.accounts import sessions
from support.models import Authenticator
from support.privacy import audit

CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a code: the device that took it, or None and perhaps the seconds to wait."""

    device: Device | None
    wait_seconds: int = 0


def is_required(user: User | AnonymousUser) -> bool:
    """Whether ``user`` must show a second factor: all staff, where the setting says so."""
    return bool(settings.SECOND_FACTOR and user.is_staff)


def is_satisfied(session: SessionBase, user: User | AnonymousUser) -> bool:
    """Whether this session has shown the second factor, or need not."""
    return not is_required(user) or is_verified(session, user)


def is_verified(session: SessionBase, user: User | AnonymousUser) -> bool:
    """Whether this session was verified by a device that is still this user's."""
    name = session.get(DEVICE_ID_SESSION_KEY)
    device = Device.from_persistent_id(name) if isinstance(name, str) else None
    return bool(device is not None and device.user_id == user.pk and device.confirmed)


def has_device(user: User) -> bool:
    """Whether ``user`` has enrolled."""
    return bool(Authenticator.objects.filter(user=user, confirmed=True).exists())


def pending(user: User) -> Authenticator:
    """The device that is about to be enrolled; the same one until it is confirmed."""
    with db.write():
        User.objects.select_for_update().get(pk=user.pk)
        found: Authenticator | None = Authenticator.objects.filter(user=user, confirmed=False).first()
        return found or Authenticator.objects.create(user=user, name="telephone", confirmed=False)


def secret(device: Authenticator) -> str:
    """What a person types who cannot scan, in groups of four."""
    text = base64.b32encode(device.bin_key).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def confirm(user: User, code: str) -> tuple[Checked, list[str]]:
    """Enrol the pending device with its first code. It takes the place of any other, and there are new codes."""
    with db.write():
        device = Authenticator.objects.select_for_update().filter(user=user, confirmed=False).first()
        if device is None or (checked := _try(device, _digits(code))).device is None:
            return (checked if device else Checked(None)), []
        Authenticator.objects.filter(user=user).exclude(pk=device.pk).delete()
        device.confirmed = True
        device.save()
        codes = _new_codes(user)
        audit.record(user, "second_factor_on", f"user:{user.pk}")
    return checked, codes


def check(user: User, code: str) -> Checked:
    """Try ``code`` as one of the telephone's, else as a recovery code, which then is spent. Rows are locked: once."""
    with db.write():
        if len(digits := _digits(code)) == 6 and code.strip()[:1].isdigit():
            device: ThrottlingMixin | None = _locked(Authenticator, user)
            return _try(device, digits) if device else Checked(None)
        static = _locked(StaticDevice, user)
        checked = _try(static, _digest(user, code)) if static else Checked(None)
        if checked.device:
            audit.record(user, "recovery_code_used", f"user:{user.pk}", {"left": codes_left(user)})
        return checked


def codes_left(user: User) -> int:
    """How many recovery codes are not spent."""
    device = StaticDevice.objects.filter(user=user).first()
    return device.token_set.count() if device else 0


def renew_codes(user: User) -> list[str]:
    """Ten new recovery codes; the old ones are worth nothing from now on."""
    with db.write():
        codes = _new_codes(user)
        audit.record(user, "recovery_codes_renewed", f"user:{user.pk}")
    return codes


def reset(user: User, by: User) -> None:
    """Forget the devices of somebody who lost theirs, and end their sessions: the next sign-in enrols anew.

    Raises PermissionError for one's own: who holds a stolen session must not get rid of the second factor.
    """
    if user.pk == by.pk:
        raise PermissionError("Votre propre second facteur se réinitialise par un collègue.")
    with db.write():
        Authenticator.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        sessions.end_all(user)
        audit.record(by, "second_factor_reset", f"user:{user.pk}")


def _new_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="codes")
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(8)) for _ in range(CODES)]
    for code in codes:
        device.token_set.create(token=_digest(user, code))
    return [f"{code[:4]}-{code[4:]}" for code in codes]


def _digest(user: User, code: str) -> str:
    """80 bits under our key, which is what the column holds: a dump gives no codes."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    digest = hmac.new(settings.INDEX_KEY.encode(), f"recovery\0{user.pk}\0{plain}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def _digits(code: str) -> str:
    return "".join(letter for letter in code if letter in "0123456789")


def _locked(kind: type[Authenticator] | type[StaticDevice], user: User) -> Authenticator | StaticDevice | None:
    return kind.objects.select_for_update().filter(user=user, confirmed=True).first()


def _try(device: Authenticator | StaticDevice, code: str) -> Checked:
    allowed, why = device.verify_is_allowed()
    if not allowed:
        until = (why or {}).get("locked_until")
        return Checked(None, max(1, math.ceil((until - timezone.now()).total_seconds())) if until else 1)
    return Checked(device if device.verify_token(code) else None)
