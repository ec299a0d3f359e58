"""What Twilio does with a message it is given: take it, or refuse it with the code it would give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import phonenumbers
from django.conf import settings

from support import clock, db, whatsapp_templates
from support.models import SimulatedMessage, SimulatedPhone
from support.simulator import phones

WINDOW = timedelta(hours=24)
MAX_BODY = 1600


class Refusal(Exception):
    """An answer of Twilio's API that is an error. https://www.twilio.com/docs/api/errors"""

    def __init__(self, http_status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.http_status, self.code, self.message = http_status, code, message


# Failures that the page can ask for: those Twilio answers with at once, and those it reports later.
AT_ONCE = {
    "20429": (429, "Too Many Requests"),
    "20500": (500, "Internal Server Error"),
    "20503": (503, "Service Unavailable"),
    "21610": (400, "Attempt to send to unsubscribed recipient"),
    "63018": (429, "Rate limit exceeded for Channel"),
}
LATER = {
    "63003": "Channel could not find To address",
    "63016": "Failed to send freeform message because you are outside the allowed window",
    "63024": "Invalid message recipient",
}
FAILURES = {  # what the page calls them
    "20429": "20429 · trop de requêtes (repassera)",
    "20500": "20500 · panne de Twilio (incertain)",
    "20503": "20503 · service indisponible (incertain)",
    "63018": "63018 · débit dépassé (repassera)",
    "21610": "21610 · le client a dit STOP (définitif)",
    "63003": "63003 · numéro sans WhatsApp (annoncé après)",
    "63016": "63016 · hors des 24 h (annoncé après)",
    "63024": "63024 · destinataire invalide (annoncé après)",
}


def take(fields: Mapping[str, str]) -> SimulatedMessage:
    """Queue a message from the API's parameters (To, From, Body, ContentSid, StatusCallback …). Raises Refusal."""
    number, text, template = _checked_recipient(fields), fields.get("Body", ""), fields.get("ContentSid", "")
    media = fields.get("MediaUrl", "")
    _check_sender(fields)
    callback = _checked_callback(fields)
    if template:
        text = _template_text(template, fields.get("ContentVariables", ""))
    elif media and not media.startswith(settings.PUBLIC_URL + "/"):
        raise Refusal(400, 21620, "Invalid media URL(s)")  # only this very server is ever asked
    elif not (text.strip() or media):
        raise Refusal(400, 21619, "A text message body or media urls must be specified.")
    elif len(text) > MAX_BODY:
        raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    phones.phone(number)
    with db.write():
        phone = SimulatedPhone.objects.select_for_update().get(number=number)
        failure = phone.fail_next
        if failure:
            phone.fail_next = ""
            phone.save(update_fields=["fail_next"])
    _check_willing(phone, failure, template)
    with db.write():
        return SimulatedMessage.objects.create(
            sid=phones.new_sid("SM"),
            phone=phone,
            from_phone=False,
            body=text,
            media=[{"url": media.removeprefix(settings.PUBLIC_URL)}] if media else [],
            template=template,
            status="queued",
            error_code=failure if failure in LATER else "",
            callback=callback,
            at=clock.now(),
        )


def _checked_recipient(fields: Mapping[str, str]) -> str:
    to = fields.get("To", "")
    if not to:
        raise Refusal(400, 21604, "A 'To' phone number is required.")
    try:
        parsed = phonenumbers.parse(to.removeprefix("whatsapp:"), None)
    except phonenumbers.NumberParseException:
        raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {to[:40]}") from None
    if not to.startswith("whatsapp:") or not phonenumbers.is_possible_number(parsed):
        raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {to[:40]}")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _check_sender(fields: Mapping[str, str]) -> None:
    sender, service = fields.get("From", ""), fields.get("MessagingServiceSid", "")
    if not (sender or service):
        raise Refusal(400, 21603, "A 'From' phone number is required.")
    if sender and sender != own_address():
        raise Refusal(400, 63007, "Twilio could not find a Channel with the specified From address")
    if service and service != settings.TWILIO_MESSAGING_SERVICE_SID:
        raise Refusal(404, 20404, "The requested resource was not found")


def own_address() -> str:
    """The service's own WhatsApp address."""
    return "whatsapp:" + settings.TWILIO_WHATSAPP_FROM.removeprefix("whatsapp:")


def _checked_callback(fields: Mapping[str, str]) -> str:
    """The path to report to. Only this very server is ever called, so another address is refused."""
    url = fields.get("StatusCallback", "")
    if url and not url.startswith(settings.PUBLIC_URL + "/"):
        raise Refusal(400, 21609, "Invalid 'StatusCallback' URL")
    return url.removeprefix(settings.PUBLIC_URL)


def _template_text(template: str, variables: str) -> str:
    known = whatsapp_templates.named(settings.BRAND, template)
    if known is None:
        raise Refusal(400, 21655, f"The ContentSid {template[:40]} is invalid")
    if not known.variables:
        return known.text
    try:
        return known.worded(json.loads(variables))
    except (ValueError, KeyError, TypeError):
        raise Refusal(400, 21656, "The ContentVariables parameter is invalid") from None


def _check_willing(phone: SimulatedPhone, failure: str, template: str) -> None:
    if phone.opted_out:
        raise Refusal(400, 21610, AT_ONCE["21610"][1])
    if failure in AT_ONCE:
        status, message = AT_ONCE[failure]
        raise Refusal(status, int(failure), message)
    if not template and not _window_is_open(phone):
        raise Refusal(400, 63016, LATER["63016"])


def _window_is_open(phone: SimulatedPhone) -> bool:
    last = SimulatedMessage.objects.filter(phone=phone, from_phone=True).order_by("-at").first()
    return last is not None and clock.now() - last.at < WINDOW
