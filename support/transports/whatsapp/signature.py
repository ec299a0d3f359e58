"""Whether a webhook was signed by Twilio, with our own token, for our own public address."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.http import QueryDict
from twilio.request_validator import RequestValidator

HEADER = "X-Twilio-Signature"


def is_genuine(path: str, query: str, form: QueryDict, signature: str) -> bool:
    """Whether ``signature`` fits a POST of ``form`` to ``path`` (starts with /) and ``query`` (raw, without "?").

    Twilio signs the address it was told, which behind proxies is not the one we see: the host is therefore always that
    of PUBLIC_URL, and no header has a say. The validator tries the address with and without its port and takes a key's
    repeated values as Twilio does. https://www.twilio.com/docs/usage/webhooks/webhooks-security
    """
    if not (settings.TWILIO_AUTH_TOKEN and signature.isascii()):
        return False
    return bool(_validator(settings.TWILIO_AUTH_TOKEN).validate(public_url(path, query), form, signature))


def public_url(path: str, query: str = "") -> str:
    """The address by which the outside world knows ``path``."""
    return f"{settings.PUBLIC_URL}{path}" + (f"?{query}" if query else "")


def sign(path: str, query: str, form: QueryDict) -> str:
    """The signature Twilio would send with this POST."""
    return str(_validator(settings.TWILIO_AUTH_TOKEN).compute_signature(public_url(path, query), form))


@lru_cache(maxsize=4)
def _validator(token: str) -> RequestValidator:
    return RequestValidator(token)
